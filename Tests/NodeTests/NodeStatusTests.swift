import Foundation
import Testing

@testable import Daemon
@testable import Node
@testable import PSIProtocol
@testable import RoundSimulation

/// `status.json` of a node.
@Suite("What a node's status says")
struct NodeStatusTests {
    @Test("A round is news when it is new and when its phase has changed, and at no other time")
    func news() async throws {
        let fixture = try await BoardFixture.rows.value
        var status = NodeStatus(node: "n")
        var phases: [String] = []
        for record in fixture.records {
            let isNews = status.update(record)
            #expect(isNews == (phases.last != record.phase.rawValue))
            if isNews { phases.append(record.phase.rawValue) }
            let isNewsAgain = status.update(record)
            #expect(!isNewsAgain)
            #expect(status.rounds.map(\.waitingFor) == [record.waitingFor])
            // Lengths of lists and of what was selected follow from people.
            #expect(status.rounds.allSatisfy { $0.selectedItems == nil && $0.counts == nil })
            #expect(status.rounds.flatMap(\.registers).allSatisfy { $0.items == nil && $0.stageItems == nil })
        }
        #expect(phases.count > 4 && Set(phases).count == phases.count)
    }

    @Test("The fifty rounds seen last are kept, the latest at the end")
    func most() throws {
        let fixture = try NodeFixture()
        let records = try (1...60).map { _ in try fixture.opened() }
        var status = NodeStatus(node: "n")
        for record in records {
            let isNews = status.update(record)
            #expect(isNews)
        }
        #expect(status.rounds.map(\.round) == records.suffix(50).map(\.round.description))
    }

    @Test("What the file says can be read back, and is of rounds and this machine alone")
    func file() async throws {
        let fixture = try NodeFixture()
        await (try fixture.start()).observe(try fixture.opened())
        let bytes = try fixture.place.read("node/status.json")
        let status = try JSONDecoder().decode(NodeStatus.self, from: Data(bytes))
        #expect(status.node == NodeFixture.node && status.rounds.count == 1)
        #expect(Set(status.backends.keys) == ["ristretto255-SHA512", "P256-SHA256", "ffdhe3072-SHA512"])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        let known: Set = ["node", "process", "backends", "rounds", "residentMebibytes", "peakMebibytes"]
        #expect(known.isSuperset(of: object.keys))
        let round = try #require((object["rounds"] as? [[String: Any]])?.first)
        #expect(Set(round.keys).isSuperset(of: ["round", "study", "number", "phase", "waitingFor", "registers"]))
        #expect(round["selectedItems"] == nil && round["counts"] == nil)
    }

    @Test("A full disk stops no round: the status is not written, and the log says so")
    func unwritable() async throws {
        let fixture = try NodeFixture()
        let member = try fixture.start()
        try FileManager.default.createDirectory(
            atPath: fixture.home.statusPath, withIntermediateDirectories: false)
        await member.observe(try fixture.opened())
        #expect(fixture.messages.text.contains("status.json was not written"))
    }
}
