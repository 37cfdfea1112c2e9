internal import Foundation
internal import PSIProtocol
internal import Peers

/// What more cores give to the steps that work through a list.
///
/// Each measurement is a process of its own, which may use so many cores and has as many workers, so that memory and
/// CPU time are of this step only and nothing is shared with the one before.
struct ScalingBenchmark {
    let itemCount: Int
    let coreCounts: [Int]
    let turns: Int
    var steps = ScalingStep.allCases

    /// A row of `scaling.json`.
    struct Row: Codable {
        var step: ScalingStep
        var cores: Int
        var itemCount: Int
        /// Medians over the turns.
        var wallSeconds: Double
        var cpuSeconds: Double
        var itemsPerSecond: Double
        /// Over the first number of cores.
        var speedUp: Double
        var cpuRatio: Double
        /// MiB, the highest of the turns: with the input before the step, and at most.
        var memoryBefore: Double
        var memoryPeak: Double
        /// Microseconds an item and core: of the step, and of the kernel's own operations where that is measured.
        var microseconds: Double
        var kernelMicroseconds: Double?

        enum CodingKeys: String, CodingKey {
            case step, cores
            case itemCount = "items"
            case wallSeconds = "wall_seconds"
            case cpuSeconds = "cpu_seconds"
            case itemsPerSecond = "items_per_second"
            case speedUp = "speed_up"
            case cpuRatio = "cpu_ratio"
            case memoryBefore = "memory_before_mib"
            case memoryPeak = "memory_peak_mib"
            case microseconds = "microseconds"
            case kernelMicroseconds = "kernel_microseconds"
        }
    }

    /// - Parameter report: gets the rows of each step as soon as they are there.
    func run(_ report: ([Row]) -> Void) throws -> [Row] {
        var rows: [Row] = []
        for step in steps {
            var results: [Int: [ScalingStep.Result]] = [:]
            for _ in 0..<turns {
                for cores in coreCounts {
                    results[cores, default: []].append(try Self.measure(step, cores: cores, itemCount: itemCount))
                }
            }
            var own: [Row] = []
            for cores in coreCounts {
                let each = results[cores] ?? []
                let wall = Stopwatch.median(each.map(\.wallSeconds))
                let cpu = Stopwatch.median(each.map(\.cpuSeconds))
                let count = each.first?.itemCount ?? 0
                let kernel = each.compactMap(\.kernelNanoseconds)
                own.append(
                    Row(
                        step: step, cores: cores, itemCount: count, wallSeconds: wall, cpuSeconds: cpu,
                        itemsPerSecond: Double(count) / wall, speedUp: (own.first?.wallSeconds ?? wall) / wall,
                        cpuRatio: cpu / (own.first?.cpuSeconds ?? cpu),
                        memoryBefore: each.map(\.memoryBefore).max() ?? 0,
                        memoryPeak: each.map(\.memoryPeak).max() ?? 0, microseconds: 1e6 * cpu / Double(count),
                        kernelMicroseconds: kernel.isEmpty ? nil : Stopwatch.median(kernel) / 1_000))
            }
            report(own)
            rows += own
        }
        return rows
    }

    /// This program again, on so many cores; the system gives a process those of the thread that starts it.
    private static func measure(_ step: ScalingStep, cores: Int, itemCount: Int) throws -> ScalingStep.Result {
        guard peer_use_cores(Int32(cores)) == 1 else { throw BenchmarkError.failed(operation: "\(cores) cores") }
        defer { _ = peer_use_cores(peer_core_count()) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [stepCommand, step.rawValue, String(cores), String(itemCount)]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BenchmarkError.failed(operation: step.rawValue) }
        return try JSONDecoder().decode(ScalingStep.Result.self, from: text)
    }

    /// How the program asks itself for one measurement.
    static let stepCommand = "scaling-step"

    /// What such a process does.
    static func step(_ arguments: [String]) async throws {
        guard arguments.count == 3, let step = ScalingStep(rawValue: arguments[0]), let cores = Int(arguments[1]),
            let itemCount = Int(arguments[2])
        else { throw BenchmarkError.failed(operation: stepCommand) }
        let result = try await step.run(itemCount: itemCount, workers: Workers(count: cores))
        FileHandle.standardOutput.write(try JSONEncoder().encode(result))
    }
}
