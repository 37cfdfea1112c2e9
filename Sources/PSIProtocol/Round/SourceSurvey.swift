public import Crypto
internal import Foundation

/// What an owner read of a register and what it refused, in counts only: for the research environment's report. [P-48]
public struct SourceSurvey: Sendable, Equatable, Codable {
    public var people: Int
    public var rowsRead: Int
    public var rowsKept: Int
    /// Refused rows by reason.
    public var refused: [String: Int]

    public init(people: Int, rowsRead: Int, rowsKept: Int, refused: [String: Int]) {
        self.people = people
        self.rowsRead = rowsRead
        self.rowsKept = rowsKept
        self.refused = refused
    }

    /// JSON is padded with spaces to this length, so that its size says nothing.
    private static let paddedByteCount = 512
    static let sealedByteCount = paddedByteCount + 16

    /// AES-256-GCM under a key of this purpose only, derived from s_iR, so the nonce is zero.
    func sealed(under secret: SymmetricKey, register: RegisterID, round: RoundID) throws -> [UInt8] {
        var json = try CanonicalJSON.encode(self)
        guard json.count <= Self.paddedByteCount else { throw VaultError.sealingFailed }
        json += [UInt8](repeating: 0x20, count: Self.paddedByteCount - json.count)
        let box = try AES.GCM.seal(
            json, using: Self.key(secret, register, round), nonce: AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)))
        return Array(box.ciphertext) + Array(box.tag)
    }

    /// Opens a survey that the owner sealed.
    // Not inlined: the optimiser of Swift 6.3 aborts on a temporary secret lent to an inlined initialiser.
    @inline(never)
    public init(
        sealed bytes: [UInt8], secret: borrowing SecretBytes, register: RegisterID, round: RoundID
    ) throws(VaultError) {
        guard bytes.count == Self.sealedByteCount,
            let box = try? AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)), ciphertext: bytes.dropLast(16),
                tag: bytes.suffix(16)),
            let json = try? AES.GCM.open(box, using: Self.key(secret.key, register, round)),
            let survey = try? JSONDecoder().decode(SourceSurvey.self, from: json)
        else { throw .cellDoesNotOpen }
        self = survey
    }

    private static func key(_ secret: SymmetricKey, _ register: RegisterID, _ round: RoundID) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: secret, salt: round.bytes, info: Label.survey.bytes + Array(register.utf8),
            outputByteCount: 32)
    }
}
