import Crypto
import Files
import TestDirectories
import Testing

@testable import Daemon
@testable import Member
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Which round has which number, as a participant remembers it, or has forgotten. [P-17]
@Suite("Numbers of rounds")
struct RoundClaimsTests {
    let place: TemporaryDirectory
    let state: SealedState

    init() throws {
        place = try TemporaryDirectory()
        state = try SealedState(
            in: PrivateDirectory(place.path), key: SymmetricKey(data: [UInt8](repeating: 7, count: 32)))
    }

    private func record() async throws -> RoundRecord { try await BoardFixture.rows.value.after(RoundOpened.self) }

    @Test("A number belongs to the first round that was seen with it")
    func first() async throws {
        let record = try await record()
        let claims = RoundClaims(state: state)
        #expect(try claims.claim(record) && claims.claim(record))
        try state.put(.opening(record.opening.number, of: record.agreementID), [UInt8](repeating: 1, count: 32))
        #expect(try !claims.claim(record))
    }

    @Test("Who was restored takes no number below one that it has seen, since that was a round it has forgotten")
    func restored() async throws {
        let record = try await record()
        let later = record.opening.number + 1
        try #require(later <= record.agreement.roundsAllowed)
        try state.put(.opening(later, of: record.agreementID), [UInt8](repeating: 1, count: 32))
        #expect(try RoundClaims(state: state).claim(record))
        try state.remove(.opening(record.opening.number, of: record.agreementID))
        try RestoredMark(made: 5, restored: 6, wasRunning: true).write(to: state)
        #expect(try !RoundClaims(state: state).claim(record))
        #expect(!state.contains(.opening(record.opening.number, of: record.agreementID)))
        // Its own rounds from before go on being its own.
        try state.put(.opening(record.opening.number, of: record.agreementID), record.round.bytes)
        #expect(try RoundClaims(state: state).claim(record))
    }
}
