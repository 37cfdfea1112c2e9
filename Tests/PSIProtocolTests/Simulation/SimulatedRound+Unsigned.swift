@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

extension SimulatedRound {
    /// Goes on from a round that is under way, without signatures.
    convenience init(
        _: S.Type, from keys: PreparedRound, registers: [RegisterID: [SimulatedPerson]],
        streams: MemoryStreams = MemoryStreams()
    ) {
        self.init(S.self, from: keys, registers: registers, streams: streams) { body, author, record in
            guard record.participant(author) != nil, let entry = body as? any RuledEntry else {
                throw SimulationError.notOpened
            }
            try record.apply(entry, by: author)
        }
    }
}
