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
        let size = SealedSecret.secretByteCount
        return SecretBytes(count: shares.count * size) { output in
            for (index, share) in shares.enumerated() {
                let range = (index * size)..<((index + 1) * size)
                share.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: output[range]).copyMemory(from: $0) }
            }
        }.key
    }

    /// What the noise of a verified round's counts follows from; the coordinator and the approvers have it. [P-72]
    ///
    /// - Parameter own: this node's share; nil for the coordinator.
    public func noiseSeed(
        for me: ParticipantID, own: SymmetricKey?, hpkeKey: XWingMLKEM768X25519.PrivateKey
    ) throws(ProtocolViolation) -> SymmetricKey {
        let material = try shares(
            .noiseShare, for: me, own: own, key: hpkeKey, sealed: { $0.noiseShares?[me] }, digest: \.noiseDigest)
        return HKDF<SHA256>.deriveKey(
            inputKeyMaterial: material, salt: round.bytes, info: Label.noise.bytes, outputByteCount: 32)
    }
}
