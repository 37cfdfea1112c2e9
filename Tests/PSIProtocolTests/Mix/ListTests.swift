import Crypto
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// What lists look like: their layout, order and dummies, and the tags at the exit. [P-30] [P-31] [P-33] [P-35]
@Suite("Lists")
struct ListTests {
    static func agreement(
        _ suite: SuiteID, keyCount: Int, release: ReleaseMode, padding: PaddingMode = .padme
    ) throws -> SimulatedStudy {
        try SimulatedStudy(
            registers: ["a", "b"], cohorts: [("all", .union(.register("a"), .register("b")))],
            releasedFor: release == .rows ? ["a": ["all"], "b": ["all"]] : [:],
            options: .init(
                suite: suite, release: release, padding: padding,
                matchKeys: (0..<keyCount).map { MatchKey("key_\($0)") }))
    }

    @Test("the layout follows suite, keys and release")
    func layout() throws {
        let one = try Self.agreement(.ristretto255, keyCount: 1, release: .rows).agreement
        let three = try Self.agreement(.p256, keyCount: 3, release: .rows).agreement
        let counts = try Self.agreement(.ffdhe3072, keyCount: 2, release: .none).agreement
        #expect(ItemLayout(Ristretto255.self, agreement: one).itemByteCount == 32 + 64)
        #expect(ItemLayout(Ristretto255.self, agreement: one).taggedItemByteCount == 16 + 64)
        #expect(ItemLayout(P256.self, agreement: three).itemByteCount == 3 * 33 + 64)
        #expect(ItemLayout(P256.self, agreement: three).taggedItemByteCount == 3 * 16 + 64)
        #expect(ItemLayout(FFDHE3072.self, agreement: counts).itemByteCount == 2 * 384)
        #expect(ItemLayout(FFDHE3072.self, agreement: counts).taggedItemByteCount == 2 * 16)
        for agreement in [one, three, counts] {
            let tagged = TaggedLayout(agreement: agreement)
            #expect(tagged.itemByteCount == ItemLayout(Ristretto255.self, agreement: agreement).taggedItemByteCount)
        }
    }

    /// The items of a register's list and its vault as its owner makes them.
    static func batch(
        _ people: [PersonRecord], keyCount: Int = 1, padding: PaddingMode
    ) async throws -> (list: [UInt8], vault: [UInt8], key: [UInt8], record: RoundRecord) {
        let study = try agreement(.ristretto255, keyCount: keyCount, release: .rows, padding: padding)
        let record = try RoundRecord(
            opening: try study.opening().bytes, agreement: study.agreement, file: study.file)
        let key = Ristretto255.randomScalar()
        var builder = try await BatchBuilder<Ristretto255>(
            register: record.agreement.registers[0], record: record, key: key,
            capsuleKey: try CapsuleKey(sumOf: CapsuleTests.keys(2).publics),
            registerSecret: SymmetricKey(size: .bits256), spool: MemorySpool(), workers: Workers(count: 2))
        // In pieces of awkward sizes, as a source would give them.
        var start = 0
        try await builder.add {
            defer { start = min(start + 7, people.count) }
            return PeoplePiece(Array(people[start..<min(start + 7, people.count)]))
        }
        let streams = MemoryStreams()
        var list = AnyStreamSink(MemorySink(name: "list", streams: streams))
        let declared = try await builder.finishList(into: &list)
        let listSummary = declared.summary
        try await list.finish()
        var vault = AnyStreamSink(MemorySink(name: "vault", streams: streams))
        let vaultSummary = try await declared.finishVault(into: &vault)
        try await vault.finish()
        let bytes = (try #require(await streams.load("list")), try #require(await streams.load("vault")))
        let items = Array(bytes.0.dropFirst(ListPrefix.byteCount))
        #expect(listSummary == ListSummary(count: items.count / (64 + 32 * keyCount), digest: Digest.of(bytes.0)))
        #expect(vaultSummary == ListSummary(count: bytes.1.count / 256, digest: Digest.of(bytes.1)))
        return (items, bytes.1, key.bytes.withUnsafeBytes { Array($0) }, record)
    }

    static func cut(_ bytes: [UInt8], _ width: Int) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: width).map { Array(bytes[$0..<($0 + width)]) }
    }

    @Test(
        "a list is sorted, padded with what looks like people, and holds k·H of everybody", arguments: [0, 1, 31, 40])
    func list(count: Int) async throws {
        let people = (0..<count).map {
            PersonRecord(identities: [PersonIdentity(bytes: Array("person \($0)".utf8))], rows: [], rowCount: 0)
        }
        let made = try await Self.batch(people, padding: .padme)
        let items = Self.cut(made.list, 96)
        #expect(items.count == Padding.size(of: count, mode: .padme))
        for (before, after) in zip(items, items.dropFirst()) {
            #expect(before[..<32].lexicographicallyPrecedes(after[..<32]))
        }
        // Every element and both halves of every capsule are elements, and no two are alike.
        let all = items.flatMap { Self.cut($0, 32) }
        try Ristretto255.validate(try #require(ElementBatch<Ristretto255>(bytes: all.flatMap { $0 })))
        #expect(Set(all).count == 3 * items.count)

        let messages = (0..<count).map {
            made.record.round.bytes + [0, 5] + Array("key_0".utf8) + Array("person \($0)".utf8)
        }
        let hashed = Ristretto255.hashToGroup(messages, domain: .matching(Ristretto255.self))
        let blinded = try Ristretto255.multiply(hashed, by: SecretScalar(made.key))
        let present = Set(items.map { Array($0[..<32]) })
        for index in 0..<count { #expect(present.contains(Array(blinded[index]))) }

        // One cell each, dummies too; sorted by handle.
        let cells = Self.cut(made.vault, 256)
        #expect(cells.count == items.count)
        for (before, after) in zip(cells, cells.dropFirst()) {
            #expect(before[..<16].lexicographicallyPrecedes(after[..<16]))
        }
    }

    @Test("absent keys are random elements, and the first key's order holds")
    func absentKeys() async throws {
        let people: [PersonRecord] = (0..<9).map { person in
            let identities = (0..<3).map { key in
                (person + key) % 3 == 0 ? nil : PersonIdentity(bytes: [UInt8(person)])
            }
            return PersonRecord(identities: identities, rows: [], rowCount: 0)
        }
        let made = try await Self.batch(people, keyCount: 3, padding: .none)
        let items = Self.cut(made.list, 160)
        #expect(items.count == 9)
        let elements = Set(items.flatMap { Self.cut(Array($0[..<96]), 32) })
        #expect(elements.count == 27)
        for key in 0..<3 {
            // The same identity under another key is another element: the key's name is hashed too.
            let present = (0..<9).filter { people[$0].identities[key] != nil }
            let messages = present.map { made.record.round.bytes + [0, 5] + Array("key_\(key)".utf8) + [UInt8($0)] }
            let hashed = Ristretto255.hashToGroup(messages, domain: .matching(Ristretto255.self))
            let blinded = try Ristretto255.multiply(hashed, by: SecretScalar(made.key))
            let column = Set(items.map { Array($0[(key * 32)..<(key * 32 + 32)]) })
            for index in present.indices { #expect(column.contains(Array(blinded[index]))) }
        }
    }

    @Test("a tag is an HMAC bound to round, key and element")
    func tags() throws {
        let rounds = try [1, 2].map { try #require(RoundID(bytes: .filled($0, 32))) }
        let salts = [SymmetricKey(data: [UInt8].filled(7, 32)), SymmetricKey(data: [UInt8].filled(8, 32))]
        let element: [UInt8] = .filled(9, 32)
        let tag = ExitSalt(key: salts[0], round: rounds[0]).tag(element[...], kind: "identity_code")
        var message = Array("SIDOS-V1 tag".utf8) + [0] + rounds[0].bytes + [0, 13] + Array("identity_code".utf8)
        message += element
        #expect(tag == Array(HMAC<SHA256>.authenticationCode(for: message, using: salts[0]))[..<16].map { $0 })
        let others = [
            ExitSalt(key: salts[1], round: rounds[0]).tag(element[...], kind: "identity_code"),
            ExitSalt(key: salts[0], round: rounds[1]).tag(element[...], kind: "identity_code"),
            ExitSalt(key: salts[0], round: rounds[0]).tag(element[...], kind: "identity_cod"),
            ExitSalt(key: salts[0], round: rounds[0]).tag(element[1...], kind: "identity_code"),
        ]
        #expect(Set(others + [tag]).count == 5)
    }

    @Test("records come whole, whatever the pieces", arguments: [1, 2, 7, 64])
    func reader(most: Int) async throws {
        let bytes = (0..<500).map { UInt8(truncatingIfNeeded: $0) }
        var reader = RecordReader(MemorySource(bytes), width: 5, partCount: 1, by: "sender")
        var read: [UInt8] = []
        while let block = try await reader.next(most: most) {
            #expect(block.count.isMultiple(of: 5) && block.count <= most * 5)
            read += block
        }
        #expect(read == bytes)
        #expect(reader.count == 100)
        #expect(reader.digest() == Digest.of(bytes))
        #expect(try await reader.next(most: most) == nil)

        var cut = RecordReader(MemorySource(Array(bytes.dropLast())), width: 5, partCount: 1, by: "sender")
        await #expect(throws: ProtocolViolation(.partialRecord, by: "sender", index: 99)) {
            while try await cut.next(most: most) != nil {}
        }
    }

    @Test("what comes before the records is digested, and is none", arguments: [1, 3, 1_000])
    func prefix(most: Int) async throws {
        let streams = MemoryStreams()
        var prefixes: Set<[UInt8]> = []
        for count in [0, 1, 700] {
            let records = (0..<(5 * count)).map { UInt8(truncatingIfNeeded: $0) }
            var sink = MemorySink(name: "list", streams: streams)
            var writer = RecordWriter(StreamPartition(count: 1), prefix: .random())
            try await writer.write(records, width: 5, to: &sink)
            let summary = try await writer.finish(to: &sink)
            try await sink.finish()
            let stored = try #require(await streams.load("list"))
            #expect(stored.count == 32 + records.count && Array(stored.dropFirst(32)) == records)
            #expect(prefixes.insert(Array(stored.prefix(32))).inserted)
            #expect(summary == ListSummary(count: count, digest: Digest.of(stored)))
            var reader = RecordReader(
                MemorySource(stored), width: 5, partCount: 1, prefixByteCount: 32, by: "sender")
            var read: [UInt8] = []
            while let block = try await reader.next(most: most) { read += block }
            #expect(read == records)
            #expect(reader.count == count && reader.digest() == summary.digest)
        }
        for length in [0, 31] {
            var cut = RecordReader(
                MemorySource(.filled(7, length)), width: 5, partCount: 1, prefixByteCount: 32, by: "a")
            await #expect(throws: ProtocolViolation(.partialRecord, by: "a", index: 0)) {
                _ = try await cut.next(most: most)
            }
        }
    }

    @Test("a writer hands on what it is given, and says what it hashed to")
    func writer() async throws {
        let streams = MemoryStreams()
        var sink = MemorySink(name: "list", streams: streams)
        var writer = RecordWriter(StreamPartition(count: 1))
        for _ in 0..<60 { try await writer.write(.filled(3, 10_000), width: 1_000, to: &sink) }
        let summary = try await writer.finish(to: &sink)
        try await sink.finish()
        let stored = try #require(await streams.load("list"))
        #expect(stored.count == 600_000)
        #expect(summary == ListSummary(count: 600, digest: Digest.of(stored)))
        #expect(
            summary.announced(attempt: 3) == AnnouncedStream(attempt: 3, count: 600, digest: HexBytes(summary.digest)))
    }
}
