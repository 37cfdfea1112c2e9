internal import CRistretto
internal import Foundation
internal import PSIProtocol
internal import Peers
internal import Synchronization

/// What the ristretto255 kernel's operations cost when so many cores do nothing else: cores share clock and caches, so
/// one core alone would make a round look worse than it is.
struct ArithmeticBenchmark {
    let coreCount: Int
    let seconds: Double

    struct Result: Codable {
        var backend: String
        var cores: Int
        /// CPU time of an element, in nanoseconds.
        var mapAndMultiply: Double
        var multiply: Double

        enum CodingKeys: String, CodingKey {
            case backend, cores
            case mapAndMultiply = "map_and_multiply_ns"
            case multiply = "multiply_ns"
        }
    }

    /// Elements at once, as a ring stage takes them.
    private static let batch = 2_048

    func run() throws -> Result {
        guard peer_use_cores(Int32(coreCount)) == 1 else {
            throw BenchmarkError.failed(operation: "\(coreCount) cores")
        }
        let seconds = seconds
        let totals = Mutex(Totals())
        DispatchQueue.concurrentPerform(iterations: coreCount) { _ in
            let own = Self.work(seconds: seconds)
            totals.withLock { $0.add(own) }
        }
        let all = totals.withLock { $0 }
        guard all.failures == 0, all.count > 0 else { throw BenchmarkError.failed(operation: "arithmetic") }
        return Result(
            backend: String(cString: sidos_r255_backend()), cores: coreCount,
            mapAndMultiply: Double(all.mapping) / Double(all.count),
            multiply: Double(all.multiplying) / Double(all.count))
    }

    private struct Totals {
        /// Elements through each operation.
        var count = 0
        var mapping: UInt64 = 0
        var multiplying: UInt64 = 0
        var failures = 0

        mutating func add(_ other: Totals) {
            count += other.count
            mapping += other.mapping
            multiplying += other.multiplying
            failures += other.failures
        }
    }

    private static func work(seconds: Double) -> Totals {
        let uniform = randomBytes(64 * batch)
        let elements = Ristretto255.randomElements(count: batch).bytes
        let scalar = Ristretto255.randomScalar().bytes.withUnsafeBytes { Array($0) }
        let output = Output(byteCount: 32 * batch)
        var totals = Totals()
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        while clock.now < end {
            let start = peer_thread_cpu_time()
            let mapped = sidos_r255_from_uniform_mul_batch(output.bytes, uniform, scalar, batch)
            let middle = peer_thread_cpu_time()
            let multiplied = sidos_r255_mul_batch(output.bytes, elements, scalar, batch)
            totals.multiplying += peer_thread_cpu_time() - middle
            totals.mapping += middle - start
            totals.count += batch
            if mapped != batch || multiplied != batch { totals.failures += 1 }
        }
        return totals
    }
}
