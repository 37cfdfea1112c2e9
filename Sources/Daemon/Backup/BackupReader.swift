internal import Agreement
internal import Crypto
internal import Files
internal import Values

/// A backup that is to be restored. Nothing in it is believed before it has been compared with its signed list.
struct BackupReader {
    let path: String
    let manifest: BackupManifest
    /// The list itself, and the signature over it.
    let bytes: [UInt8]
    let signature: [UInt8]

    /// Reads the list, and checks that the directory has exactly the files that it names, as they were.
    ///
    /// - Throws: `BackupError`, `FileError`.
    static func open(_ path: String, roles: Set<ParticipantRole>) throws -> BackupReader {
        let path = SplitPath(ofDirectory: path).shown
        let list = "\(path)/\(BackupManifest.name)"
        guard let status = try FileStatus.at(list), status.kind == .regular else {
            throw BackupError.notABackup(path: list)
        }
        let bytes = try PublicFile.read(list, maxByteCount: BackupManifest.byteCountLimit)
        let manifest = try BackupManifest(decoding: bytes, path: list)
        guard let role = manifest.role, roles.contains(role) else {
            throw BackupError.otherRole(
                path: path, role: manifest.role?.rawValue ?? "unknown", expected: roles.map(\.rawValue).sorted())
        }
        let signature = "\(path)/\(BackupManifest.signatureName)"
        guard try FileStatus.at(signature) != nil else { throw BackupError.missing(path: signature) }
        let reader = BackupReader(
            path: path, manifest: manifest, bytes: bytes,
            signature: try PublicFile.read(signature, maxByteCount: 64))
        try reader.checkNames()
        for file in manifest.files {
            let place = reader.file(file)
            guard try contents(of: place) == expected(file) else { throw BackupError.altered(path: place) }
        }
        return reader
    }

    private func file(_ file: BackupManifest.File) -> String { "\(path)/\(file.path)" }

    private static func expected(_ file: BackupManifest.File) -> FileCopy.Contents {
        FileCopy.Contents(byteCount: file.bytes, digest: file.digest.bytes)
    }

    private static func contents(of path: String) throws -> FileCopy.Contents {
        guard try FileStatus.at(path) != nil else { throw BackupError.missing(path: path) }
        return try FileCopy.contents(of: path)
    }

    /// A file that nobody named might be one that is never restored, such as the keys of a round.
    private func checkNames() throws {
        var named = Set(manifest.files.map(\.path))
        named.formUnion([BackupManifest.name, BackupManifest.signatureName])
        func check(_ below: String) throws {
            for name in try Directory.names(in: below.isEmpty ? path : "\(path)/\(below)") {
                let child = below.isEmpty ? name : "\(below)/\(name)"
                if try FileStatus(of: "\(path)/\(child)").kind == .directory {
                    try check(child)
                } else if !named.contains(child) {
                    throw BackupError.unnamed(path: "\(path)/\(child)")
                }
            }
        }
        try check("")
    }

    /// Copies every file below a directory, and compares each once more on its way.
    func copy(to target: PrivateDirectory) throws {
        for file in manifest.files {
            let parent = SplitPath(file.path).parent
            if parent != "." { try Directory.make(parent, below: target.path) }
            // Never a second name for the backup's own file: what is restored is overwritten in place later.
            guard try FileCopy.make(of: self.file(file), at: target.file(file.path)) == Self.expected(file) else {
                throw BackupError.altered(path: self.file(file))
            }
        }
    }

    func checkSignature(by keys: KeyDirectory) throws {
        guard keys.id == manifest.participant, keys.role == manifest.role else {
            throw BackupError.otherParticipant(path: keys.path, found: keys.id, expected: manifest.participant)
        }
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: keys.participant.signingKey),
            BackupManifest.isSigned(bytes, by: signature, key: key)
        else {
            throw BackupError.otherSignature(path: "\(path)/\(BackupManifest.name)")
        }
    }
}
