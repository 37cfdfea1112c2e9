import Exchange
import Testing

@testable import Coordinator
@testable import Exchange
@testable import PSIProtocol
@testable import Values

@Suite("Examined streams")
struct ExaminedStreamsTests {
    @Test("A round's are forgotten with it, and no other's")
    func forgotten() throws {
        let rounds = try (1...2).map { try #require(RoundID(bytes: [UInt8](repeating: $0, count: 32))) }
        let found = RecordExamination(digest: [1], isIncreasing: true)
        var examined = ExaminedStreams()
        for round in rounds {
            for attempt in 0..<3 {
                let stream = StreamID(batch: "left", stage: .vault, attempt: attempt)
                examined.known[StreamStore.Key(round: round, stream: stream)] = found
            }
        }
        examined.forget(rounds[0])
        #expect(examined.known.count == 3 && examined.known.keys.allSatisfy { $0.round == rounds[1] })
        examined.forget(rounds[0])
        #expect(examined.known.count == 3)
    }
}
