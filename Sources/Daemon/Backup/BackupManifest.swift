internal import Agreement
internal import Crypto
internal import Files
internal import Foundation
internal import PSIProtocol
internal import Values

/// `backup.json`: what a backup is of, and every file in it. `backup.signature` beside it is the participant's own
/// signature over it, 64 bytes, so that nobody who can only write to the backup can change what is restored.
struct BackupManifest: Codable, Equatable {
    static let name = "backup.json"
    static let signatureName = "backup.signature"
    static let currentVersion = 1
    /// Room for some million files.
    static let byteCountLimit = 256 << 20
    private static let depthLimit = 16

    /// How the participant's daemon stood when the copy was made.
    enum Origin: String, Codable {
        /// It ran, so it may have gone on.
        case running
        case stopped
        /// It was stopped, and was told never to start again from where it was.
        case moved
    }

    struct File: Codable, Equatable {
        /// Below the backup's directory.
        var path: String
        var bytes: Int
        /// SHA-256.
        var digest: HexBytes
    }

    var version = currentVersion
    /// `ParticipantRole`'s name.
    private var roleName: String
    var participant: String
    /// Seconds since 1970, when the last file was copied.
    var made: Int64
    /// The program's name and version.
    var program: String
    var origin: Origin
    /// Whether the secret keys are in it.
    var hasKeys: Bool
    /// By path.
    var files: [File]

    enum CodingKeys: String, CodingKey {
        case version = "sidos_backup"
        case roleName = "role"
        case participant, made, program, origin, files
        case hasKeys = "has_keys"
    }

    var role: ParticipantRole? { ParticipantRole(rawValue: roleName) }

    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    /// Reads the version first, as everything else may be another in another version.
    ///
    /// - Throws: `BackupError.otherVersion`, `.notABackup`.
    init(decoding bytes: [UInt8], path: String) throws(BackupError) {
        struct Version: Decodable {
            let version: Int
            enum CodingKeys: String, CodingKey { case version = "sidos_backup" }
        }
        let data = Data(bytes)
        guard let found = try? JSONDecoder().decode(Version.self, from: data) else { throw .notABackup(path: path) }
        guard found.version == Self.currentVersion else { throw .otherVersion(path: path, version: found.version) }
        guard let manifest = try? JSONDecoder().decode(Self.self, from: data) else { throw .notABackup(path: path) }
        let paths = manifest.files.map(\.path)
        guard paths.allSatisfy(Self.isAllowed), Set(paths).count == paths.count,
            ParticipantRole(rawValue: manifest.roleName) != nil,
            manifest.files.allSatisfy({ $0.bytes >= 0 && $0.digest.bytes.count == 32 })
        else { throw .notABackup(path: path) }
        self = manifest
    }

    init(
        role: ParticipantRole, participant: String, made: Int64, program: String, origin: Origin, hasKeys: Bool,
        files: [File]
    ) {
        roleName = role.rawValue
        self.participant = participant
        self.made = made
        self.program = program
        self.origin = origin
        self.hasKeys = hasKeys
        self.files = files
    }

    /// Names that stay below the directory they are put into.
    static func isAllowed(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= depthLimit, path != name, path != signatureName else { return false }
        return parts.allSatisfy { part in
            !part.isEmpty && part.utf8.count <= 255 && !part.hasPrefix(".")
                && part.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
        }
    }

    // MARK: Signature

    private static let label = Array("SIDOS-V1 backup\0".utf8)

    static func signature(over manifest: [UInt8], key: any MessageSigner) throws -> [UInt8] {
        try key.sign(label + manifest)
    }

    static func isSigned(
        _ manifest: [UInt8], by signature: [UInt8], key: Curve25519.Signing.PublicKey
    ) -> Bool {
        key.isValidSignature(signature, for: label + manifest)
    }
}
