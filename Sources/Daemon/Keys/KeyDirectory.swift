public import Agreement
public import Crypto
internal import Files
public import Foundation
public import PSIProtocol
public import Values

/// A participant's long-lived keys, in a directory of their own.
///
/// Files: `signing.key` (Ed25519), `hpke.key` (X-Wing), `tls.key` with `tls.crt` and `tls.csr` (P-256), `state.key`
/// (what seals this machine's state) and `participant.yaml` (whose they are, and their public halves). All have mode
/// 0600 in a directory of mode 0700. The secret halves are held in the cryptographic library's own storage, which
/// wipes it, save for `tlsPrivateKeyPEM`, which TLS libraries take as text.
public struct KeyDirectory: Sendable {
    public let path: String
    public let id: ParticipantID
    public let name: String
    public let role: ParticipantRole
    /// Signs agreements and board entries: the secret key itself, or a security module that has it.
    public let signingKey: any MessageSigner
    /// Its public half, 32 bytes.
    private let verifyingKey: Curve25519.Signing.PublicKey
    /// Opens what others seal to this participant. Secret.
    public let hpkeKey: XWingMLKEM768X25519.PrivateKey
    /// Own certificate first, then the chain of the certification authority, if any.
    public let tlsCertificatePEM: String
    /// PKCS #8. Secret.
    public let tlsPrivateKeyPEM: String
    /// SHA-256 of the TLS key's SubjectPublicKeyInfo, 32 bytes. Stays the same when the certificate is replaced.
    public let tlsPin: [UInt8]
    /// Seals this machine's state, 32 bytes. Secret.
    public let stateKey: SymmetricKey
    public let certificateNotBefore: Date
    public let certificateNotAfter: Date

    static let tlsKeyName = "tls.key"
    static let certificateName = "tls.crt"
    static let requestName = "tls.csr"

    /// Makes new keys.
    ///
    /// - Parameters:
    ///   - path: the directory, made if need be. Refused if it holds any key file already.
    ///   - alternativeNames: host names and IP addresses the coordinator is reached at; usually none for the others.
    ///   - validityDays: of the self-signed certificate, 1…3650.
    ///   - token: where the signing key is, if a security module has it.
    ///   - stateKey: the machine's, if it has one already. Secret.
    @discardableResult
    public static func create(
        at path: String, id: ParticipantID, name: String, role: ParticipantRole, alternativeNames: [String] = [],
        validityDays: Int = 825, token: SigningToken? = nil, stateKey: SymmetricKey? = nil, now: Date = Date()
    ) throws(KeyError) -> KeyDirectory {
        try ParticipantFile.check(id: id, name: name)
        // Before anything is written: the module must be there, and sign.
        let tokenKey = try token.map { token throws(KeyError) in try token.publicKey() }
        let tlsKey = P256.Signing.PrivateKey()
        let (certificate, request) = try TLSCertificate.make(
            key: tlsKey, id: id, name: name, alternativeNames: alternativeNames, from: now, days: validityDays)
        let signingKey = Curve25519.Signing.PrivateKey()
        let hpkeKey: XWingMLKEM768X25519.PrivateKey
        do { hpkeKey = try XWingMLKEM768X25519.PrivateKey.generate() } catch { throw .notMade(what: "the X-Wing key") }

        let directory = try onFile { () throws(FileError) in try PrivateDirectory(creating: path) }
        let existing = try onFile { () throws(FileError) in try directory.names() }
        let ours =
            SecretKeyFile.allCases.map(\.rawValue) + SigningToken.fileNames
            + [tlsKeyName, certificateName, requestName, ParticipantFile.name]
        if let taken = ours.first(where: existing.contains) { throw .exists(path: directory.file(taken)) }

        let participant = ParticipantFile(
            id: id, name: name, role: role, signingKey: publicText(tokenKey ?? signingKey.publicKey),
            hpkeKey: publicText(hpkeKey),
            tlsPin: pinText(TLSCertificate.pin(of: tlsKey.publicKey)))
        do throws(FileError) {
            if let token {
                try token.write(in: directory)
            } else {
                var secret = signingKey.rawRepresentation
                defer { wipe(&secret) }
                try write(secret, as: .signing, in: directory)
            }
            var seed = hpkeKey.seedRepresentation
            defer { wipe(&seed) }
            try write(seed, as: .hpke, in: directory)
            let state = WipedBuffer.random(byteCount: SecretKeyFile.secretByteCount)
            stateKey?.withUnsafeBytes { known in state.withMutableBytes { $0.copyBytes(from: known) } }
            try state.withBytes { bytes throws(FileError) in try SecretKeyFile.state.write(bytes, in: directory) }
            let texts = [
                (tlsKeyName, tlsKey.pemRepresentation + "\n"), (certificateName, certificate), (requestName, request),
                (ParticipantFile.name, participant.text),
            ]
            for (name, text) in texts {
                try AtomicFile.write(text.utf8, to: directory.file(name), replacing: false)
            }
        } catch {
            // None of these files was there before, so all of them are this attempt's.
            for name in ours { try? AtomicFile.remove(directory.file(name)) }
            throw .file(error)
        }
        return try open(at: path)
    }

    /// Loads the keys strictly: modes, forms, and that every private half belongs to the public half that
    /// `participant.yaml` names. An expired certificate is no error here: `checkCertificate(at:)` says so.
    /// In a service of systemd's, secret files may be its credentials instead.
    public static func open(at path: String) throws(KeyError) -> KeyDirectory {
        try open(at: path, credentials: KeyFiles.systemCredentials)
    }

    static func open(at path: String, credentials: String?) throws(KeyError) -> KeyDirectory {
        let directory = try onFile { () throws(FileError) in try PrivateDirectory(path) }
        let participant = try ParticipantFile.read(in: directory)
        try ParticipantFile.check(id: participant.id, name: participant.name)
        return try reading(path) {
            try KeyDirectory(KeyFiles(directory: directory, credentials: credentials), participant)
        }
    }

    /// Whose keys a directory has, and the machine's state key, where other keys in it may be missing.
    static func identity(at path: String) throws(KeyError) -> (ParticipantFile, SymmetricKey) {
        let directory = try onFile { () throws(FileError) in try PrivateDirectory(path) }
        let participant = try ParticipantFile.read(in: directory)
        return try reading(path) {
            let files = KeyFiles(directory: directory, credentials: KeyFiles.systemCredentials)
            return (participant, try SecretKeyFile.state.read(in: files) { SymmetricKey(data: $0) })
        }
    }

    /// Says of whatever went wrong which file it is about.
    private static func reading<Result>(_ path: String, _ body: () throws -> Result) throws(KeyError) -> Result {
        do {
            return try body()
        } catch let error as KeyError {
            throw error
        } catch FileError.notFound(let missing) {
            throw .missing(path: missing)
        } catch let error as FileError {
            throw .file(error)
        } catch {
            throw .malformed(path: path, reason: "a key in it is not valid")
        }
    }

    private init(_ files: KeyFiles, _ participant: ParticipantFile) throws {
        let directory = files.directory
        path = directory.path
        id = participant.id
        name = participant.name
        role = participant.role
        func match(_ found: String, _ named: String, _ file: String) throws(KeyError) {
            guard found == named else {
                throw .otherKey(path: directory.file(file), participant: directory.file(ParticipantFile.name))
            }
        }
        guard let named = try? ParticipantKey.parse(participant.signingKey, as: .signing) else {
            throw KeyError.malformed(
                path: directory.file(ParticipantFile.name), reason: "its signing_key is no Ed25519 public key")
        }
        verifyingKey = try Curve25519.Signing.PublicKey(rawRepresentation: named)
        if let token = try SigningToken(in: files) {
            signingKey = TokenSigner(token, expecting: verifyingKey)
        } else {
            let key = try SecretKeyFile.signing.read(in: files) {
                try Curve25519.Signing.PrivateKey(rawRepresentation: $0)
            }
            try match(Self.publicText(key.publicKey), participant.signingKey, SecretKeyFile.signing.rawValue)
            signingKey = key
        }
        hpkeKey = try SecretKeyFile.hpke.read(in: files) {
            try XWingMLKEM768X25519.PrivateKey(seedRepresentation: $0, publicKey: nil)
        }
        try match(Self.publicText(hpkeKey), participant.hpkeKey, SecretKeyFile.hpke.rawValue)
        stateKey = try SecretKeyFile.state.read(in: files) { SymmetricKey(data: $0) }

        let tlsKey = try files.read(Self.tlsKeyName) { bytes, keyPath in
            guard let text = String(validating: bytes, as: UTF8.self),
                let key = try? P256.Signing.PrivateKey(pemRepresentation: text)
            else { throw KeyError.malformed(path: keyPath, reason: "it is not a P-256 private key in PEM form") }
            return key
        }
        tlsPrivateKeyPEM = tlsKey.pemRepresentation
        tlsPin = TLSCertificate.pin(of: tlsKey.publicKey)
        try match(Self.pinText(tlsPin), participant.tlsPin, Self.tlsKeyName)
        let certificatePath = directory.file(Self.certificateName)
        let chain = try PublicFile.read(certificatePath, maxByteCount: TLSCertificate.maxByteCount)
        let facts = try TLSCertificate.read(
            chain: chain, path: certificatePath, key: tlsKey.publicKey, role: participant.role)
        tlsCertificatePEM = String(decoding: chain, as: UTF8.self)
        certificateNotBefore = facts.notBefore
        certificateNotAfter = facts.notAfter
    }

    /// Puts a certificate from a certification authority in the place of the present one.
    ///
    /// - Parameter pem: the chain, own certificate first, issued for `tls.csr`; `source` names it in errors.
    /// - Returns: the keys with the new certificate. The pin is the same, so no agreement changes.
    public func replacingCertificate(
        with pem: [UInt8], from source: String, now: Date = Date()
    ) throws(KeyError) -> KeyDirectory {
        guard pem.count <= TLSCertificate.maxByteCount else {
            throw .file(.tooLarge(path: source, maxByteCount: TLSCertificate.maxByteCount))
        }
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: tlsPrivateKeyPEM) else {
            throw .malformed(path: path + "/" + Self.tlsKeyName, reason: "it is not a P-256 private key in PEM form")
        }
        let facts = try TLSCertificate.read(chain: pem, path: source, key: key.publicKey, role: role)
        try Self.check(facts, source, now)
        try Self.onFile { () throws(FileError) in
            let directory = try PrivateDirectory(path)
            try AtomicFile.write(pem, to: directory.file(Self.certificateName))
        }
        return try Self.open(at: path)
    }

    /// Makes a self-signed certificate for the same key, in the place of the present one. The request stays.
    ///
    /// - Parameter alternativeNames: nil for those of the present certificate.
    /// - Returns: the keys with the new certificate. The pin is the same, so no agreement changes.
    func renewingCertificate(
        alternativeNames: [String]?, validityDays: Int, now: Date = Date()
    ) throws(KeyError) -> KeyDirectory {
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: tlsPrivateKeyPEM) else {
            throw .malformed(path: path + "/" + Self.tlsKeyName, reason: "it is not a P-256 private key in PEM form")
        }
        let hosts = if let alternativeNames { alternativeNames } else { try TLSCertificate.alternativeNames(at: path) }
        let (certificate, _) = try TLSCertificate.make(
            key: key, id: id, name: name, alternativeNames: hosts, from: now, days: validityDays)
        try Self.onFile { () throws(FileError) in
            try AtomicFile.write(Array(certificate.utf8), to: path + "/" + Self.certificateName)
        }
        return try Self.open(at: path)
    }

    /// Whether these are the keys that an agreement pins.
    func isPinned(as participant: Participant) -> Bool {
        participant.signingKey == Array(verifyingKey.rawRepresentation) && participant.tlsPin == tlsPin
            && participant.hpkeKey == Array(hpkeKey.publicKey.rawRepresentation)
    }

    /// - Throws: `KeyError.certificateExpired` or `.certificateNotYetValid`.
    public func checkCertificate(at now: Date = Date()) throws(KeyError) {
        let facts = TLSCertificate.Facts(notBefore: certificateNotBefore, notAfter: certificateNotAfter)
        try Self.check(facts, path + "/" + Self.certificateName, now)
    }

    /// The request to hand to a certification authority, PEM.
    public func certificateRequestPEM() throws(KeyError) -> String {
        let bytes = try Self.onFile { () throws(FileError) in
            try PublicFile.read(path + "/" + Self.requestName, maxByteCount: TLSCertificate.maxByteCount)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// That the signing key can be used now, also where a security module has it.
    ///
    /// - Throws: `KeyError`, `FileError`.
    public func checkSigning() throws {
        guard let token = signingKey as? TokenSigner else { return }
        _ = try token.sign(Array("SIDOS-V1 token check".utf8) + [0])
    }

    /// What agreements name for this participant.
    public var participant: Participant {
        Participant(
            id: id, name: name, role: role, signingKey: Array(verifyingKey.rawRepresentation),
            hpkeKey: Array(hpkeKey.publicKey.rawRepresentation), tlsPin: tlsPin)
    }

    /// `ed25519:BASE64`.
    public var signingKeyText: String { Self.publicText(verifyingKey) }
    /// `xwing:BASE64`.
    public var hpkeKeyText: String { Self.publicText(hpkeKey) }
    /// `sha256:BASE64`.
    public var tlsPinText: String { Self.pinText(tlsPin) }

    private static func publicText(_ key: Curve25519.Signing.PublicKey) -> String {
        "ed25519:" + key.rawRepresentation.base64EncodedString()
    }

    private static func publicText(_ key: XWingMLKEM768X25519.PrivateKey) -> String {
        "xwing:" + key.publicKey.rawRepresentation.base64EncodedString()
    }

    private static func pinText(_ pin: [UInt8]) -> String { "sha256:" + Data(pin).base64EncodedString() }

    private static func check(_ facts: TLSCertificate.Facts, _ path: String, _ now: Date) throws(KeyError) {
        if now < facts.notBefore { throw .certificateNotYetValid(path: path, notBefore: facts.notBefore) }
        if now > facts.notAfter { throw .certificateExpired(path: path, notAfter: facts.notAfter) }
    }

    private static func write(
        _ secret: Data, as file: SecretKeyFile, in directory: PrivateDirectory
    ) throws(FileError) {
        let copy = WipedBuffer(copying: secret)
        try copy.withBytes { bytes throws(FileError) in try file.write(bytes, in: directory) }
    }

    private static func onFile<Result>(_ body: () throws(FileError) -> Result) throws(KeyError) -> Result {
        do throws(FileError) { return try body() } catch { throw .file(error) }
    }
}

extension KeyDirectory: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Names whose keys they are and where, and shows none.
    public var description: String { "keys of \(id) (\(role.rawValue)) in \(path)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["id": id, "path": path]) }
}
