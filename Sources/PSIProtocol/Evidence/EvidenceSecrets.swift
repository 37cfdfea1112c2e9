public import Crypto
internal import Foundation
public import Values

/// Secrets without which a complaint cannot be judged. The board has digests of them, so nobody can show others.
///
/// They say nothing of a person by themselves. Whoever has the streams beside them sees what a checker or an approver
/// sees: with salt shares the tags of a list, with noise shares the exact counts. The round releases nothing any more.
public struct EvidenceSecrets: Sendable, Equatable, Codable {
    /// Of the exit salt, by node, for `tags.wrong`. [P-28]
    public var saltShares: [ParticipantID: HexBytes]?
    /// What the selected capsules were re-randomised with, for `selection.wrong`. [P-71]
    public var selectionSeed: HexBytes?
    /// Of the noise, by node, for `selection.wrong` in a round that counts. [P-72]
    public var noiseShares: [ParticipantID: HexBytes]?

    public init() {}

    /// Nothing longer is read.
    public static let byteLimit = 16_384

    /// Takes over what others lack.
    public mutating func add(_ other: EvidenceSecrets) {
        saltShares = saltShares ?? other.saltShares
        selectionSeed = selectionSeed ?? other.selectionSeed
        noiseShares = noiseShares ?? other.noiseShares
    }

    public var isEmpty: Bool { self == EvidenceSecrets() }

    /// As they are shown: canonical JSON and a line feed. [P-77]
    public func shown() throws -> [UInt8] { try CanonicalJSON.encode(self) + [UInt8(ascii: "\n")] }

    /// Reads secrets that are shown; nil for any other bytes.
    public init?(shown bytes: [UInt8]) {
        guard bytes.count <= Self.byteLimit,
            let found = try? JSONDecoder().decode(EvidenceSecrets.self, from: Data(bytes)), !found.isEmpty,
            let again = try? found.shown(), again == bytes
        else { return nil }
        self = found
    }
}

extension RoundRecord {
    /// Of these secrets those that a complaint is judged by, and that the board has the digests of. [P-73] [P-77]
    public func fitting(_ shown: EvidenceSecrets) -> EvidenceSecrets {
        let codes = Set(complaints.values.map(\.code))
        var fitting = EvidenceSecrets()
        if codes.contains(.tagsWrong) {
            fitting.saltShares = shown.saltShares.flatMap { isWhole($0, .saltShare, \.saltDigest) ? $0 : nil }
        }
        if codes.contains(.selectionWrong) {
            fitting.noiseShares = shown.noiseShares.flatMap { isWhole($0, .noiseShare, \.noiseDigest) ? $0 : nil }
            fitting.selectionSeed = shown.selectionSeed.flatMap { seed in
                seed.bytes.count == SealedSecret.secretByteCount
                    && isSelectionSeed(SecretBytes(SymmetricKey(data: seed.bytes))) ? seed : nil
            }
        }
        return fitting
    }

    private func isWhole(
        _ shown: [ParticipantID: HexBytes], _ label: Label, _ digest: (KeyRevealed) -> HexBytes?
    ) -> Bool {
        Set(shown.keys) == Set(ring) && shares(label, shown: shown, digest: digest) != nil
    }
}

extension RoundRecord {
    /// What this node can show of the secrets that the complaint is judged by. Its own shares die with its keys, so it
    /// has to take them out before.
    ///
    /// - Returns: nothing in place of a secret that did not open here: of that nobody can be convinced.
    public func evidenceSecrets<S: Suite>(
        of complaint: Complained, for me: ParticipantID, secrets: borrowing AuthoritySecrets<S>,
        hpkeKey: XWingMLKEM768X25519.PrivateKey
    ) -> EvidenceSecrets {
        var shown = EvidenceSecrets()
        switch complaint.code {
        case .tagsWrong:
            if let shares = try? secrets.saltShares(for: me, in: self, hpkeKey: hpkeKey) {
                shown.saltShares = byNode(shares)
            }
        case .selectionWrong where approvers.contains(me):
            shown.selectionSeed = selectionSeed(for: me, hpkeKey: hpkeKey)?.withUnsafeBytes { HexBytes(Array($0)) }
            if drawsNoiseTogether,
                let shares = try? noiseShares(for: me, own: secrets.noiseShare(round: round), hpkeKey: hpkeKey)
            {
                shown.noiseShares = byNode(shares)
            }
        default: break
        }
        return shown
    }

    private func byNode(_ shares: SymmetricKey) -> [ParticipantID: HexBytes] {
        let bytes = shares.withUnsafeBytes { Array($0) }
        let size = SealedSecret.secretByteCount
        return Dictionary(
            uniqueKeysWithValues: ring.enumerated().map { index, node in
                (node, HexBytes(Array(bytes[(index * size)..<((index + 1) * size)])))
            })
    }
}
