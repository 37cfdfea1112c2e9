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

    var title: String {
        switch self {
        case .declareCounts: "declare, counts"
        case .declareRows: "declare, a row each"
        case .sealCells: "declare, \(Self.manyRows) rows each"
        case .mixCounts: "mix, counts"
        case .mixRows: "mix, with capsules"
        }
    }

    private static let manyRows = 100

    struct Result: Codable {
        var itemCount: Int
        var wallSeconds: Double
        var cpuSeconds: Double
        /// Of resident memory: before the step, with the input, and at its highest.
        var memoryBefore: Double
        var memoryPeak: Double
    }

    /// - Parameter itemCount: items of a list; people with many rows are an eighth of that.
    func run(itemCount: Int, workers: Workers) async throws -> Result {
        switch self {
        case .declareCounts: try await declare(itemCount, rowsEach: 0, workers)
        case .declareRows: try await declare(itemCount, rowsEach: 1, workers)
        case .sealCells: try await declare(max(1, itemCount / 8), rowsEach: Self.manyRows, workers)
        case .mixCounts: try await mix(itemCount, capsuleKey: nil, workers)
        case .mixRows: try await mix(itemCount, capsuleKey: BenchmarkStudy.capsuleKey(), workers)
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
            var builder = BatchBuilder<Ristretto255>(
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
    private func measure(_ itemCount: Int, _ step: () async throws -> Bool) async throws -> Result {
        let memory = Self.memory("VmRSS")
        let clock = ContinuousClock()
        let (start, cpu) = (clock.now, peer_process_cpu_time())
        guard try await step() else { throw BenchmarkError.failed(operation: rawValue) }
        let used = peer_process_cpu_time() - cpu
        return Result(
            itemCount: itemCount, wallSeconds: (clock.now - start) / .seconds(1), cpuSeconds: Double(used) / 1e9,
            memoryBefore: memory, memoryPeak: Self.memory("VmHWM"))
    }

    /// A line of what the system says of this process, in MiB.
    private static func memory(_ name: String) -> Double {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return (line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Double($0) } ?? 0) / 1_024
    }
}
