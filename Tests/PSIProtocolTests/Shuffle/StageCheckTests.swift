import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// What follows a proof's records in its stream. [P-62] [P-64]
@Suite("Streams of shuffle proofs")
struct StageCheckTests {
    private typealias Fault = StageCheck<TestParts, TestParts>.Fault

    /// Where bytes come that no proof has.
    enum Surplus: String, CaseIterable, Sendable {
        /// Behind the last record, in its piece or in one of its own.
        case oneByte, oneRecord, oneByteApart, oneRecordApart
        /// Behind the records of the first part.
        case inTheFirstPart, apartInTheFirstPart

        func add(to parts: inout [[[UInt8]]]) {
            let (first, last) = (0, parts.count - 1)
            let record = [UInt8](repeating: 0, count: ShuffleRecord.byteCount)
            switch self {
            case .oneByte: parts[last][parts[last].count - 1] += [0]
            case .oneRecord: parts[last][parts[last].count - 1] += record
            case .oneByteApart: parts[last].append([0])
            case .oneRecordApart: parts[last].append(record)
            case .inTheFirstPart: parts[first][parts[first].count - 1] += record
            case .apartInTheFirstPart: parts[first].append([0])
            }
        }
    }

    @Test("A proof with bytes behind its records is none", arguments: Surplus.allCases, [1, 4])
    func surplus(surplus: Surplus, partCount: Int) async throws {
        // With three items and four parts the first part has the head alone.
        for count in partCount == 1 ? [3] : [3, 12] {
            let world = try ShuffleWorld(count: count)
            let honest = try await Self.parts(of: world.proof(), world, partCount)
            var parts = honest
            surplus.add(to: &parts)
            #expect(try await Self.check(honest, announced: honest, world) == nil)
            #expect(try await Self.check(parts, announced: parts, world) == .stage(.proofMalformed))
            // Who added them cannot be told where the board names the proof without them.
            #expect(try await Self.check(parts, announced: honest, world) == .stage(.streamUnreadable))
        }
    }

    @Test("A proof that ends too early is none", arguments: [1, 4])
    func tooShort(partCount: Int) async throws {
        let world = try ShuffleWorld(count: 12)
        let honest = try await Self.parts(of: world.proof(), world, partCount)
        for part in honest.indices {
            for missing in [1, ShuffleRecord.byteCount] {
                var parts = honest
                parts[part][parts[part].count - 1].removeLast(missing)
                #expect(try await Self.check(parts, announced: parts, world) == .stage(.proofMalformed))
            }
        }
    }

    // MARK: Streams

    /// A proof cut into the parts of its stream, each part in one piece.
    private static func parts(
        of proof: [UInt8], _ world: ShuffleWorld, _ partCount: Int
    ) async throws -> [[[UInt8]]] {
        let head = ShuffleHead.byteCount(world.layout)
        var writer = ProofWriter(count: world.statement.count, partCount: partCount)
        var sink = PartsSink()
        try await writer.write(Array(proof[..<head]), to: &sink)
        try await writer.write(Array(proof[head...]), to: &sink)
        _ = try await writer.finish(to: &sink)
        return sink.parts.map { [$0] }
    }

    private static func check(
        _ parts: [[[UInt8]]], announced: [[[UInt8]]], _ world: ShuffleWorld
    ) async throws -> Fault? {
        let statement = world.statement
        let digest = Digest.of(parts: announced.map { Array($0.joined()) })
        var check = StageCheck(
            statement: statement, agreement: try VerifiedRoundTests.round().study.agreement,
            input: list(world.input), output: list(world.output),
            proof: ProofReader(
                TestParts(parts), layout: world.layout,
                expected: AnnouncedStream(attempt: 0, count: statement.count, digest: HexBytes(digest)),
                partCount: parts.count),
            generators: HashedGenerators(), exit: nil, keeper: "coordinator", spool: MemorySpool(),
            workers: Workers(count: 2))
        return try await check.run(tags: nil)
    }

    private static func list(_ items: [[UInt8]]) -> ListReader<TestParts> {
        let bytes = [UInt8](repeating: 7, count: ListPrefix.byteCount) + items.joined()
        return ListReader(
            TestParts([[bytes]]), width: 96, keyByteCount: 32,
            partition: StreamPartition(count: 1, fixed: Ristretto255.fixedBits),
            prefixByteCount: ListPrefix.byteCount,
            expected: AnnouncedStream(attempt: 0, count: items.count, digest: HexBytes(Digest.of(bytes))),
            sender: "sender")
    }
}

/// Pieces of the parts of a stream.
struct TestParts: ByteSource {
    private var parts: [[[UInt8]]]

    init(_ parts: [[[UInt8]]]) { self.parts = parts }

    mutating func next() async throws -> [UInt8]? { parts[0].isEmpty ? nil : parts[0].removeFirst() }
    mutating func nextPart() async throws { parts.removeFirst() }
}

private struct PartsSink: ByteSink {
    var parts: [[UInt8]] = [[]]
    mutating func write(_ bytes: [UInt8]) async throws { parts[parts.count - 1] += bytes }
    mutating func nextPart() async throws { parts.append([]) }
}
