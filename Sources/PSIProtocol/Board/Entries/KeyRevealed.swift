public import Values

/// The public keys that a key holder has committed to, and its shares of the exit salt. [P-25]
public struct KeyRevealed: EntryBody {
    public static let kind = "KeyRevealed"

    /// K_j = k_j·G; absent for the research environment.
    public var blindingPoint: HexBytes?
    public var blindingProof: ProofBytes?
    /// D_j = d_j·G, or Y_R = y_R·G of the research environment; absent in a count-only round.
    public var capsulePoint: HexBytes?
    public var capsuleProof: ProofBytes?
    /// This node's share of the exit salt, sealed to each other node; empty for the research environment.
    public var saltShares: [String: HexBytes]
    /// SHA-256 of that share, so that every node got the same; absent for the research environment.
    public var saltDigest: HexBytes?
    /// In a verified round whose counts get noise, this node's share of it, sealed to the coordinator and to each
    /// approver. [P-72]
    public var noiseShares: [String: HexBytes]?
    /// SHA-256 of that share.
    public var noiseDigest: HexBytes?
    /// S_j = s_j·G of a node that holds a study key: the same in all rounds of the study. [P-80]
    public var studyPoint: HexBytes?
    public var studyProof: ProofBytes?

    /// On the board each is called the key of its holder.
    private enum CodingKeys: String, CodingKey {
        case blindingPoint = "blindingKey"
        case blindingProof
        case capsulePoint = "capsuleKey"
        case capsuleProof, saltShares, saltDigest, noiseShares, noiseDigest
        case studyPoint = "studyKey"
        case studyProof
    }
}

extension KeyRevealed: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        guard let commitment = record.commitments[author] else { throw ProtocolViolation(.outOfPlace, by: author) }
        guard record.allCommitted else { throw ProtocolViolation(.outOfPlace, by: author) }
        guard record.reveals[author] == nil else { throw ProtocolViolation(.repeated, by: author) }
        guard let expected = self.commitment(round: record.round, participant: author),
            expected == commitment.commitment.bytes
        else { throw ProtocolViolation(.badCommitment, by: author) }
        guard proofsHold(in: record, by: author) else { throw ProtocolViolation(.badProof, by: author) }
        if let studyPoint, let known = record.studyKeys[author], known != studyPoint.bytes {
            throw ProtocolViolation(.studyKeyDiffers, by: author)
        }
        let isNode = record.ring.contains(author)
        let others = isNode ? Set(record.ring).subtracting([author]) : []
        guard Set(saltShares.keys) == others,
            saltShares.values.allSatisfy({ $0.bytes.count == SealedSecret.byteCount }),
            saltDigest?.bytes.count == (isNode ? 32 : nil), hasNoiseShares(in: record, by: author)
        else { throw ProtocolViolation(.badSaltShare, by: author) }
        record.reveals[author] = self
        if record.allRevealed { record.lastRevealNumber = record.heads.count }
    }

    private func hasNoiseShares(in record: RoundRecord, by author: ParticipantID) -> Bool {
        guard record.drawsNoiseTogether, record.ring.contains(author) else {
            return noiseShares == nil && noiseDigest == nil
        }
        return Set((noiseShares ?? [:]).keys) == Set(record.noiseReaders(besides: author)) && noiseShares != nil
            && noiseShares?.values.allSatisfy { $0.bytes.count == SealedSecret.byteCount } == true
            && noiseDigest?.bytes.count == 32
    }
}
