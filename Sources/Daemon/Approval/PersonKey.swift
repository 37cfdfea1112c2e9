internal import COpenSSL
internal import Crypto
internal import Files
internal import Foundation

/// A person's Ed25519 key, in a file of their own under a passphrase: their card, then encrypted PKCS #8 in PEM (RFC
/// 5958, PBES2 with scrypt), which the openssl command reads too.
struct PersonKey: ~Copyable {
    private let key: Curve25519.Signing.PrivateKey
    let card: ApproverCard

    var approver: Approver { card.person.approver }

    /// Ed25519, 64 bytes.
    func sign(_ message: [UInt8]) throws -> [UInt8] { Array(try key.signature(for: message)) }

    /// Makes a key and its file, which must not be there yet.
    static func create(at path: String, id: String, name: String, passphrase: borrowing Passphrase) throws -> PersonKey
    {
        let seed = WipedBuffer.random(byteCount: Int(SIDOS_KEY_FILE_SEED_BYTE_COUNT))
        let key = try seed.withBytes { try Curve25519.Signing.PrivateKey(rawRepresentation: $0) }
        let approver = Approver(id: id, key: Array(key.publicKey.rawRepresentation))
        let card = ApproverCard(person: ApproverSet.Person(approver: approver, name: name))
        try write(seed, card, to: path, passphrase, replacing: false)
        return PersonKey(key: key, card: card)
    }

    /// Opens a file that the owner alone can read.
    ///
    /// - Throws: `PersonKeyError`, `FileError`.
    init(at path: String, passphrase: borrowing Passphrase) throws {
        let (opened, told) = try Self.withSeed(at: path, passphrase) { seed, card in
            (try seed.withBytes { try Curve25519.Signing.PrivateKey(rawRepresentation: $0) }, card)
        }
        guard Array(opened.publicKey.rawRepresentation) == told.person.approver.key else {
            throw PersonKeyError.malformed(path: path)
        }
        key = opened
        card = told
    }

    private init(key: Curve25519.Signing.PrivateKey, card: ApproverCard) {
        self.key = key
        self.card = card
    }

    /// Puts the key under another passphrase.
    static func change(at path: String, from old: borrowing Passphrase, to new: borrowing Passphrase) throws {
        try withSeed(at: path, old) { seed, card in try write(seed, card, to: path, new, replacing: true) }
    }

    private static let fence = "-----BEGIN"

    private static func withSeed<Result>(
        at path: String, _ passphrase: borrowing Passphrase,
        _ body: (borrowing WipedBuffer, ApproverCard) throws -> Result
    ) throws -> Result {
        let seed = WipedBuffer(byteCount: Int(SIDOS_KEY_FILE_SEED_BYTE_COUNT))
        let (outcome, text) = try SecretFile.read(path, maxByteCount: Int(SIDOS_KEY_FILE_BYTE_COUNT_LIMIT)) { file in
            let outcome = passphrase.withBytes { passphrase in
                seed.withMutableBytes { seed in
                    sidos_key_file_read(
                        seed.bindMemory(to: UInt8.self).baseAddress, file.bindMemory(to: UInt8.self).baseAddress,
                        file.count, passphrase.bindMemory(to: UInt8.self).baseAddress, passphrase.count)
                }
            }
            return (outcome, String(decoding: file, as: UTF8.self))
        }
        switch outcome {
        case SIDOS_KEY_FILE_READ: break
        case SIDOS_KEY_FILE_WRONG_PASSPHRASE: throw PersonKeyError.wrongPassphrase(path: path)
        default: throw PersonKeyError.malformed(path: path)
        }
        guard let end = text.range(of: fence)?.lowerBound,
            let card = try? ApproverCard(Array(text[..<end].utf8), path: path)
        else { throw PersonKeyError.malformed(path: path) }
        return try body(seed, card)
    }

    private static func write(
        _ seed: borrowing WipedBuffer, _ card: ApproverCard, to path: String, _ passphrase: borrowing Passphrase,
        replacing: Bool
    ) throws {
        var file = [UInt8](repeating: 0, count: Int(SIDOS_KEY_FILE_BYTE_COUNT_LIMIT))
        let capacity = file.count
        let count = seed.withBytes { seed in
            passphrase.withBytes { passphrase in
                sidos_key_file_write(
                    &file, capacity, seed.bindMemory(to: UInt8.self).baseAddress,
                    passphrase.bindMemory(to: UInt8.self).baseAddress, passphrase.count)
            }
        }
        guard count != SIDOS_KEY_FILE_FAILURE else { throw PersonKeyError.notMade(path: path) }
        try AtomicFile.write(Array(card.text.utf8) + file[..<count], to: path, replacing: replacing)
    }
}

enum PersonKeyError: Error, Equatable, CustomStringConvertible, ReportableError {
    case wrongPassphrase(path: String)
    case malformed(path: String)
    case notMade(path: String)

    var description: String {
        switch self {
        case .wrongPassphrase(let path): "the passphrase does not open \(path): try again"
        case .malformed(let path):
            "\(path) is no approver's key, or it was changed: `approver init` makes one"
        case .notMade(let path): "\(path) could not be made: the machine lacks memory; try again"
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .wrongPassphrase: .noPermission
        case .malformed: .badData
        case .notMade: .temporary
        }
    }
}
