internal import Agreement
internal import CGMP
internal import COpenSSL
internal import CRistretto
internal import PSIProtocol
internal import Peers

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
        let items = try RingItems<S>(count: count, capsuleKey: release == .rows ? capsuleKey : nil)
        let scalars = (0..<(release == .rows ? count : 0)).flatMap { _ in
            Ristretto255.randomScalar().bytes.withUnsafeBytes { Array($0) }
        }
        let key = S.randomScalar()
        let mixer = RingMixer<S>(
            agreement: try BenchmarkStudy.agreement(suite: S.id, release: release),
            capsuleKey: release == .rows ? capsuleKey : nil, workers: Workers(count: 1))

        var times: [Double] = []
        var kernelTimes: [Double] = []
        for _ in 0...turns {
            times.append(try await Self.mix(items, mixer: mixer, key: key))
            kernelTimes.append(try Self.kernel(items, scalars, table: capsuleKey, key: key, multiply: multiply))
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
        _ items: RingItems<S>, mixer: RingMixer<S>, key: borrowing SecretScalar<S>
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
    ///
    /// - Parameter scalars: for re-randomising, one for each item.
    private static func kernel<S: Suite>(
        _ items: RingItems<S>, _ scalars: [UInt8], table: CapsuleKey, key: borrowing SecretScalar<S>, multiply: Multiply
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
                scalars.withUnsafeBufferPointer { scalars in
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
}
