public import Agreement
public import Files
internal import PSIProtocol
public import Values

/// The agreements that this participant has signed, by id, with its own signature beside each.
public struct AgreementStore: Sendable {
    public let directory: PrivateDirectory

    public init(directory: PrivateDirectory) { self.directory = directory }

    /// An agreement with the exact bytes that were signed.
    public struct Installed: Sendable {
        public let agreement: Agreement
        public let bytes: [UInt8]
        public let signature: AgreementSignature
        public var id: AgreementID { AgreementID(ofFile: bytes) }
    }

    /// Signs an agreement with the participant's key that it pins, and keeps it.
    ///
    /// - Throws: `AgreementError`, or `HomeError` when the agreement does not name this participant with keys that it
    ///   has.
    public func sign(_ bytes: [UInt8], path: String, keys: KeyRing) throws -> Installed {
        let agreement = try Agreement.parse(bytes)
        let keys = try Self.check(agreement, path: path, keys: keys)
        let signature = try AgreementSignature(file: bytes, participant: keys.id) {
            try keys.signingKey.sign($0)
        }
        let id = AgreementID(ofFile: bytes)
        // The agreement's own file comes last: with it, both are there.
        try AtomicFile.write(signature.json, to: directory.file("\(id).signature.json"))
        try AtomicFile.write(bytes, to: directory.file("\(id).yaml"))
        return Installed(agreement: agreement, bytes: bytes, signature: signature)
    }

    /// That the agreement names this participant, in its role, with keys it has.
    ///
    /// - Returns: these keys.
    @discardableResult
    public static func check(_ agreement: Agreement, path: String, keys: KeyRing) throws -> KeyDirectory {
        let current = keys.current
        guard let mine = agreement.participants.first(where: { $0.id == current.id }) else {
            throw HomeError.notInAgreement(path: path, id: current.id)
        }
        guard mine.role == current.role else {
            throw HomeError.otherKeys(path: path, id: current.id, what: "role")
        }
        if let pinned = keys.pinned(by: agreement) { return pinned }
        // Compared with the ones that it is most like.
        let nearest = keys.signing(by: mine.signingKey) ?? current
        let what =
            mine.signingKey != nearest.participant.signingKey
            ? "signing key" : mine.hpkeKey != nearest.participant.hpkeKey ? "HPKE key" : "TLS key"
        throw HomeError.otherKeys(path: path, id: current.id, what: what)
    }

    /// The agreement with this id, or nil when it was never signed here.
    ///
    /// - Throws: `FileError`, of which `.altered` when the file isn't the one that was signed; `AgreementError`.
    public func load(_ id: AgreementID) throws -> Installed? {
        let path = directory.file("\(id).yaml")
        let bytes: [UInt8]
        do { bytes = try PublicFile.read(path, maxByteCount: AgreementLimits.byteLimit) } catch FileError.notFound {
            return nil
        }
        guard AgreementID(ofFile: bytes) == id else { throw FileError.altered(path: path) }
        let signature = try AgreementSignature(
            json: PublicFile.read(
                directory.file("\(id).signature.json"), maxByteCount: AgreementSignature.byteLimit))
        return Installed(agreement: try Agreement.parse(bytes), bytes: bytes, signature: signature)
    }

    /// Every agreement signed here.
    public func all() throws -> [Installed] {
        try directory.names().filter { $0.hasSuffix(".yaml") }.sorted().compactMap { name in
            guard let id = AgreementID(hex: name.dropLast(5)) else { return nil }
            return try load(id)
        }
    }
}
