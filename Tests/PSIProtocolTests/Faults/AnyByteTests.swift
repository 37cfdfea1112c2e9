import Testing

@testable import PSIProtocol
@testable import RoundSimulation

/// Whatever changes in a stream or an entry between its author and its reader is noticed, and nothing traps.
/// [P-11] [P-12] [P-33] [P-38] [P-46]
@Suite("Any altered byte")
struct AnyByteTests {
    struct Reading: Sendable {
        let fixture: Task<FaultFixture, any Error>
        let duty: SimulatedDuty
        let stream: String
    }

    static let readings: [Reading] = [
        Reading(
            fixture: FaultFixture.ring, duty: .authority(FaultFixture.right, .mix("left", stage: 1)),
            stream: "left/0/0/0"
        ),
        Reading(fixture: FaultFixture.matching, duty: .coordinator(.match), stream: "right/2/0/0"),
        Reading(
            fixture: FaultFixture.releasing, duty: .authority(FaultFixture.left, .release),
            stream: "owner-left/selection/0/0"),
        Reading(fixture: FaultFixture.receiving, duty: .research(.receive), stream: "research/selection/0/0"),
        Reading(fixture: FaultFixture.receiving, duty: .research(.receive), stream: "owner-right/release/0/0"),
        Reading(fixture: FaultFixture.receiving, duty: .research(.receive), stream: "right/vault/0/0"),
    ]

    @Test("of a stream stops its reader, who stores nothing", arguments: readings.indices)
    func streams(index: Int) async throws {
        let reading = Self.readings[index]
        let fixture = try await reading.fixture.value
        var random = SeededRandom(seed: UInt64(index))
        for _ in 0..<40 {
            let (position, bit, kind) = (
                Int.random(in: 0..<10_000, using: &random), UInt8.random(in: 0..<8, using: &random),
                Int.random(in: 0..<4, using: &random)
            )
            let outcome = try await fixture.outcome(of: reading.duty, damaging: reading.stream) { bytes in
                var bytes = bytes
                let at = position % bytes.count
                switch kind {
                case 0: bytes.remove(at: at)
                case 1: bytes.insert(bit, at: at)
                default: bytes[at] ^= 1 << bit
                }
                return bytes
            }
            #expect(outcome.violation != nil, "\(reading.stream), byte \(position), kind \(kind)")
            #expect(outcome.stored.isEmpty)
        }
        // The same reading goes well when nothing is altered.
        #expect(try await fixture.outcome(of: reading.duty, damaging: reading.stream, { $0 }).violation == nil)
    }

    @Test("of an entry keeps it off the board")
    func entries() async throws {
        let fixture = try await BoardFixture.rows.value
        var random = SeededRandom(seed: 9)
        for index in fixture.board.indices.dropFirst() {
            var record = fixture.records[index - 1]
            for _ in 0..<6 {
                var bytes = fixture.board[index]
                let at = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.remove(at: at)
                case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
                case 2: bytes.removeLast(bytes.count - at)
                default: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                }
                #expect(throws: ProtocolViolation.self) { try record.append(bytes) }
            }
            try record.append(fixture.board[index])
        }
    }
}
