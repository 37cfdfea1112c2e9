internal import Crypto
internal import Foundation
internal import PSIProtocol
internal import Peers

/// A step of a round over one list in memory, run once by a process that does nothing else.
enum ScalingStep: String, Codable, CaseIterable {
    case declareCounts = "declare-counts"
    case declareRows = "declare-rows"
    case sealCells = "seal-cells"
    case mixCounts = "mix-counts"
    case mixRows = "mix-rows"
    case prove = "prove"
    case check = "check"
    case proveHashing = "prove-hashing"
    case checkHashing = "check-hashing"

    var title: String {
        switch self {
        case .declareCounts: "declare, counts"
        case .declareRows: "declare, a row each"
        case .sealCells: "declare, \(Self.manyRows) rows each"
        case .mixCounts: "mix, counts"
        case .mixRows: "mix, with capsules"
        case .prove: "prove, with capsules"
        case .check: "check a proof, with capsules"
        case .proveHashing: "prove, with capsules, hashing all generators"
        case .checkHashing: "check a proof, with capsules, hashing all generators"
        }
    }

    private static let manyRows = 100

    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    struct Result: Codable {
        var itemCount: Int
        var wallSeconds: Double
        var cpuSeconds: Double
        /// Of resident memory: before the step, with the input, and at its highest.
        var memoryBefore: Double
        var memoryPeak: Double
        /// CPU time of the kernel's own operations on one core, an item, where that is measured.
        var kernelNanoseconds: Double?
    }

    /// - Parameter itemCount: items of a list; people with many rows are an eighth of that.
    func run(itemCount: Int, workers: Workers) async throws -> Result {
        switch self {
        case .declareCounts: try await declare(itemCount, rowsEach: 0, workers)
        case .declareRows: try await declare(itemCount, rowsEach: 1, workers)
        case .sealCells: try await declare(max(1, itemCount / 8), rowsEach: Self.manyRows, workers)
        case .mixCounts: try await mix(itemCount, capsuleKey: nil, workers)
        case .mixRows: try await mix(itemCount, capsuleKey: BenchmarkStudy.capsuleKey(), workers)
        case .prove: try await run(.prove, hashing: false, itemCount: itemCount, workers)
        case .check: try await run(.check, hashing: false, itemCount: itemCount, workers)
        case .proveHashing: try await run(.prove, hashing: true, itemCount: itemCount, workers)
        case .checkHashing: try await run(.check, hashing: true, itemCount: itemCount, workers)
        }
    }

    /// As a node declares a register: blind, seal, sort, and write the list and the vault.
    private func declare(_ count: Int, rowsEach: Int, _ workers: Workers) async throws -> Result {
        let people = try BenchmarkStudy.people(count: count, rowsEach: rowsEach)
        let record = try BenchmarkStudy.openedRound(
            suite: Ristretto255.id, release: rowsEach > 0 ? .rows : .none)
        let capsuleKey = rowsEach > 0 ? try BenchmarkStudy.capsuleKey() : nil
        let key = Ristretto255.randomScalar()
        return try await measure(count) {
            var builder = try await BatchBuilder<Ristretto255>(
                register: BenchmarkStudy.register, record: record, key: key, capsuleKey: capsuleKey,
                registerSecret: rowsEach > 0 ? SymmetricKey(size: .bits256) : nil, spool: MemorySpool(),
                workers: workers)
            var position = 0
            try await builder.add {
                let end = min(position + (rowsEach > 1 ? 128 : 512), people.count)
                defer { position = end }
                return PeoplePiece(Array(people[position..<end]))
            }
            var list = CountingSink()
            let declared = try await builder.finishList(into: &list)
            var done = declared.summary.count >= count
            if rowsEach > 0 {
                var vault = CountingSink()
                done = try await declared.finishVault(into: &vault).count >= count && done
            }
            return done
        }
    }

    private func mix(_ count: Int, capsuleKey: CapsuleKey?, _ workers: Workers) async throws -> Result {
        let items = try RingItems<Ristretto255>(count: count, capsuleKey: capsuleKey)
        let agreement = try BenchmarkStudy.agreement(
            suite: Ristretto255.id, release: capsuleKey == nil ? .none : .rows)
        let key = Ristretto255.randomScalar()
        let mixer = RingMixer<Ristretto255>(agreement: agreement, capsuleKey: capsuleKey, workers: workers)
        return try await measure(count) {
            var output = CountingSink()
            let summary = try await mixer.run(
                input: PieceSource(items.list), expected: items.stored, sender: "sender", keeper: "keeper", key: key,
                exit: nil, spool: MemorySpool(), output: &output)
            return summary.count == count && output.byteCount == items.list.count
        }
    }

    /// - Parameter step: false when it computed something else.
    func measure(_ itemCount: Int, _ step: () async throws -> Bool) async throws -> Result {
        let memory = Self.memory("VmRSS")
        let clock = ContinuousClock()
        let (start, cpu) = (clock.now, peer_process_cpu_time())
        guard try await step() else { throw BenchmarkError.failed(operation: rawValue) }
        let used = peer_process_cpu_time() - cpu
        return Result(
            itemCount: itemCount, wallSeconds: (clock.now - start) / .seconds(1), cpuSeconds: Double(used) / 1e9,
            memoryBefore: memory, memoryPeak: Self.memory("VmHWM"))
    }

    /// The highest so far is what is in use now.
    static func forgetMemoryPeak() {
        guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
        try? file.write(contentsOf: Data("5".utf8))
        try? file.close()
    }

    /// A line of what the system says of this process, in MiB.
    private static func memory(_ name: String) -> Double {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return (line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Double($0) } ?? 0) / 1_024
    }
}
