public import Agreement
public import Crypto
internal import Foundation
public import Values

/// The same as the agreement lets it be told: rounded, small cells withheld as −1. [P-39]
public struct PublishedLinkage: Sendable, Equatable, Codable {
    /// By link, in the agreement's order.
    public var conflicts: [Int]
    public var historyConflicts: Int
    /// By register, then by link.
    public var linked: [[Int]]

    public static let withheld = -1

    public init(conflicts: [Int], historyConflicts: Int, linked: [[Int]]) {
        self.conflicts = conflicts
        self.historyConflicts = historyConflicts
        self.linked = linked
    }

    /// Whether it has a number for every register and link.
    public func fits(_ agreement: Agreement) -> Bool {
        let links = agreement.linkNames.count
        return conflicts.count == links && linked.count == agreement.registers.count
            && linked.allSatisfy { $0.count == links }
            && (conflicts + [historyConflicts] + linked.joined()).allSatisfy { $0 >= Self.withheld }
    }
}

extension PublishedLinkage {
    /// JSON is padded with spaces to this length, so that its size says nothing.
    private static let paddedByteCount = 8_192
    static let sealedByteCount = SealedSecret.encapsulationByteCount + paddedByteCount + 16

    /// SHA-256 of the padded JSON, by which approvers say what they found. [P-71]
    func digest() throws -> SecretBytes {
        SecretBytes(
            SymmetricKey(data: SHA256.hash(data: try CanonicalJSON.encodePadded(self, byteCount: Self.paddedByteCount)))
        )
    }

    /// Encapsulation ‖ ciphertext, so that of the participants only the research environment reads it.
    func sealed(to research: Participant, round: RoundID) throws -> [UInt8] {
        let json = try CanonicalJSON.encodePadded(self, byteCount: Self.paddedByteCount)
        let key = try XWingMLKEM768X25519.PublicKey(rawRepresentation: research.hpkeKey)
        var sender = try HPKE.Sender(
            recipientKey: key, ciphersuite: SealedSecret.ciphersuite, info: Data(Label.linkage.bytes + round.bytes))
        let sealed = try sender.seal(Data(json))
        return Array(sender.encapsulatedKey) + Array(sealed)
    }

    /// Opens what the coordinator sealed.
    ///
    /// - Throws: `ProtocolViolation(.selectionWrong)` for anything that is not about this agreement.
    public init(
        sealed bytes: [UInt8], agreement: Agreement, round: RoundID, key: XWingMLKEM768X25519.PrivateKey
    ) throws(ProtocolViolation) {
        guard bytes.count == Self.sealedByteCount,
            var recipient = try? HPKE.Recipient(
                privateKey: key, ciphersuite: SealedSecret.ciphersuite, info: Data(Label.linkage.bytes + round.bytes),
                encapsulatedKey: Data(bytes[..<SealedSecret.encapsulationByteCount])),
            let json = try? recipient.open(bytes[SealedSecret.encapsulationByteCount...]),
            let linkage = CanonicalJSON.decodePadded(PublishedLinkage.self, from: json), linkage.fits(agreement)
        else { throw ProtocolViolation(.selectionWrong) }
        self = linkage
    }
}
