import Crypto
import Files
import PSIProtocol
import TestDirectories
import Testing

@testable import Daemon
@testable import Member
@testable import Values

/// Which rounds are followed, and what is kept of those that are over. [P-16] [P-17]
@Suite("Rounds that a coordinator lists")
struct RoundQueueTests {
    private func round(_ number: Int) throws -> RoundID {
        try #require(RoundID(bytes: BigEndian.u64(UInt64(number)) + [UInt8](repeating: 1, count: 24)))
    }

    @Test("The 17th round waits, is told of once, and is taken up when there is room")
    func waiting() throws {
        var queue = RoundQueue(limit: 16, dailyLimit: 256)
        let rounds = try (0..<18).map(round)
        queue.list(rounds)
        #expect(queue.start() == Array(rounds.prefix(16)))
        #expect(queue.news() == .waiting(2))
        #expect(queue.news() == nil)
        queue.list(rounds + rounds)
        #expect(queue.start().isEmpty)
        #expect(queue.news() == nil)
        queue.end(rounds[3])
        #expect(queue.start() == [rounds[16]])
        queue.end(rounds[0])
        #expect(queue.start() == [rounds[17]])
        #expect(queue.news() == nil)
        queue.list(rounds + [try round(20)])
        #expect(queue.start().isEmpty)
        #expect(queue.news() == .waiting(1))
    }

    @Test("Rounds left from before are followed whatever the limits")
    func left() throws {
        var queue = RoundQueue(limit: 1, dailyLimit: 1)
        for number in 0..<3 { queue.resume(try round(number)) }
        queue.list([try round(0), try round(9)])
        #expect(queue.start().isEmpty)
        for number in 0..<3 { queue.end(try round(number)) }
        #expect(queue.start() == [try round(9)])
    }

    @Test("So many new rounds a day are looked at")
    func daily() throws {
        let begin = ContinuousClock.now
        var queue = RoundQueue(limit: 16, dailyLimit: 20, now: begin)
        var started = 0
        for number in 0..<1_000 {
            queue.list([try round(number)])
            for next in queue.start(now: begin + .seconds(number)) {
                started += 1
                queue.end(next)
            }
        }
        #expect(started == 20)
        #expect(queue.news() == .tooManyToday(1))
        #expect(queue.start(now: begin + .seconds(86_400)) == [try round(999)])
    }

    @Test("A loop that goes round too fast is slowed down to one turn a second")
    func pace() {
        let begin = ContinuousClock.now
        var pace = Pace(burst: 3, now: begin)
        var time = begin
        var turns = 0
        while time - begin < .seconds(60) {
            time += pace.pause(now: time) + .milliseconds(1)
            turns += 1
        }
        #expect((50...70).contains(turns), "\(turns)")
        // A rare turn waits for nothing.
        for _ in 0..<5 {
            time += .seconds(60)
            #expect(pace.pause(now: time) == .zero)
        }
    }

    @Test("Rounds that are long over are forgotten, and never joined again whatever the clock says")
    func forgetting() throws {
        let place = try TemporaryDirectory()
        let state = try SealedState(
            in: try PrivateDirectory(place.path), key: SymmetricKey(data: [UInt8](repeating: 7, count: 32)))
        for number in 0..<20 { try RoundJournal(round: try round(number), state: state).end(deadline: 1_000 + number) }
        #expect(try RoundJournal.forgetLongOver(in: state, now: 1_000 + 86_400) == 0)
        #expect(try !RoundJournal.mayBeForgotten(deadline: 1_000, in: state))
        #expect(try RoundJournal.forgetLongOver(in: state, now: 1_010 + 86_400) == 10)
        #expect(!RoundJournal(round: try round(9), state: state).isOver())
        #expect(RoundJournal(round: try round(10), state: state).isOver())
        #expect(try RoundJournal.mayBeForgotten(deadline: 1_009, in: state))
        #expect(try RoundJournal.mayBeForgotten(deadline: 5, in: state))
        #expect(try !RoundJournal.mayBeForgotten(deadline: 1_010, in: state))
        // A clock that was put back forgets nothing more and takes nothing back.
        #expect(try RoundJournal.forgetLongOver(in: state, now: 0) == 0)
        #expect(try RoundJournal.mayBeForgotten(deadline: 1_009, in: state))
        #expect(try RoundJournal.forgetLongOver(in: state, now: 1_000_000) == 10)
        #expect(state.names(StatePrefix("")) == [.overUntil])
    }
}
