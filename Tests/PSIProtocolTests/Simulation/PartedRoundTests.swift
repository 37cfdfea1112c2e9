import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Rounds whose streams have several parts come to what those of one part do. [P-58]
@Suite("Rounds in parts")
struct PartedRoundTests {
    @Test("Rows, against the plaintext join", arguments: [2, 16, 1_024])
    func rows(parts: Int) async throws {
        try await RoundSimulationTests.simulate(
            Ristretto255.self, parties: 3, population: 60, seed: 41, options: .init(parts: parts))
        try await RoundSimulationTests.simulate(
            Ristretto255.self, parties: 2, population: 60, seed: 42,
            options: .init(vaultAccess: .selected, padding: .none, mixers: 1, parts: parts))
    }

    @Test("Every suite") func suites() async throws {
        try await RoundSimulationTests.simulate(
            P256.self, parties: 2, population: 30, seed: 43, options: .init(parts: 4))
        try await RoundSimulationTests.simulate(
            FFDHE3072.self, parties: 2, population: 12, seed: 44, options: .init(padding: .none, parts: 4))
    }

    @Test("Nobody at all") func empty() async throws {
        try await RoundSimulationTests.simulate(
            Ristretto255.self, parties: 2, population: 0, seed: 45, options: .init(padding: .none, parts: 8))
    }

    /// A round whose lists have four parts each, up to where `right` mixes the list of `left`.
    static func round() async throws -> SimulatedRound<Ristretto255> {
        let study = try SimulatedStudy(
            registers: ["left", "right"], cohorts: [("both", .intersect(.register("left"), .register("right")))],
            releasedFor: [:], options: .init(release: .none, padding: .padme, parts: 4))
        let people = (0..<40).map { SimulatedPerson("person \($0)") }
        let round = SimulatedRound(Ristretto255.self, study: study, registers: ["left": people, "right": people])
        try await round.run()
        return round
    }

    @Test("Each part of a list is a stream of its own, behind random bytes of its own, and the digest is that of all")
    func streams() async throws {
        let round = try await Self.round()
        let record = try round.record()
        var prefixes: Set<[UInt8]> = []
        for stage in 0...1 {
            var parts: [[UInt8]] = []
            for part in 0..<4 {
                let bytes = try #require(await round.streams.load("left/\(stage)/0/\(part)"))
                prefixes.insert(Array(bytes.prefix(32)))
                let width = stage == 0 ? 32 : 16
                let partition = StreamPartition(count: 4, fixed: stage == 0 ? Ristretto255.fixedBits : 0..<0)
                for item in ListTests.cut(Array(bytes.dropFirst(32)), width) {
                    #expect(StreamPartitionTests.part(item, partition) == part)
                }
                parts.append(bytes)
            }
            #expect(await round.streams.load("left/\(stage)/0/4") == nil)
            let announced = try #require(record.stages["left"]?[stage])
            #expect(announced.digest.bytes == Digest.of(parts: parts))
            #expect(parts.reduce(0) { $0 + $1.count } == 4 * 32 + announced.count * (stage == 0 ? 32 : 16))
            let named = try #require(
                record.namedStream(StreamID(batch: "left", stage: .ring(stage), attempt: 0, part: 3)))
            #expect(named.byteCount == parts.reduce(0) { $0 + $1.count } && named.parts.count == 4)
            #expect(record.namedStream(StreamID(batch: "left", stage: .ring(stage), attempt: 0, part: 4)) == nil)
        }
        #expect(prefixes.count == 8)
    }

    /// Parts of a list that are read as if they were stage 0 of `left`.
    static func mixed(
        _ parts: [[UInt8]], promised: [[UInt8]]? = nil, count: Int, _ round: SimulatedRound<Ristretto255>
    ) async throws -> ListSummary {
        let record = try round.record()
        let mixer = RingMixer<Ristretto255>(
            agreement: record.agreement, capsuleKey: nil, workers: Workers(count: 2))
        var sink = MemorySink(name: "mixed", streams: MemoryStreams())
        let source = try await PartedSource { part in MemorySource(parts[part]) }
        return try await mixer.run(
            input: source,
            expected: AnnouncedStream(
                attempt: 0, count: count, digest: HexBytes(Digest.of(parts: promised ?? parts))),
            sender: "owner-left", keeper: "coordinator", key: Ristretto255.randomScalar(), exit: nil,
            spool: MemorySpool(), output: &sink)
    }

    @Test("A hop does not take an item in another part than its own, even where the order is right")
    func wrongPart() async throws {
        let round = try await Self.round()
        var parts: [[UInt8]] = []
        for part in 0..<4 { parts.append(try #require(await round.streams.load("left/0/0/\(part)"))) }
        let count = parts.reduce(0) { $0 + ($1.count - 32) / 32 }
        #expect(try await Self.mixed(parts, count: count, round).count == count)

        // The first item of part 2 at the end of part 1: all still increase.
        var moved = parts
        let item = Array(parts[2][32..<64])
        moved[1] += item
        moved[2].removeSubrange(32..<64)
        let first = (parts[0].count + parts[1].count - 64) / 32
        await #expect {
            _ = try await Self.mixed(moved, count: count, round)
        } throws: { error in
            guard let violation = error as? ProtocolViolation else { return false }
            return violation.kind == .notIncreasing && violation.participant == "owner-left"
                && (violation.index ?? .max) <= first
        }
        // Put there by whoever kept the list, it is nobody's for certain.
        await #expect(throws: ProtocolViolation(.wrongDigest)) {
            _ = try await Self.mixed(moved, promised: parts, count: count, round)
        }
        // Parts exchanged; one cut short; one without its first bytes.
        await #expect(throws: ProtocolViolation.self) {
            _ = try await Self.mixed([parts[1], parts[0], parts[2], parts[3]], count: count, round)
        }
        await #expect(throws: ProtocolViolation(.wrongCount, by: "coordinator")) {
            _ = try await Self.mixed([Array(parts[0].dropLast(32)), parts[1], parts[2], parts[3]], count: count, round)
        }
        await #expect(throws: ProtocolViolation.self) {
            _ = try await Self.mixed([parts[0], parts[1], parts[2], Array(parts[3].prefix(31))], count: count, round)
        }
    }
}
