import Testing

@testable import PSIProtocol
@testable import RoundSimulation

/// A coordinator that tells nodes one end of a round and the research environment another. [P-14] [P-44]
@Suite("Attack: two ends of one round")
struct TwoEndsAttackTests {
    @Test("no key holder's signature over the one end fits the board with the other")
    func signaturesDoNotFit() async throws {
        let fixture = try await BoardFixture.rows.value
        let received = try fixture.after(Received.self)
        var closed = received
        var aborted = received
        try closed.append(try fixture.sign(RoundClosed(), by: "coordinator", on: received))
        try aborted.append(
            try fixture.sign(
                RoundAborted(code: .deadline, participants: []), by: "coordinator", on: received))
        for node in closed.ring {
            let signed = try fixture.sign(KeysErased(), by: node, on: aborted)
            #expect(throws: ProtocolViolation(.boardForked, by: node)) { try closed.append(signed) }
            // Nor one made before the end, which would fit both.
            let early = try fixture.sign(KeysErased(), by: node, on: received)
            #expect(throws: ProtocolViolation(.outOfPlace, by: node)) { try closed.append(early) }
        }
        #expect(!closed.allErased && closed.yetToErase == closed.keyHolders)
    }
}
