internal import Crypto
internal import Values

extension KeyRevealed {
    /// What `KeyCommitted` holds for these keys: SHA-256 over label, round, participant and the body's JSON. [P-25]
    func commitment(round: RoundID, participant: ParticipantID) -> [UInt8]? {
        guard let json = try? CanonicalJSON.encode(self) else { return nil }
        return Array(
            SHA256.hash(data: Label.keyCommitment.bytes + round.bytes + Array(participant.utf8) + [0] + json))
    }

    /// Whether the right keys are there and each proof holds. [P-27]
    func proofsHold(in record: RoundRecord, by participant: ParticipantID) -> Bool {
        let isNode = record.ring.contains(participant)
        let isHolder = record.agreement.pseudonyms.holders.contains(participant)
        guard (blindingPoint != nil) == isNode, (blindingProof != nil) == isNode,
            (studyPoint != nil) == isHolder, (studyProof != nil) == isHolder,
            (capsulePoint != nil) == record.releasesRows, (capsuleProof != nil) == record.releasesRows
        else { return false }
        if let blindingPoint, let blindingProof {
            let context = Self.context(.blinding, round: record.round, participant: participant)
            guard blindingProof.holds(record.agreement.suite.type, key: blindingPoint, context: context) else {
                return false
            }
        }
        for (purpose, point, proof) in [
            (Purpose.capsule, capsulePoint, capsuleProof), (.study, studyPoint, studyProof),
        ] {
            guard let point, let proof else { continue }
            let context = Self.context(purpose, round: record.round, participant: participant)
            guard proof.holds(Ristretto255.self, key: point, context: context) else { return false }
        }
        return true
    }

    enum Purpose: String { case blinding, capsule, study }

    /// What a proof of possession is bound to.
    static func context(_ purpose: Purpose, round: RoundID, participant: ParticipantID) -> [UInt8] {
        round.bytes + Array(participant.utf8) + [0] + Array(purpose.rawValue.utf8)
    }

    /// Of the research environment, which has no share of the salt; its point is added.
    init(saltShares: [String: HexBytes]) {
        self.init(
            blindingPoint: nil, blindingProof: nil, capsulePoint: nil, capsuleProof: nil, saltShares: saltShares,
            saltDigest: nil)
    }

    /// Adds the point of a capsule scalar, with its proof.
    mutating func addCapsulePoint(
        of scalar: borrowing SecretScalar<Ristretto255>, participant: ParticipantID, round: RoundID
    ) {
        (capsulePoint, capsuleProof) = Self.point(of: scalar, .capsule, participant: participant, round: round)
    }

    /// Adds the point of a study key, with its proof.
    mutating func addStudyPoint(
        of scalar: borrowing SecretScalar<Ristretto255>, participant: ParticipantID, round: RoundID
    ) {
        (studyPoint, studyProof) = Self.point(of: scalar, .study, participant: participant, round: round)
    }

    private static func point(
        of scalar: borrowing SecretScalar<Ristretto255>, _ purpose: Purpose, participant: ParticipantID, round: RoundID
    ) -> (HexBytes, ProofBytes) {
        let point = Ristretto255.multiplyGenerator(by: scalar)
        let proof = SchnorrProof.make(
            key: scalar, publicKey: point, context: context(purpose, round: round, participant: participant))
        return (HexBytes(point), ProofBytes(proof))
    }
}
