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
    private func obstacles(
        _ fixture: NodeFixture, _ agreement: Agreement? = nil, out: KeptLines = KeptLines()
    ) async throws -> [ReadinessWord] {
        let configuration = try NodeConfiguration(home: fixture.home)
        let check = NodeCheck(home: fixture.home, configuration: configuration, scheme: .finland, out: out.console)
        return try await check.check(AgreementID(ofFile: fixture.study.file), agreement ?? fixture.study.agreement)
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
        #expect(word([.policy, .superseded]) == .superseded)
        #expect(word([.keys, .keysLost, .disk]) == .keysLost)
        for word in ReadinessWord.allCases where word != .ready { #expect(self.word([word, word]) == word) }
    }

    @Test("[P-84] An agreement that is superseded is told by its code, and its registers are not read")
    func superseded() async throws {
        let fixture = try NodeFixture()
        let id = AgreementID(ofFile: fixture.study.file)
        // The register cannot be read, which would be told of an agreement in force.
        try fixture.place.write("nothing,of,it\n", to: "node/left.csv")
        #expect(try await obstacles(fixture) == [.register])
        var amended = fixture.study.agreement
        amended.amends = id
        let later = AgreementID(ofFile: [2])
        let chain = AgreementChain([(later, amended), (id, fixture.study.agreement)])
        // As the daemon does while the command looks: the fixture has the state open.
        try Succession(in: fixture.state).settle(chain)
        let out = KeptLines()
        #expect(try await obstacles(fixture, out: out) == [.superseded])
        #expect(out.text.contains("superseded: the agreement \(later), which amends it, has taken its place"))
        #expect(!out.text.contains("register left"))
    }

    @Test("[P-85] A study key that is to be taken over, or is lost, is told by its code, and then no more")
    func studyKey() async throws {
        let fixture = try NodeFixture()
        var agreement = fixture.study.agreement
        agreement.pseudonyms = .study(holders: [NodeFixture.node])
        // Its own is made when a round needs it.
        #expect(try await obstacles(fixture, agreement) == [])
        agreement.pseudonymSuccessors = [StudyKeySuccessor(leaver: "leaver", successor: NodeFixture.node)]
        let out = KeptLines()
        #expect(try await obstacles(fixture, agreement, out: out) == [.keysLost])
        #expect(out.text.contains("that leaver hands over is not here") && out.text.contains("study-key take"))
        let key = StudyKey.random()
        try StudyKeys(of: agreement, in: fixture.state).take(key, of: "leaver")
        #expect(try await obstacles(fixture, agreement) == [])
        // Gone again, when rounds have shown it.
        _ = try StudyKeys(of: agreement, in: fixture.state).destroyOwn()
        #expect(try await obstacles(fixture, agreement) == [.keysLost])
        // Who holds none needs none.
        agreement.pseudonyms = .study(holders: ["leaver"])
        #expect(try await obstacles(fixture, agreement) == [])
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
