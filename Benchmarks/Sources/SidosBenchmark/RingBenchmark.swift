internal import Agreement
internal import CGMP
internal import COpenSSL
internal import CRistretto
internal import Crypto
internal import PSIProtocol
internal import Peers
internal import Values

/// A whole ring stage in memory, and how much of its CPU time is not group arithmetic.
struct RingBenchmark {
    let itemCount: Int
    let turns: Int

    struct Result: Codable {
        var subject: String
        var itemCount: Int
        /// CPU time of a stage, an item: reading, checking, kernel, sorting, digests, writing.
        var nanoseconds: Double
        /// CPU time of the kernel alone for the same items.
        var kernelNanoseconds: Double
        /// Median over pairs of 1 − kernel / stage.
        var shareOutsideKernel: Double
    }

    func run() async throws -> [Result] {
        [
            try await stage(Ristretto255.self, release: .rows, multiply: sidos_r255_mul_batch),
            try await stage(Ristretto255.self, release: .none, multiply: sidos_r255_mul_batch),
            try await stage(P256.self, release: .rows, multiply: sidos_p256_mul_batch),
            try await stage(
                FFDHE3072.self, release: .rows, multiply: sidos_ffdhe3072_mul_batch, itemCount: itemCount / 16),
        ]
    }

    typealias Multiply = (
        UnsafeMutablePointer<UInt8>?, UnsafePointer<UInt8>?, UnsafePointer<UInt8>?, Int
    ) -> Int

    private func stage<S: Suite>(
        _: S.Type, release: ReleaseMode, multiply: Multiply, itemCount wanted: Int? = nil
    ) async throws -> Result {
        let count = wanted ?? itemCount
        let capsuleKey = try CapsuleKey(
            sumOf: [Ristretto255.multiplyGenerator(by: Ristretto255.randomScalar())])
        let items = try Items<S>(count: count, capsuleKey: release == .rows ? capsuleKey : nil)
        let key = S.randomScalar()
        let mixer = RingMixer<S>(
            agreement: try Self.agreement(suite: S.id, release: release),
            capsuleKey: release == .rows ? capsuleKey : nil, workers: Workers(count: 1))

        var times: [Double] = []
        var kernelTimes: [Double] = []
        for _ in 0...turns {
            times.append(try await Self.mix(items, mixer: mixer, key: key))
            kernelTimes.append(try Self.kernel(items, table: capsuleKey, key: key, multiply: multiply))
        }
        // The first turn warms up.
        times.removeFirst()
        kernelTimes.removeFirst()
        let subject = "\(S.id.rawValue), \(release == .rows ? "with capsules" : "counts only")"
        return Result(
            subject: subject, itemCount: count, nanoseconds: Stopwatch.median(times) / Double(count),
            kernelNanoseconds: Stopwatch.median(kernelTimes) / Double(count),
            shareOutsideKernel: Stopwatch.median(zip(times, kernelTimes).map { 1 - $1 / $0 }))
    }

    /// CPU time of the whole process, which does nothing else: a stage may go on in another thread after a wait.
    private static func mix<S: Suite>(
        _ items: Items<S>, mixer: RingMixer<S>, key: borrowing SecretScalar<S>
    ) async throws -> Double {
        var output = CountingSink()
        let start = peer_process_cpu_time()
        let summary = try await mixer.run(
            input: PieceSource(items.list), expected: items.stored, sender: "sender", keeper: "keeper", key: key,
            exit: nil, spool: MemorySpool(), output: &output)
        let time = Double(peer_process_cpu_time() - start)
        guard summary.count == items.count, output.byteCount == items.list.count else {
            throw BenchmarkError.failed(operation: "ring stage")
        }
        return time
    }

    /// The same elements and capsules through the kernels only, a block at a time as the stage does it.
    private static func kernel<S: Suite>(
        _ items: Items<S>, table: CapsuleKey, key: borrowing SecretScalar<S>, multiply: Multiply
    ) throws -> Double {
        let block = 2_048
        let output = Output(byteCount: block * max(S.elementByteCount, Capsule.byteCount))
        var alignedTable: UnsafeMutableRawPointer?
        if !items.capsules.isEmpty {
            let made = UnsafeMutableRawPointer.allocate(byteCount: sidos_r255_table_byte_count(), alignment: 64)
            guard sidos_r255_table_init(made, table.bytes) == 1 else {
                throw BenchmarkError.failed(operation: "capsule table")
            }
            alignedTable = made
        }
        defer { alignedTable?.deallocate() }
        let scalar = key.bytes.withUnsafeBytes { Array($0) }
        var done = 0
        let start = peer_process_cpu_time()
        items.elements.withUnsafeBufferPointer { elements in
            items.capsules.withUnsafeBufferPointer { capsules in
                items.scalars.withUnsafeBufferPointer { scalars in
                    guard let element = elements.baseAddress else { return }
                    for first in stride(from: 0, to: items.count, by: block) {
                        let some = min(block, items.count - first)
                        var both = multiply(output.bytes, element + first * S.elementByteCount, scalar, some)
                        if let alignedTable, let capsule = capsules.baseAddress, let fresh = scalars.baseAddress {
                            both = min(
                                both,
                                sidos_r255_rerandomize_batch(
                                    output.bytes, capsule + first * Capsule.byteCount, fresh + first * 32,
                                    alignedTable, some))
                        }
                        done += both
                    }
                }
            }
        }
        let time = Double(peer_process_cpu_time() - start)
        guard done == items.count else { throw BenchmarkError.failed(operation: "kernel") }
        return time
    }

    private static func agreement(suite: SuiteID, release: ReleaseMode) throws -> Agreement {
        guard let day = CalendarDate(year: 2026, month: 1, day: 1) else {
            throw BenchmarkError.failed(operation: "agreement")
        }
        return Agreement(
            study: Study(id: "benchmark", title: "Benchmark", purpose: "", legalBasis: "", permit: ""),
            validFrom: day, validUntil: day, suite: suite, roundsAllowed: 1, release: release, vaultAccess: .whole,
            verification: .off, padding: .padme,
            cellByteCount: 1_024, smallestCell: 1, countRounding: 1, deadlineMinutes: 60, retentionDays: 0,
            matchKeys: [.identityCode], participants: [], registers: [], cohorts: [], twoPartiesAcknowledged: false)
    }
}

/// A sorted list, behind its prefix, as a hop receives it, and its parts for the kernels.
private struct Items<S: Suite> {
    let count: Int
    let list: [UInt8]
    let stored: AnnouncedStream
    let elements: [UInt8]
    let capsules: [UInt8]
    /// Canonical scalars for re-randomising.
    let scalars: [UInt8]

    init(count: Int, capsuleKey: CapsuleKey?) throws {
        self.count = count
        let width = S.elementByteCount
        let unsorted = S.randomElements(count: count)
        let sorted = (0..<count).map { Array(unsorted[$0]) }.sorted { $0.lexicographicallyPrecedes($1) }
        elements = sorted.flatMap { $0 }
        if let capsuleKey {
            capsules = Capsule.seal(count: count, to: capsuleKey).capsules
            scalars = (0..<count).flatMap { _ in Ristretto255.randomScalar().bytes.withUnsafeBytes { Array($0) } }
        } else {
            capsules = []
            scalars = []
        }
        var list = [UInt8](repeating: 0, count: ListPrefix.byteCount)
        for index in 0..<count {
            list += elements[(index * width)..<((index + 1) * width)]
            if !capsules.isEmpty { list += capsules[(index * Capsule.byteCount)..<((index + 1) * Capsule.byteCount)] }
        }
        self.list = list
        stored = AnnouncedStream(attempt: 0, count: count, digest: HexBytes(Array(SHA256.hash(data: list))))
    }
}

/// Hands out a list in chunks as a stream does.
private struct PieceSource: ByteSource {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() async throws -> [UInt8]? {
        guard position < bytes.count else { return nil }
        let end = min(position + (1 << 20), bytes.count)
        defer { position = end }
        return Array(bytes[position..<end])
    }
}

private struct CountingSink: ByteSink {
    private(set) var byteCount = 0
    mutating func write(_ bytes: [UInt8]) async throws { byteCount += bytes.count }
}
