internal import Agreement
public import Crypto
public import Values

/// Secrets that all nodes have a share in. [P-28] [P-72]
extension RoundRecord {
    /// All nodes' shares in ring order, 32 bytes each.
    ///
    /// - Parameters:
    ///   - own: this participant's share; nil for one that has none.
    ///   - sealed: what a node revealed for this participant.
    ///   - digest: what every such share must give.
    /// - Throws: `ProtocolViolation(.badSaltShare)` by a node whose share does not open, or is not the one that others
    ///   got.
    func shares(
        _ label: Label, for me: ParticipantID, own: SymmetricKey?, key: XWingMLKEM768X25519.PrivateKey,
        sealed: (KeyRevealed) -> HexBytes?, digest: (KeyRevealed) -> HexBytes?
    ) throws(ProtocolViolation) -> SymmetricKey {
        var shares: [SymmetricKey] = []
        for node in ring {
            if node == me, let own {
                shares.append(own)
                continue
            }
            guard let reveal = reveals[node], let sealed = sealed(reveal),
                let share = SealedSecret.open(sealed.bytes, label, from: node, to: me, round: round, key: key),
                SealedSecret.digest(share, label, of: node, round: round) == digest(reveal)?.bytes
            else { throw ProtocolViolation(.badSaltShare, by: node) }
            shares.append(share.key)
        }
        return Self.joined(shares)
    }

    /// The same of shares that somebody shows.
    ///
    /// - Returns: nil unless there is one of each node, which gives the digest that its node has posted.
    func shares(
        _ label: Label, shown: [ParticipantID: HexBytes], digest: (KeyRevealed) -> HexBytes?
    ) -> SymmetricKey? {
        var shares: [SymmetricKey] = []
        for node in ring {
            guard let bytes = shown[node]?.bytes, bytes.count == SealedSecret.secretByteCount,
                let reveal = reveals[node],
                SealedSecret.digest(SecretBytes(SymmetricKey(data: bytes)), label, of: node, round: round)
                    == digest(reveal)?.bytes
            else { return nil }
            shares.append(SymmetricKey(data: bytes))
        }
        return Self.joined(shares)
    }

    private static func joined(_ shares: [SymmetricKey]) -> SymmetricKey {
        let size = SealedSecret.secretByteCount
        return SecretBytes(count: shares.count * size) { output in
            for (index, share) in shares.enumerated() {
                let range = (index * size)..<((index + 1) * size)
                share.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: output[range]).copyMemory(from: $0) }
            }
        }.key
    }

    /// What turns elements into tags, from all nodes' shares. [P-28]
    func exitSalt(from shares: SymmetricKey) -> ExitSalt {
        ExitSalt(
            key: HKDF<SHA256>.deriveKey(
                inputKeyMaterial: shares, salt: round.bytes, info: Label.exitSalt.bytes, outputByteCount: 32),
            round: round)
    }

    /// What the noise of the counts follows from, from all nodes' shares. [P-72]
    func noiseSeed(from shares: SymmetricKey) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: shares, salt: round.bytes, info: Label.noise.bytes, outputByteCount: 32)
    }

    /// What the coordinator re-randomised the selected capsules with, as an approver gets it. [P-71]
    ///
    /// - Returns: nil if it does not open, or is not the one that the board has the digest of.
    func selectionSeed(for me: ParticipantID, hpkeKey: XWingMLKEM768X25519.PrivateKey) -> SecretBytes? {
        guard let sealed = selected?.seeds?[me]?.bytes,
            let seed = SealedSecret.open(
                sealed, .selectionSeed, from: coordinator, to: me, round: round, key: hpkeKey),
            isSelectionSeed(seed)
        else { return nil }
        return seed
    }

    /// Whether the board has the digest of this seed.
    func isSelectionSeed(_ seed: borrowing SecretBytes) -> Bool {
        SealedSecret.digest(seed, .selectionSeed, of: coordinator, round: round) == selected?.seedDigest?.bytes
    }

    /// What the noise of a verified round's counts follows from; the coordinator and the approvers have it. [P-72]
    ///
    /// - Parameter own: this node's share; nil for the coordinator.
    public func noiseSeed(
        for me: ParticipantID, own: SymmetricKey?, hpkeKey: XWingMLKEM768X25519.PrivateKey
    ) throws(ProtocolViolation) -> SymmetricKey {
        noiseSeed(from: try noiseShares(for: me, own: own, hpkeKey: hpkeKey))
    }

    /// All nodes' shares of the noise, in ring order, 32 bytes each.
    func noiseShares(
        for me: ParticipantID, own: SymmetricKey?, hpkeKey: XWingMLKEM768X25519.PrivateKey
    ) throws(ProtocolViolation) -> SymmetricKey {
        try shares(
            .noiseShare, for: me, own: own, key: hpkeKey, sealed: { $0.noiseShares?[me] }, digest: \.noiseDigest)
    }
}
