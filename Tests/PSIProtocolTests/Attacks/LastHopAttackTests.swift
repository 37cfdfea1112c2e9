import Testing

@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// The last hop of a list makes the capsules that the coordinator gets, and is asked for shares of selected ones later.
/// [P-33] [P-37] [P-38]
@Suite("Attacks of the last hop")
struct LastHopAttackTests {
    /// Three in both registers, of which left is released for them; everybody else is not selected.
    static let matching = Task { try await RoundAtMatching() }

    struct RoundAtMatching: Sendable {
        let round: PreparedRound
        let streams: MemoryStreams

        init() async throws {
            let study = try SimulatedStudy(
                registers: ["left", "right"],
                cohorts: [("both", .intersect(.register("left"), .register("right")))],
                releasedFor: ["left": ["both"], "right": ["both"]], options: .init(padding: .none, mixers: 1))
            let simulated = SimulatedRound(Ristretto255.self, study: study, registers: LastHopAttackTests.people)
            try await simulated.run { $0.allStagesDone }
            round = try simulated.prepared()
            streams = simulated.streams
        }
    }

    static let people: [RegisterID: [SimulatedPerson]] = [
        "left": ["a", "b", "c", "d", "e", "f"], "right": ["d", "e", "f", "g"],
    ].mapValues { $0.map { SimulatedPerson($0, rows: [[.integer(1), .text("row")]]) } }

    /// Items of a list as its last hop sent it to the coordinator: tag ‖ A ‖ B.
    static func items(_ register: String, _ streams: MemoryStreams) async throws -> [[UInt8]] {
        ListTests.cut(Array(try #require(await streams.load("\(register)/2/0/0")).dropFirst(32)), 80)
    }

    /// What the coordinator makes of the lists, one of them as `change` has it. The sender has promised what it sends.
    static func match(
        _ register: String, _ change: ([[UInt8]]) -> [[UInt8]]
    ) async throws -> (streams: MemoryStreams, record: RoundRecord, body: any EntryBody) {
        let stopped = try await matching.value
        let streams = await stopped.streams.copy()
        var record = stopped.round.record
        let list = ListPrefix.random().bytes(ofPart: 0) + change(try await items(register, streams)).flatMap { $0 }
        await streams.store(list, "\(register)/2/0/0")
        record.stages[register]?[2]?.digest = HexBytes(Digest.of(list))
        let simulated = SimulatedRound(Ristretto255.self, from: stopped.round, registers: [:], streams: streams)
        return (streams, record, try await simulated.perform(.coordinator(.match), on: record))
    }

    @Test("a node that made capsules recognises none of them among the requests or in the selection")
    func lastHopRecognisesNothing() async throws {
        let result = try await Self.match("left") { $0 }
        let requests = ListTests.cut(try #require(await result.streams.load("mixer0/selection/0/0")), 32)
        let selection = ListTests.cut(try #require(await result.streams.load("research/selection/0/0")), 90)
        #expect(requests.count == 6)
        var seen: Set<[UInt8]> = []
        for register in ["left", "right"] {
            let items = try await Self.items(register, result.streams)
            // The coordinator selected by the very tags of these items.
            #expect(!Set(items.map { Array($0[..<16]) }).isDisjoint(with: selection.map { Array($0[65..<81]) }))
            for item in items { seen.formUnion([Array(item[16..<48]), Array(item[48...])]) }
        }
        #expect(seen.isDisjoint(with: requests))
        #expect(seen.isDisjoint(with: selection.flatMap { [Array($0[..<32]), Array($0[32..<64])] }))
        // They still open: the secrets are what they were.
        #expect(Set(requests) == Set(selection.map { Array($0[..<32]) }))
    }

    @Test("a capsule repeated in all items lets nobody name the coordinator, nor be recognised")
    func lastHopCannotFrameTheCoordinator() async throws {
        let result = try await Self.match("left") { items in
            items.map { Array($0[..<16] + items[0][16...]) }
        }
        let requests = ListTests.cut(try #require(await result.streams.load("mixer0/selection/0/0")), 32)
        #expect(requests.count == 6 && Set(requests).count == 6)
        // Every node computes its shares: the requests increase.
        let stopped = try await Self.matching.value
        var record = result.record
        guard let selected = result.body as? Selected else { throw SimulationError.noStream }
        record.selected = selected
        for node in record.ring {
            let simulated = SimulatedRound(
                Ristretto255.self, from: stopped.round, registers: [:], streams: result.streams)
            let body = try await simulated.perform(.authority(node, .release), on: record)
            #expect(body is Released)
        }
    }

    @Test("a capsule that is none stops the round whether or not its person is selected", arguments: [16, 48])
    func invalidCapsuleIsNoOracle(offset: Int) async throws {
        let selected = try await Self.selectedTags()
        let items = try await Self.items("left", try await Self.matching.value.streams)
        #expect(selected.count == 3)
        for index in items.indices {
            await #expect(throws: ProtocolViolation(.invalidCapsule, by: "mixer0", index: index)) {
                _ = try await Self.match("left") { items in
                    var items = items
                    items[index].replaceSubrange(offset..<(offset + 32), with: [UInt8].filled(0xff, 32))
                    return items
                }
            }
        }
        // Both kinds were among them.
        #expect(items.contains { selected.contains(Array($0[..<16])) })
        #expect(items.contains { !selected.contains(Array($0[..<16])) })
    }

    static func selectedTags() async throws -> Set<[UInt8]> {
        let result = try await match("left") { $0 }
        let selection = try #require(await result.streams.load("research/selection/0/0"))
        return Set(ListTests.cut(selection, 90).map { Array($0[65..<81]) })
    }
}
