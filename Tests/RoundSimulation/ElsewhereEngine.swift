import Crypto
import PSIProtocol
import Synchronization
import Values

/// What simulated rounds compute their heavy steps with.
enum SimulationEngine {
    /// Nil where every role computes by itself.
    @TaskLocal static var current: (any StepEngine)?
}

/// Computes steps as other machines would: from a task and pieces as bytes, in another order, some of them twice.
final class ElsewhereEngine: StepEngine {
    /// Every machine's number generator.
    private let random: Mutex<SplitMix>
    /// How many pieces of each step were computed elsewhere.
    private let counts = Mutex<[StepName: Int]>([:])

    struct SplitMix: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    init(seed: UInt64) { random = Mutex(SplitMix(state: seed)) }

    func pieces(of step: StepName) -> Int { counts.withLock { $0[step] ?? 0 } }

    func run<Work: StepWork>(
        _ work: Work, read: () async throws -> Work.Piece?, take: ([[UInt8]]) async throws -> Void
    ) async throws {
        for made in try await compute(work, read) { try await take(made) }
    }

    func sorting<Work: StepWork>(_ work: Work, _ outputs: [StepOutput]) async throws -> any SortingStep<Work> {
        ElsewhereSorting(self, work, outputs)
    }

    /// What pieces give, in their order. Whatever was drawn in a computation that nobody looks at is gone.
    fileprivate func compute<Work: StepWork>(
        _ work: Work, _ read: () async throws -> Work.Piece?
    ) async throws -> [[[UInt8]]] {
        var encoded: [[UInt8]] = []
        while let piece = try await read() { encoded.append(try work.encoded(piece)) }
        let task = try work.task()
        // The task as it arrives: nothing of this process's own goes with it.
        let arrived = StepTask(
            step: task.step, parameters: Array(task.parameters),
            secrets: task.secrets.withUnsafeBytes { SymmetricKey(data: $0) })
        let other = try arrived.work()
        counts.withLock { $0[task.step, default: 0] += encoded.count }
        var results: [Int: Result<[[UInt8]], StepFault>] = [:]
        let order = random.withLock { random in
            (Array(encoded.indices) + encoded.indices.filter { _ in Int.random(in: 0..<4, using: &random) == 0 })
                .shuffled(using: &random)
        }
        for index in order {
            do { results[index] = .success(try other.compute(encoded: encoded[index])) } catch {
                guard let fault = StepFault(error) else { throw error }
                results[index] = .failure(fault)
            }
        }
        return try encoded.indices.compactMap { index in
            switch results[index] {
            case .success(let made)?: return made
            case .failure(let fault)?: throw fault.error ?? SimulationError.idle
            case nil: return nil
            }
        }
    }

    fileprivate func shuffled<Value: Sendable>(_ values: [Value]) -> [Value] {
        random.withLock { random in values.shuffled(using: &random) }
    }
}

extension StepFault: Error {}

private final class ElsewhereSorting<Work: StepWork>: SortingStep {
    private let engine: ElsewhereEngine
    private let work: Work
    private let outputs: [StepOutput]
    private var records: [[[UInt8]]]

    init(_ engine: ElsewhereEngine, _ work: Work, _ outputs: [StepOutput]) {
        self.engine = engine
        self.work = work
        self.outputs = outputs
        records = outputs.map { _ in [] }
    }

    func add(_ read: () async throws -> Work.Piece?) async throws {
        for made in try await engine.compute(work, read) {
            for (output, bytes) in made.enumerated() where !bytes.isEmpty { records[output].append(bytes) }
        }
    }

    func count(of output: Int) -> Int { records[output].reduce(0) { $0 + $1.count / outputs[output].width } }

    func sorted(_ output: Int, take: ([UInt8]) async throws -> Void) async throws {
        // Machines that made records sort them by ranges; then a machine sorts each range of all.
        let rangeCount = 8
        var ranges = [[[UInt8]]](repeating: [], count: rangeCount)
        for bytes in engine.shuffled(records[output]) {
            var sorter = RangeSorter(outputs[output], rangeCount: rangeCount, spool: MemorySpool())
            try sorter.add(bytes)
            try await sorter.sorted(workers: Workers(count: 1)) { ranges[$0].append(Array($1)) }
        }
        for range in 0..<rangeCount {
            var sorter = RangeSorter(outputs[output], rangeCount: rangeCount, spool: MemorySpool())
            for bytes in ranges[range] { try sorter.add(bytes) }
            var sorted: [UInt8] = []
            try await sorter.sorted(workers: Workers(count: 1)) { sorted += $1 }
            if !sorted.isEmpty { try await take(sorted) }
        }
    }
}
