import Crypto
import Exchange
import Files
import TestDirectories
import Testing

@testable import Agreement
@testable import Daemon
@testable import Member
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Which keys of the coordinator a participant takes besides the one in its configuration.
@Suite("Keys of the coordinator")
struct CoordinatorPinsTests {
    let place: TemporaryDirectory
    let state: SealedState
    /// The latest first, each amending the next; their coordinators' keys are 3, 2 and 1.
    let chain: AgreementChain

    init() async throws {
        place = try TemporaryDirectory()
        state = try SealedState(
            in: PrivateDirectory(place.path), key: SymmetricKey(data: [UInt8](repeating: 7, count: 32)))
        let signed = try await BoardFixture.rows.value.after(RoundOpened.self).agreement
        let ids = (0..<3).map { AgreementID(ofFile: [UInt8($0)]) }
        chain = AgreementChain(
            (0..<3).map { index in
                var agreement = signed
                agreement.amends = index < 2 ? ids[index + 1] : nil
                for place in agreement.participants.indices where agreement.participants[place].role == .coordinator {
                    agreement.participants[place].tlsPin = [UInt8](repeating: UInt8(3 - index), count: 32)
                }
                return (ids[index], agreement)
            })
    }

    private func pin(_ byte: UInt8) throws -> TLSPin {
        try #require(TLSPin(bytes: [UInt8](repeating: byte, count: 32)))
    }

    private func taken(configured: UInt8) throws -> Set<UInt8> {
        let pins = CoordinatorPins.pins(of: chain, configured: try pin(configured), Succession(in: state))
        return Set(pins.map { $0.bytes[0] })
    }

    @Test("All of a chain are taken before anything is settled, whichever is configured")
    func before() throws {
        for configured: UInt8 in 1...3 { #expect(try taken(configured: configured) == [1, 2, 3]) }
    }

    @Test("A key is taken no more once the agreement that pins it was superseded")
    func settled() throws {
        try Succession(in: state).settle(AgreementChain(Array(chain.members[1...])))
        for configured: UInt8 in 1...3 { #expect(try taken(configured: configured) == [2, 3]) }
        try Succession(in: state).settle(chain)
        for configured: UInt8 in 1...3 { #expect(try taken(configured: configured) == [3]) }
    }

    @Test("Agreements of another coordinator add nothing, nor does an amendment that lost against another one")
    func others() throws {
        #expect(try taken(configured: 9).isEmpty)
        let rival = AgreementChain(
            [(AgreementID(ofFile: [9]), chain.members[0].agreement)] + Array(chain.members[1...]))
        try Succession(in: state).settle(rival)
        #expect(try taken(configured: 1).isEmpty)
    }
}
