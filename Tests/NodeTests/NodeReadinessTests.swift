import Exchange
import Member
import Testing

@testable import Agreement
@testable import Daemon
@testable import Node
@testable import PSIProtocol
@testable import Register
@testable import RoundSimulation
@testable import Values

/// What a node finds before it says whether it is ready for a round. [P-76]
@Suite("A node's readiness")
struct NodeReadinessTests {
    private func obstacles(_ fixture: NodeFixture) async throws -> [ReadinessWord] {
        let out = KeptLines()
        let configuration = try NodeConfiguration(home: fixture.home)
        let check = NodeCheck(home: fixture.home, configuration: configuration, scheme: .finland, out: out.console)
        return try await check.check(fixture.study.agreement)
    }

    private func word(_ obstacles: [ReadinessWord]) -> ReadinessWord {
        ReadinessVoice.Statement(agreement: AgreementID(ofFile: [1]), study: "study", obstacles: obstacles).word
    }

    @Test("Registers that read and pass leave nothing to say but that it is ready")
    func ready() async throws {
        #expect(try await obstacles(try NodeFixture()) == [])
        #expect(word([]) == .ready)
    }

    @Test("Each obstacle has its code, whatever is in the register")
    func codes() async throws {
        #expect(try await obstacles(try NodeFixture(people: NodeFixture.people(51))) == [.cap])
        #expect(try await obstacles(try NodeFixture(people: NodeFixture.largePerson())) == [.cap])
        #expect(try await obstacles(try NodeFixture(policy: "studies: [another]")) == [.policy])
        let missing = try NodeFixture()
        try missing.configure("registers: []")
        #expect(try await obstacles(missing) == [.register])
        let unreadable = try NodeFixture()
        try unreadable.place.write("nothing,of,it\n", to: "node/left.csv")
        #expect(try await obstacles(unreadable) == [.register])
        // A register of which hardly a code can be used is read wrongly.
        let wrong = try NodeFixture(people: (0..<9).map { ("no code \($0)", $0, "") } + NodeFixture.people(1))
        #expect(try await obstacles(wrong).contains(.register))
    }

    @Test("Of several one is said, always the same")
    func order() {
        #expect(word([.cap, .register, .policy]) == .policy)
        #expect(word([.disk, .agreementUnknown, .keys]) == .agreementUnknown)
        for word in ReadinessWord.allCases where word != .ready { #expect(self.word([word, word]) == word) }
    }

    @Test("The home's own obstacles: an agreement that is not signed here, and nothing else of a fresh one")
    func own() throws {
        let fixture = try NodeFixture()
        let out = KeptLines()
        let found = try fixture.home.obstacles(
            to: AgreementID(ofFile: fixture.study.file), configuration: [], out: out.console)
        #expect(found == [.agreementUnknown])
        #expect(out.text.contains("sign it first with `agreement sign`"))
    }
}
