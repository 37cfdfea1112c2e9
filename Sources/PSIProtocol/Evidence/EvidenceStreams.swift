internal import Agreement
public import Values

/// Which streams show whether a complaint is justified. [P-73]
extension RoundRecord {
    /// The streams that whoever judges the complaint reads, the first part of each; all of them stand on the board.
    public func evidenceStreams(of complaint: Complained) -> [EvidenceStream] {
        switch complaint.code {
        case .selectionWrong:
            return agreement.registers.compactMap { evidence($0, .ring(ringCount - 1)) }
        case .sharesWrong:
            guard let research, let selected, let shares = released[complaint.against]?.shares else { return [] }
            return [
                EvidenceStream(
                    named: namedStream(
                        StreamID(batch: research, stage: .selection, attempt: selected.selection.attempt)),
                    author: coordinator),
                EvidenceStream(
                    named: namedStream(
                        StreamID(batch: complaint.against, stage: .release, attempt: shares.attempt)),
                    author: complaint.against),
            ].compactMap { $0 }
        default:
            guard let register = complaint.register.flatMap(register), let stage = complaint.stage else { return [] }
            let output = evidence(register, provedStage(stage))
            let proof = evidence(register, .proof(stage))
            switch complaint.code {
            case .proofMalformed, .proofWrong, .tagsWrong:
                return [evidence(register, .ring(stage - 1)), output, proof].compactMap { $0 }
            case .streamUnreadable: return [output, proof].compactMap { $0 }
            default: return [output].compactMap { $0 }
            }
        }
    }

    private func evidence(_ register: RegisterDeclaration, _ stage: StreamStage) -> EvidenceStream? {
        let attempt: Int?
        let number: Int
        switch stage {
        case .ring(let stage): (attempt, number) = (stages[register.id]?[stage]?.attempt, stage)
        case .exit: (attempt, number) = (exits[register.id]?.attempt, ringCount - 1)
        case .proof(let stage): (attempt, number) = (proofs[register.id]?[stage]?.stream.attempt, stage)
        case .vault, .selection, .release: return nil
        }
        guard let attempt, let author = node(forStage: number, of: register) else { return nil }
        return EvidenceStream(
            named: namedStream(StreamID(batch: register.id, stage: stage, attempt: attempt)), author: author)
    }
}

/// A stream that a complaint is judged by.
public struct EvidenceStream: Sendable, Equatable {
    /// What the board says of it; its first part.
    public let named: NamedStream
    public let author: ParticipantID

    init?(named: NamedStream?, author: ParticipantID) {
        guard let named else { return nil }
        self.named = named
        self.author = author
    }
}
