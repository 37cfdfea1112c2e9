import Files
import Foundation
import Member
import Testing

@testable import Agreement
@testable import Daemon
@testable import Node
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// What a node joins, does, refuses and forgets, with the board and the streams in this process.
@Suite("A node in a round")
struct NodeMemberTests {
    // MARK: - Joining

    @Test("The local policy's refusal is told to the others by its code, and to the log by its reason")
    func policy() async throws {
        let fixture = try NodeFixture(policy: "studies: [other]")
        #expect(try await fixture.start().admit(fixture.opened()) == .policy)
        #expect(fixture.messages.text.contains("The local policy refuses the round"))
    }

    @Test("A register that config.yaml does not have refuses the round, and is named in the log")
    func register() async throws {
        let fixture = try NodeFixture()
        try fixture.configure("registers: []")
        #expect(try await fixture.start().admit(fixture.opened()) == .register)
        #expect(fixture.messages.text.contains("register=left"))
    }

    @Test("Rounds are counted once each, through restarts, and a refused one costs nothing")
    func spent() async throws {
        let fixture = try NodeFixture(roundsAllowed: 2)
        let rounds = try (1...3).map { _ in try fixture.opened() }
        for _ in 0..<3 {
            #expect(try await fixture.start().admit(rounds[0]) == nil)
            #expect(try await fixture.start().admit(rounds[1]) == nil)
            #expect(try await fixture.start().admit(rounds[2]) == .roundsSpent)
        }
        let strict = try NodeFixture(policy: "rounds_allowed: 1")
        let own = try (1...2).map { _ in try strict.opened() }
        try strict.configure("registers: []")
        #expect(try await strict.start().admit(own[0]) == .register)
        try strict.configure(NodeFixture.register)
        #expect(try await strict.start().admit(own[1]) == nil)
        #expect(try await strict.start().admit(own[0]) == .roundsSpent)
    }

    @Test("Rounds under the agreement that this one amends are counted as its own")
    func amended() async throws {
        let fixture = try NodeFixture(roundsAllowed: 3)
        let former = AgreementID(ofFile: [1])
        try fixture.state.put(.roundsSpent(of: former), [UInt8](repeating: 1, count: 64))
        let rounds = try (1...2).map { _ in try fixture.opened(amending: former) }
        for _ in 0..<2 {
            #expect(try await fixture.start().admit(rounds[0]) == nil)
            #expect(try await fixture.start().admit(rounds[1]) == .roundsSpent)
        }
    }

    // MARK: - Its duties

    @Test("It commits, reveals, signs and declares its register, and so it does if it starts anew each time")
    func declares() async throws {
        for restarting in [false, true] {
            let fixture = try NodeFixture()
            let round = try fixture.round(restarting: restarting)
            try await round.run { $0.batches["left"] != nil }
            let record = try round.record()
            #expect(record.batches["left"]?.count == 3)
            #expect(record.commitments[NodeFixture.node] != nil && record.allManifestsSigned)
        }
    }

    @Test("Nothing that it logs, writes or sends has a code or a note of its register in it")
    func nothingInTheClear() async throws {
        let fixture = try NodeFixture()
        let round = try fixture.round()
        let member = try fixture.start()
        try await round.run { $0.batches["left"] != nil }
        await member.observe(try round.record())
        let sent = fixture.transport.all
        let log = Array(fixture.messages.text.utf8)
        #expect(!sent.isEmpty && log.count > 100)
        let out = sent.flatMap(\.bytes) + round.board.flatMap { $0 } + log + (try fixture.written())
        for (code, _, note) in NodeFixture.people(3) {
            for secret in [code, note] { #expect(!contains(out, Array(secret.utf8)), "\(secret)") }
        }
        // The search would have found them.
        #expect(contains(out + Array("x 010150-901U y".utf8), Array("010150-901U".utf8)))
    }

    @Test("A register that cannot be used is refused before anything of it is sent, by what is wrong with it")
    func unusable() async throws {
        let cases: [(RefusalCode, (NodeFixture) throws -> Void)] = [
            (.register, { try AtomicFile.remove($0.place.file("node/left.csv")) }),
            (.register, { try $0.place.write("hetu,year\n", to: "node/left.csv") }),
            (.register, { try $0.write([(NodeFixture.code(0), 2_000, "of " + NodeFixture.code(1))]) }),
            (.cap, { try $0.write(NodeFixture.people(51)) }),
            (.cap, { try $0.write(NodeFixture.largePerson()) }),
        ]
        for (code, spoil) in cases {
            let fixture = try NodeFixture()
            let round = try fixture.round()
            try await round.run { $0.allManifestsSigned }
            try spoil(fixture)
            let refusal = try await #require(throws: RoundRefusal.self) {
                try await round.run { $0.batches["left"] != nil }
            }
            #expect(refusal.code == code, "\(refusal)")
            #expect(fixture.transport.all.isEmpty)
            for index in 0..<51 { #expect(!refusal.description.contains(NodeFixture.code(index)), "\(refusal)") }
        }
    }

    @Test("A node that has other keys than the board has of it, as a second copy would, refuses")
    func otherKeys() async throws {
        let fixture = try NodeFixture()
        let round = try fixture.round()
        try await round.run { $0.commitments.isEmpty }
        let before = try round.record()
        try await round.run { $0.authorityDuties(of: NodeFixture.node).first == .revealKeys }
        let member = try fixture.start()
        try await member.erase(before.round, ending: nil)
        // As when it had not read on before it made its keys.
        #expect(try await member.step(before) is KeyCommitted)
        let refusal = try await #require(throws: RoundRefusal.self) { try await member.step(try round.record()) }
        #expect(refusal.code == .keysLost && refusal.description.contains("another copy"))
    }

    @Test("A node whose keys of a round are lost says so, and makes no others")
    func lost() async throws {
        let fixture = try NodeFixture()
        let round = try fixture.round()
        try await round.run { $0.authorityDuties(of: NodeFixture.node).first == .revealKeys }
        let member = try fixture.start()
        try await member.erase(try round.record().round, ending: nil)
        let refusal = try await #require(throws: RoundRefusal.self) { try await member.step(try round.record()) }
        #expect(refusal.code == .keysLost)
    }

    @Test("After a round nothing of its keys and lists is left, and erasing again is no error")
    func erased() async throws {
        let fixture = try NodeFixture()
        let round = try fixture.round()
        try await round.run { $0.batches["left"] != nil }
        let record = try round.record()
        let lists = fixture.place.file("node/lists")
        #expect(try !FileManager.default.subpathsOfDirectory(atPath: lists).isEmpty)
        let member = try fixture.start()
        for _ in 0..<2 { try await member.erase(record.round, ending: .closed) }
        #expect(try FileManager.default.subpathsOfDirectory(atPath: lists).isEmpty)
        #expect(fixture.messages.text.components(separatedBy: "keys are destroyed").count == 2)
    }

    private func contains(_ bytes: [UInt8], _ words: [UInt8]) -> Bool {
        Data(bytes).range(of: Data(words)) != nil
    }
}
