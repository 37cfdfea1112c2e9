internal import Agreement
internal import Values

/// Who reads which stream. [P-50] [P-63]
extension RoundRecord {
    /// How a stream of this batch and stage is sealed, and so who can read it.
    public func sealing(of stage: StreamStage, batch: String) -> StreamSealing {
        switch stage {
        case .vault, .selection: return .plain
        case .release: return .sealed(to: research ?? coordinator)
        case .ring, .exit, .proof: break
        }
        guard let register = register(batch) else { return .plain }
        if !isVerified, case .ring(let number) = stage {
            return .sealed(to: node(forStage: number + 1, of: register) ?? coordinator)
        }
        return .shared(with: readers(of: stage, register))
    }

    /// In ring order, and then the coordinator.
    private func readers(of stage: StreamStage, _ register: RegisterDeclaration) -> [ParticipantID] {
        var readers: Set<ParticipantID> = []
        switch stage {
        case .ring(let number) where number == ringCount - 1: readers = Set(approvers).union([coordinator])
        case .ring(let number):
            for stage in [number, number + 1] { readers.formUnion(checkers(ofStage: stage, of: register)) }
            if let next = node(forStage: number + 1, of: register) { readers.insert(next) }
        case .exit: readers = Set(checkers(ofStage: ringCount - 1, of: register))
        case .proof(let number): readers = Set(checkers(ofStage: number, of: register))
        case .vault, .selection, .release: break
        }
        return (ring + [coordinator]).filter(readers.contains)
    }
}
