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
        let (claims, chain) = (RoundClaims(state: state), AgreementChain(record.agreementID, record.agreement))
        #expect(try claims.claim(record, chain) && claims.claim(record, chain))
        try state.put(.opening(record.opening.number, of: record.agreementID), [UInt8](repeating: 1, count: 32))
        #expect(try !claims.claim(record, chain))
    }

    @Test("A number that a round had under the agreement which this one amends is no other round's")
    func chain() async throws {
        let record = try await record()
        let former = AgreementID(ofFile: [1])
        let chain = AgreementChain([(record.agreementID, record.agreement), (former, record.agreement)])
        let claims = RoundClaims(state: state)
        try state.put(.opening(record.opening.number, of: former), record.round.bytes)
        #expect(try !claims.claim(record, chain))
        #expect(!state.contains(.opening(record.opening.number, of: record.agreementID)))
        try state.remove(.opening(record.opening.number, of: former))
        // Nor does a restored participant take one below a former agreement's.
        try state.put(.opening(record.opening.number + 1, of: former), record.round.bytes)
        try RestoredMark(made: 5, restored: 6, wasRunning: true).write(to: state)
        #expect(try !claims.claim(record, chain))
        try state.remove(.opening(record.opening.number + 1, of: former))
        #expect(try claims.claim(record, chain))
    }

    @Test("Who was restored takes no number below one that it has seen, since that was a round it has forgotten")
    func restored() async throws {
        let record = try await record()
        let chain = AgreementChain(record.agreementID, record.agreement)
        let later = record.opening.number + 1
        try #require(later <= record.agreement.roundsAllowed)
        try state.put(.opening(later, of: record.agreementID), [UInt8](repeating: 1, count: 32))
        #expect(try RoundClaims(state: state).claim(record, chain))
        try state.remove(.opening(record.opening.number, of: record.agreementID))
        try RestoredMark(made: 5, restored: 6, wasRunning: true).write(to: state)
        #expect(try !RoundClaims(state: state).claim(record, chain))
        #expect(!state.contains(.opening(record.opening.number, of: record.agreementID)))
        // Its own rounds from before go on being its own.
        try state.put(.opening(record.opening.number, of: record.agreementID), record.round.bytes)
        #expect(try RoundClaims(state: state).claim(record, chain))
    }
}
