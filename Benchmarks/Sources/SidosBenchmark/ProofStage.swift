internal import Agreement
internal import Crypto
internal import Files
internal import Values

@testable internal import PSIProtocol

/// A hop's stage of a verified round, which is proved and checked: an element and a capsule an item, on the disk as a
/// node has them.
struct ProofStage {
    private let place: MeasuringDirectory
    private let spool: DiskSpool
    private let workers: Workers
    private let agreement: Agreement
    private let statement: ShuffleStatement
    private let list: ShuffledList
    private let input: (stream: StoredStream, announced: AnnouncedStream)
    private let output: (stream: StoredStream, announced: AnnouncedStream)

    /// Random items, sorted, and what the hop makes of them.
    init(itemCount: Int, workers: Workers) async throws {
        place = try MeasuringDirectory()
        spool = DiskSpool(directory: place.directory)
        self.workers = workers
        agreement = try BenchmarkStudy.agreement(suite: Ristretto255.id, release: .rows)
        let capsuleKey = try BenchmarkStudy.capsuleKey()
        let key = Ristretto255.randomScalars(count: 1).key
        input = try await Self.randomList(itemCount, agreement, spool, workers)
        let mixer = ShuffleMixer(
            agreement: agreement, capsuleKey: capsuleKey, key: key, seed: SymmetricKey(size: .bits256), spool: spool,
            workers: workers)
        var reader = try Self.reader(input, agreement)
        list = try await mixer.mix(&reader, by: "sender")
        var sink = try StoredStream.Sink(spool)
        let announced = try await mixer.write(list, to: &sink).announced(attempt: 1)
        output = (try sink.finish(), announced)
        guard let round = RoundID(bytes: randomBytes(32)) else { throw BenchmarkError.failed(operation: "round") }
        statement = ShuffleStatement(
            agreement: AgreementID(ofFile: Array("benchmark".utf8)), round: round, manifest: randomBytes(32),
            register: BenchmarkStudy.register.id, hop: "hop", stage: 1, inputAttempt: 0, outputAttempt: 1,
            proofAttempt: 0, count: itemCount, elementCount: 1,
            blindingKey: Ristretto255.multiplyGenerator(by: key).bytes, capsuleKey: capsuleKey,
            input: input.announced.digest.bytes, output: announced.digest.bytes)
    }

    /// - Parameter hashing: hashed whenever they are needed; otherwise kept on the disk, all of them there already.
    func generators(hashing: Bool) throws -> any ShuffleGenerators {
        if hashing { return HashedGenerators() }
        let keeper = DiskGenerators(
            pieces: try SealedPieces(
                in: place.directory.subdirectory("generators"), key: SymmetricKey(size: .bits256),
                label: GeneratorPiece.name))
        let generators = KeptGenerators(keeper, count: statement.count)
        for first in stride(from: 1, to: statement.count + 1, by: GeneratorPiece.count) {
            _ = generators.coordinates(first..<min(first + GeneratorPiece.count, statement.count + 1))
        }
        return generators
    }

    // MARK: What is measured

    /// Proves and stores the proof.
    func prove(_ generators: any ShuffleGenerators) async throws -> (stream: StoredStream, announced: AnnouncedStream) {
        var sink = try StoredStream.Sink(spool)
        var writer = ProofWriter(count: statement.count, partCount: 1)
        try await ShuffleProver(
            statement: statement, list: list, nonces: ProofSeed(), generators: generators, spool: spool,
            workers: workers
        ).prove { try await writer.write($0, to: &sink) }
        let announced = try await writer.finish(to: &sink).announced(attempt: 0)
        return (try sink.finish(), announced)
    }

    /// - Returns: whether everything is right.
    func check(
        _ proof: (stream: StoredStream, announced: AnnouncedStream), _ generators: any ShuffleGenerators
    ) async throws -> Bool {
        var check = StageCheck(
            statement: statement, agreement: agreement, input: try Self.reader(input, agreement),
            output: try Self.reader(output, agreement),
            proof: ProofReader(
                try StoredStream.Source(proof.stream), layout: statement.layout, expected: proof.announced,
                partCount: 1),
            generators: generators, exit: nil, keeper: "keeper", spool: spool, workers: workers)
        return try await check.run(tags: nil) == nil
    }

    // MARK: Lists

    private static func randomList(
        _ count: Int, _ agreement: Agreement, _ spool: DiskSpool, _ workers: Workers
    ) async throws -> (StoredStream, AnnouncedStream) {
        let width = ItemLayout(agreement).itemByteCount
        var sorter = DistributionSorter(spool: spool, width: width, fixed: Ristretto255.fixedBits)
        var left = count
        while left > 0 {
            let some = min(left, 8_192)
            try sorter.add(Ristretto255.randomElements(count: some * width / 32).bytes)
            left -= some
        }
        var sink = try StoredStream.Sink(spool)
        var writer = RecordWriter(.items(of: agreement), prefix: .random())
        try await sorter.sorted(workers: workers) { try await writer.write($0, width: width, to: &sink) }
        let announced = try await writer.finish(to: &sink).announced(attempt: 0)
        return (try sink.finish(), announced)
    }

    private static func reader(
        _ list: (stream: StoredStream, announced: AnnouncedStream), _ agreement: Agreement
    ) throws -> ListReader<StoredStream.Source> {
        let layout = ItemLayout(agreement)
        return ListReader(
            try StoredStream.Source(list.stream), width: layout.itemByteCount, keyByteCount: layout.elementByteCount,
            partition: .items(of: agreement), prefixByteCount: ListPrefix.byteCount, expected: list.announced,
            sender: "sender")
    }
}
