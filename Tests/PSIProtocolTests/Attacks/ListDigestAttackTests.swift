import Testing

@testable import PSIProtocol
@testable import RoundSimulation

/// Digests of lists stand on the board for all to see. Who can make a list's content would test a guess by them.
/// [P-30] [P-33]
@Suite("Attacks by a list's digest")
struct ListDigestAttackTests {
    /// A round that counts only, in which the owner of `right` computes the last stage of the list of `left`.
    static func run() async throws -> SimulatedRound<Ristretto255> {
        let study = try SimulatedStudy(
            registers: ["left", "right"], cohorts: [("both", .intersect(.register("left"), .register("right")))],
            releasedFor: [:], options: .init(release: .none, padding: .none, smallestCell: 5))
        func people(_ names: [String]) -> [SimulatedPerson] { names.map { SimulatedPerson($0) } }
        let round = SimulatedRound(
            Ristretto255.self, study: study,
            registers: ["left": people(["a", "b", "c", "d", "e"]), "right": people(["d", "e", "f"])])
        try await round.run()
        return round
    }

    /// The tags of names as the nodes make them together: what an owner has who knows both a person and the last keys,
    /// and so the most that a guess can start from.
    static func tags(_ names: [String], _ round: SimulatedRound<Ristretto255>) throws -> [[UInt8]] {
        let record = try round.record()
        let messages = names.map { record.round.bytes + ExitSalt.framed("identity_code") + Array($0.utf8) }
        var elements = Ristretto255.hashToGroup(messages, domain: .matching(Ristretto255.self))
        for node in record.ring {
            elements = try Ristretto255.multiply(elements, by: round.secrets(of: node).blindingScalar)
        }
        let first = record.ring[0]
        let salt = try round.secrets(of: first).exitSalt(for: first, in: record, hpkeKey: round.study.hpke[first]!)
        return (0..<elements.count).map { salt.tag(elements[$0], kind: "identity_code") }
            .sorted { $0.lexicographicallyPrecedes($1) }
    }

    @Test("an owner cannot tell by a final digest on the board whether a person is in another's list")
    func finalDigestTellsNobody() async throws {
        let round = try await Self.run()
        let record = try round.record()
        let tagWidth = 16
        for (register, people, person) in [("left", ["a", "b", "c", "d", "e"], "f"), ("right", ["d", "e", "f"], "a")] {
            let digest = try #require(record.stages[register]?[1]).digest.bytes
            let with = try Self.tags(people, round)
            // The guess is right but for the random bytes, which only the coordinator has read.
            let list = try #require(await round.streams.load("\(register)/1/0/0"))
            #expect(list.count == 32 + people.count * tagWidth)
            #expect(Array(list.dropFirst(32)) == with.flatMap { $0 })
            #expect(digest == Digest.of(list))
            for guess in [
                with, try Self.tags(people + [person], round), try Self.tags(Array(people.dropLast()), round),
            ] {
                #expect(Digest.of(guess.flatMap { $0 }) != digest)
                #expect(Digest.of([UInt8].filled(0, 32) + guess.flatMap { $0 }) != digest)
            }
        }
    }

    @Test("no two lists, stages or attempts begin with the same bytes, so that digests of equal lists differ")
    func prefixesAreNeverAlike() async throws {
        let round = try await Self.run()
        var prefixes: Set<[UInt8]> = []
        for register in ["left", "right"] {
            for stage in [0, 1] {
                let list = try #require(await round.streams.load("\(register)/\(stage)/0/0"))
                prefixes.insert(Array(list.prefix(32)))
            }
        }
        #expect(prefixes.count == 4)
        // The same stage once more: the same tags, another digest.
        let record = try round.record()
        let again = try await round.perform(.authority("owner-right", .mix("left", stage: 1)), on: record)
        guard let second = again as? StageCommitted else { throw SimulationError.noStream }
        let lists = [
            try #require(await round.streams.load("left/1/0/0")), try #require(await round.streams.load("left/1/1/0")),
        ]
        #expect(lists[0].dropFirst(32) == lists[1].dropFirst(32))
        #expect(lists[0].prefix(32) != lists[1].prefix(32))
        #expect(second.list.digest != record.stages["left"]?[1]?.digest)
    }
}
