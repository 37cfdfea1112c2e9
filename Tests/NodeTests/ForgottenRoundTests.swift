import Testing

@testable import Agreement
@testable import Daemon
@testable import Node
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Rounds that a node has held and, put back to an older copy of its state, does not remember.
@Suite("Rounds that a restored node has forgotten")
struct ForgottenRoundTests {
    /// A round of which the board shows how far the node went, looked at by a node that does not remember it.
    private static func lookedAt(by fixture: NodeFixture) async throws -> RoundRecord {
        let round = try fixture.round()
        try await round.run { $0.batches["left"] != nil }
        let record = try round.record()
        // The agreement's number is one that was given, as `RoundParticipation` notes when it looks at the round.
        try fixture.state.put(.opening(record.opening.number, of: record.agreementID), record.round.bytes)
        try fixture.state.remove(.roundsSpent(of: record.agreementID))
        try RestoredMark(made: 1, restored: 2, wasRunning: true).write(to: fixture.state)
        await (try fixture.start()).observe(record)
        return record
    }

    @Test("One that its board shows to have been held counts, once")
    func counted() async throws {
        let fixture = try NodeFixture(roundsAllowed: 1)
        let record = try await Self.lookedAt(by: fixture)
        await (try fixture.start()).observe(record)
        #expect(try fixture.state.get(.roundsSpent(of: record.agreementID)) == record.round.bytes)
        #expect(try await fixture.start().admit(fixture.opened()) == .roundsSpent)
    }

    @Test("One in which it said nothing does not count")
    func refused() async throws {
        let fixture = try NodeFixture(roundsAllowed: 1)
        let record = try fixture.opened()
        try fixture.state.put(.opening(record.opening.number, of: record.agreementID), record.round.bytes)
        try RestoredMark(made: 1, restored: 2, wasRunning: true).write(to: fixture.state)
        await (try fixture.start()).observe(record)
        #expect(try await fixture.start().admit(fixture.opened()) == nil)
    }
}
