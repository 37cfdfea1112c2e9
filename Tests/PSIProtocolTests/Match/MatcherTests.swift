import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Matching in little memory, and what it reads and writes. [P-36] [P-37]
@Suite("Matching")
struct MatcherTests {
    static func study(keyCount: Int) throws -> SimulatedStudy {
        try SimulatedStudy(
            registers: ["a", "b", "c"], cohorts: [("all", .register("a"))],
            releasedFor: ["a": ["all"], "b": ["all"], "c": ["all"]],
            options: .init(padding: .none, matchKeys: (0..<keyCount).map { MatchKey("key_\($0)") }))
    }

    /// Lists of tags, as the last hops would send them: persons as numbers, prefix and capsules random.
    static func list(_ people: [Int], keyCount: Int) -> [UInt8] {
        let capsules = Ristretto255.randomElements(count: 2 * people.count)
        let items = people.enumerated().map { index, person in
            let tags = (0..<keyCount).flatMap { Digest.of([UInt8($0)] + BigEndian.u32(person))[..<16] }
            return tags + capsules[2 * index] + capsules[2 * index + 1]
        }.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 }
        return ListPrefix.random().bytes(ofPart: 0) + items
    }

    @Test("runs on the spool are all read back and discarded", arguments: [1, 2])
    func spooled(keyCount: Int) async throws {
        let study = try Self.study(keyCount: keyCount)
        let record = try RoundRecord(
            opening: try study.opening().bytes, agreement: study.agreement, file: study.file)
        let spool = DamagedSpool { $0[...] }
        var matcher = try TagMatcher(record: record, spool: spool, workers: Workers(count: 2))
        let lists = [Array(0..<300), Array(100..<500), Array(250..<260)]
        for (index, people) in lists.enumerated() {
            let bytes = Self.list(people, keyCount: keyCount)
            try await matcher.add(
                register: index, input: MemorySource(bytes),
                expected: AnnouncedStream(attempt: 0, count: people.count, digest: HexBytes(Digest.of(bytes))),
                sender: "hop")
        }
        let result = try await matcher.matched()
        #expect(result.overlap == [1: 100, 3: 190, 7: 10, 2: 200])
        #expect(result.cohortCounts == [300])
        #expect(result.linkage?.conflictCount ?? 0 == 0)
        #expect(result.obstacle == nil)
        let streams = MemoryStreams()
        var requests = AnyStreamSink(MemorySink(name: "requests", streams: streams))
        var selection = AnyStreamSink(MemorySink(name: "selection", streams: streams))
        let summaries = try await result.select(
            for: try CapsuleKey(sumOf: CapsuleTests.keys(2).publics),
            seed: SecretBytes(randomByteCount: 32).key, workers: Workers(count: 2),
            requests: &requests, selection: &selection)
        #expect(summaries.requests.count == 300 + 200 + 10)
        #expect(summaries.selection.count == summaries.requests.count)
        #expect(spool.log.discarded.withLock { $0 } == spool.log.made.withLock { $0 })
    }

    @Test("a damaged spool is noticed", arguments: [1, 2])
    func damaged(keyCount: Int) async throws {
        let study = try Self.study(keyCount: keyCount)
        let record = try RoundRecord(
            opening: try study.opening().bytes, agreement: study.agreement, file: study.file)
        var matcher = try TagMatcher(
            record: record, spool: DamagedSpool { $0.dropLast(3) }, workers: Workers(count: 2))
        let bytes = Self.list([1, 2, 3], keyCount: keyCount)
        try await matcher.add(
            register: 0, input: MemorySource(bytes),
            expected: AnnouncedStream(attempt: 0, count: 3, digest: HexBytes(Digest.of(bytes))), sender: "hop")
        do {
            _ = try await matcher.matched()
            Issue.record("a damaged spool was read")
        } catch { #expect(error as? ExternalSortError == .truncatedRun) }
    }

    @Test("selected items come back from their 90 bytes, and nothing else does")
    func selectedItem() throws {
        let agreement = try Self.study(keyCount: 1).agreement
        let item = SelectedItem(
            a: .filled(1, 32), b: .filled(2, 32), register: 2, tag: .filled(3, 16), cohorts: 1, link: 0)
        let bytes = item.encoded()
        #expect(bytes.count == SelectedItem.byteCount)
        #expect(SelectedItem(encoded: ([0] + bytes)[1...], agreement: agreement) == item)
        #expect(SelectedItem(encoded: bytes[1...], agreement: agreement) == nil)
        #expect(SelectedItem(encoded: (bytes + [0])[...], agreement: agreement) == nil)
        for (position, byte) in [(64, 3), (64, 255), (88, 0), (88, 2), (88, 3), (81, 128), (89, 1), (89, 254)]
            as [(Int, UInt8)]
        {
            var wrong = bytes
            wrong[position] = byte
            #expect(SelectedItem(encoded: wrong[...], agreement: agreement) == nil)
        }
        var many = agreement
        many.cohorts = (0..<64).map {
            CohortDeclaration(id: "c\($0)", title: "", expression: .register("a"), maxPeople: 1)
        }
        let all = SelectedItem(a: item.a, b: item.b, register: 0, tag: item.tag, cohorts: .max, link: 255)
        #expect(SelectedItem(encoded: all.encoded()[...], agreement: many) == all)
    }

    @Test("caps add up over what is opened for whom, without overflow")
    func caps() throws {
        var agreement = try Self.study(keyCount: 1).agreement
        let study = try Self.study(keyCount: 1)
        func cap(_ change: (inout Agreement) -> Void, limit: (CohortDeclaration) -> Int = { $0.maxPeople }) throws
            -> Int
        {
            agreement = study.agreement
            change(&agreement)
            let record = try RoundRecord(opening: try study.opening().bytes, agreement: agreement, file: study.file)
            return record.releasableItemCap(limit: limit)
        }
        #expect(try cap { _ in } == 3_000)
        #expect(try cap({ _ in }, limit: { _ in 7 }) == 21)
        #expect(try cap { $0.cohorts[0].maxPeople = .max } == .max)
        // A register that is released for none is opened for the cohorts it defines: a defines, b does not.
        #expect(try cap { $0.registers[0].releasedFor = [] } == 3_000)
        #expect(try cap { $0.registers[1].releasedFor = [] } == 2_000)
    }

    @Test("stages are named one way only")
    func stages() {
        for stage in (0...15).map({ StreamStage.ring($0) }) + (1...15).map({ StreamStage.proof($0) })
            + [.exit, .vault, .selection, .release]
        {
            #expect(StreamStage(stage.description) == stage)
        }
        for text in [
            "", "16", "-1", "+1", "01", "1 ", "٣", "Vault", "vaults", "99999999999999999999",
            "proof", "proof0", "proof16", "proof01", "proof+1", "proof 1", "Proof1", "exits",
        ] {
            #expect(StreamStage(text) == nil)
        }
        let stream = StreamID(batch: "visits", stage: .ring(3), attempt: 65_535, part: 7)
        #expect(stream.description == "visits/3/65535/7")
    }
}
