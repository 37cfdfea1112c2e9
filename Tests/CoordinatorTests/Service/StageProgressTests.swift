import PSIProtocol
import Testing

@testable import Coordinator
@testable import Values

@Suite("Progress of stages")
struct StageProgressTests {
    private static func round(_ byte: UInt8) throws -> RoundID {
        try #require(RoundID(bytes: [UInt8](repeating: byte, count: 32)))
    }

    private static func stream(_ stage: Int, attempt: Int, batch: String = "left") -> StreamID {
        StreamID(batch: batch, stage: .ring(stage), attempt: attempt)
    }

    @Test("The latest attempt counts; a late chunk of an earlier one takes nothing back")
    func attempts() throws {
        let round = try Self.round(1)
        var progress = StageProgress()
        #expect(progress.byteCount(of: .ring(1), batch: "left", round: round) == 0)
        progress.note(Self.stream(1, attempt: 0), of: round, byteCount: 500)
        progress.note(Self.stream(1, attempt: 0), of: round, byteCount: 900)
        #expect(progress.byteCount(of: .ring(1), batch: "left", round: round) == 900)
        progress.note(Self.stream(1, attempt: 2), of: round, byteCount: 100)
        progress.note(Self.stream(1, attempt: 0), of: round, byteCount: 1_000)
        #expect(progress.byteCount(of: .ring(1), batch: "left", round: round) == 100)
    }

    @Test("Parts add up, of the latest attempt")
    func parts() throws {
        let round = try Self.round(1)
        var progress = StageProgress()
        for part in 0..<4 {
            for byteCount in [10, 100 + part] {
                progress.note(Self.stream(1, attempt: 0).part(part), of: round, byteCount: byteCount)
            }
        }
        #expect(progress.byteCount(of: .ring(1), batch: "left", round: round) == 406)
        progress.note(Self.stream(1, attempt: 1).part(2), of: round, byteCount: 7)
        progress.note(Self.stream(1, attempt: 0).part(3), of: round, byteCount: 1_000)
        #expect(progress.byteCount(of: .ring(1), batch: "left", round: round) == 7)
    }

    @Test("Stages, lists and rounds are kept apart, and one round is forgotten alone")
    func apart() throws {
        let (first, second) = (try Self.round(1), try Self.round(2))
        var progress = StageProgress()
        progress.note(Self.stream(0, attempt: 0), of: first, byteCount: 1)
        progress.note(Self.stream(1, attempt: 0), of: first, byteCount: 2)
        progress.note(Self.stream(0, attempt: 0, batch: "right"), of: first, byteCount: 3)
        progress.note(Self.stream(0, attempt: 0), of: second, byteCount: 4)
        func counts(_ round: RoundID) -> [Int] {
            [("left", 0), ("left", 1), ("right", 0)].map { batch, stage in
                progress.byteCount(of: .ring(stage), batch: batch, round: round)
            }
        }
        #expect(counts(first) == [1, 2, 3] && counts(second) == [4, 0, 0])
        progress.forget(first)
        #expect(counts(first) == [0, 0, 0] && counts(second) == [4, 0, 0])
    }
}
