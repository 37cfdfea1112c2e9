internal import CPKCS11
internal import Crypto
internal import Files
internal import Foundation
internal import PSIProtocol
internal import StrictYAML
internal import Synchronization

/// Where a participant's signing key is that a security module has: `signing.token` of a key directory, in place of
/// `signing.key`. The PIN is in `signing.pin` beside it, or a credential of the service.
public struct SigningToken: Sendable {
    static let name = "signing.token"
    static let pinName = "signing.pin"
    static let fileNames = [name, pinName]
    private static let pinByteCountLimit = 256

    /// The path of the module's library.
    let module: String
    /// The token's label, and the key's.
    let token: String
    let key: String
    private let pin: PIN

    private enum PIN {
        case file(String)
        case beside(KeyFiles)
    }

    /// - Parameters:
    ///   - module: the path of the module's library (PKCS #11).
    ///   - token: the token's label.
    ///   - key: the label of an Ed25519 key pair on it.
    ///   - pinFile: a file that only this user can read, whose first line is the token's PIN.
    public init(module: String, token: String, key: String, pinFile: String) {
        self.module = module
        self.token = token
        self.key = key
        pin = .file(pinFile)
    }

    /// Nil where the key is in the directory itself.
    ///
    /// - Throws: `KeyError`, `ConfigurationError`.
    init?(in files: KeyFiles) throws {
        let path = files.directory.file(Self.name)
        guard FileStatus.exists(path) else { return nil }
        let own = files.directory.file(SecretKeyFile.signing.rawValue)
        guard !FileStatus.exists(own) else { throw KeyError.twice(path: own, credential: path) }
        (module, token, key) = try ConfigurationFile.decode(path: path) { root in
            _ = root.int("sidos_signing_token", in: 1...1)
            return (root.path("module"), root.string("token"), root.string("key"))
        }
        pin = .beside(files)
    }

    /// Keeps where the key is, and the PIN.
    func write(in directory: PrivateDirectory) throws(FileError) {
        let text = """
            # The signing key is on this token of a security module. Nothing here is secret.
            sidos_signing_token: 1
            module: \(YAMLText.quoted(module))
            token: \(YAMLText.quoted(token))
            key: \(YAMLText.quoted(key))

            """
        guard case .file(let path) = pin else { return }
        do {
            try SecretFile.read(path, maxByteCount: Self.pinByteCountLimit) {
                try AtomicFile.write(contentsOf: $0, to: directory.file(Self.pinName), replacing: false)
            }
        } catch let error as FileError {
            throw error
        } catch {
            throw .failed(operation: "reading", path: path, code: EIO)
        }
        try AtomicFile.write(Array(text.utf8), to: directory.file(Self.name), replacing: false)
    }

    /// Hands over the PIN, wiped when `body` returns.
    private func withPIN<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        func first(_ bytes: UnsafeRawBufferPointer) throws -> Result {
            let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            return try body(UnsafeRawBufferPointer(rebasing: line))
        }
        switch pin {
        case .file(let path):
            return try SecretFile.read(path, maxByteCount: Self.pinByteCountLimit) { try first($0) }
        case .beside(let files): return try files.read(Self.pinName) { bytes, _ in try first(bytes) }
        }
    }

    func open() throws -> TokenSession {
        var handle: OpaquePointer?
        let code = try withPIN { pin in
            sidos_pkcs11_open(
                &handle, module, token, key, pin.bindMemory(to: UInt8.self).baseAddress, pin.count)
        }
        guard code == SIDOS_PKCS11_OK, let handle else { throw error(code) }
        return TokenSession(handle: handle)
    }

    func error(_ code: Int) -> KeyError { .token(module: module, reason: reason(code)) }

    private func reason(_ code: Int) -> String {
        switch code {
        case SIDOS_PKCS11_NO_MODULE: "it is no library of PKCS #11 that this machine can load; check the path"
        case SIDOS_PKCS11_NO_TOKEN: "it has no token `\(token)`; plug it in, or check the label"
        case SIDOS_PKCS11_TWO_TOKENS: "it has several tokens `\(token)`; give one another label"
        case SIDOS_PKCS11_NO_KEY: "the token has no Ed25519 key `\(key)` that can sign; make one, or check the label"
        case SIDOS_PKCS11_TWO_KEYS: "the token has several keys `\(key)`; give one another label"
        case SIDOS_PKCS11_NO_PUBLIC_KEY: "the token has no Ed25519 public key `\(key)` beside the private one"
        case SIDOS_PKCS11_NO_SIGNATURE: "what it returns is no Ed25519 signature"
        case SIDOS_PKCS11_NO_MEMORY: "the machine lacks memory"
        case 0xA0, 0xA1, 0xA2: "the PIN is wrong; check \(Self.pinName). A token locks itself after a few wrong ones"
        case 0xA4: "the PIN is locked; ask whoever administers the token"
        default: "it says CKR 0x\(String(code, radix: 16)), which its manual explains"
        }
    }

    /// The public half as the token tells it, after the token has signed with the private one.
    func publicKey() throws(KeyError) -> Curve25519.Signing.PublicKey {
        do {
            var bytes = [UInt8](repeating: 0, count: 32)
            let session = try open()
            let code = sidos_pkcs11_public_key(session.handle, &bytes, key)
            guard code == SIDOS_PKCS11_OK, let told = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
            else { throw error(code) }
            try session.check(told, of: self)
            return told
        } catch let error as KeyError {
            throw error
        } catch let error as FileError {
            throw .file(error)
        } catch {
            throw self.error(SIDOS_PKCS11_NO_SIGNATURE)
        }
    }
}

/// A session with a token, logged in; closed when its one owner lets go of it.
struct TokenSession: ~Copyable {
    let handle: OpaquePointer

    deinit { sidos_pkcs11_close(handle) }

    func sign(_ message: [UInt8], with token: SigningToken) throws -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: 64)
        let code = sidos_pkcs11_sign(handle, &signature, message, message.count)
        guard code == SIDOS_PKCS11_OK else { throw token.error(code) }
        return signature
    }

    /// That the token signs with the private half of this key.
    func check(_ key: Curve25519.Signing.PublicKey, of token: SigningToken) throws {
        let message = Array("SIDOS-V1 token check".utf8) + [0] + Array(UUID().uuidString.utf8)
        guard key.isValidSignature(try sign(message, with: token), for: message) else {
            throw KeyError.token(
                module: token.module, reason: "its key `\(token.key)` is another one than the participant's")
        }
    }
}

/// Signs by a token, which is opened when something is first signed, and again after it failed.
final class TokenSigner: MessageSigner {
    private let token: SigningToken
    private let expected: Curve25519.Signing.PublicKey
    private let session = Mutex<TokenSession?>(nil)

    /// - Parameter expected: what the key's public half must be.
    init(_ token: SigningToken, expecting expected: Curve25519.Signing.PublicKey) {
        self.token = token
        self.expected = expected
    }

    func sign(_ message: [UInt8]) throws -> [UInt8] {
        try session.withLock { session in
            do {
                if session == nil {
                    let opened = try token.open()
                    try opened.check(expected, of: token)
                    session = consume opened
                }
                return try session?.sign(message, with: token) ?? []
            } catch {
                session = nil
                throw error
            }
        }
    }
}
