internal import CRistretto
internal import Foundation
internal import Peers

/// `sidos-benchmark [WHAT] [OPTIONS]`: prints tables, and writes the same figures as JSON.
@main
struct Benchmark {
    static let usage = """
        usage: sidos-benchmark [--json FILE]
               sidos-benchmark kernel [--json FILE]
               sidos-benchmark arithmetic [--cores N] [--seconds N] [--json FILE]
               sidos-benchmark scaling [--items N] [--cores LIST] [--turns N] [--steps LIST] [--json FILE]

        Without a word: each operation and a ring stage, beside peers. kernel: ristretto255 in detail.
        arithmetic: what the kernel costs when so many cores (all) do nothing else.
        scaling: steps of a round on one list (of 524,288 items), on 1, 2, 4, 8 ... cores (LIST: 1,4,16). Lists are in
        memory; of what is proved and checked they are in sealed files under TMPDIR. Steps: \(ScalingStep.names)
        """

    struct Report: Codable {
        var ristrettoBackend: String
        var peers: [String: String]
        var operations: [Measurement]
        var ringStages: [RingBenchmark.Result]
    }

    static func main() async throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == ScalingBenchmark.stepCommand {
            return try await ScalingBenchmark.step(Array(arguments.dropFirst()))
        }
        let what = arguments.first.flatMap { $0.hasPrefix("--") ? nil : $0 }
        if what != nil { arguments.removeFirst() }
        var options = Options(arguments, usage: usage)
        let file = options.text("--json").map { URL(fileURLWithPath: $0) }
        let backend = String(cString: sidos_r255_backend())
        if let wanted = ProcessInfo.processInfo.environment["SIDOS_R255_BACKEND"], wanted != backend {
            Options.complain("sidos-benchmark: this processor does not run the backend \(wanted)", status: 69)
        }
        switch what {
        case nil:
            options.finish()
            try await measureOperations(backend, file)
        case "kernel":
            options.finish()
            printPeers(backend)
            let rows = try KernelBenchmark(stopwatch: Stopwatch()).run()
            print(rows)
            if let file { try encode(rows, to: file) }
        case "arithmetic":
            let cores = options.number("--cores", 1...Int(peer_core_count())) ?? Int(peer_core_count())
            let seconds = options.number("--seconds", 1...3_600) ?? 3
            options.finish()
            let result = try ArithmeticBenchmark(coreCount: cores, seconds: Double(seconds)).run()
            print(
                "ristretto255 (\(result.backend)) on \(cores) cores at once, CPU time of an element: map and multiply "
                    + "\(microseconds(result.mapAndMultiply)) µs, multiply \(microseconds(result.multiply)) µs")
            if let file { try encode(result, to: file) }
        case "scaling":
            let items = options.number("--items", 1...(1 << 30)) ?? 1 << 19
            let turns = options.number("--turns", 1...99) ?? 3
            let cores = options.numbers("--cores", 1...Int(peer_core_count())) ?? powersOfTwo
            let steps = options.text("--steps").map { text in
                text.split(separator: ",").map { name in
                    guard let step = ScalingStep(rawValue: String(name)) else {
                        Options.complain("sidos-benchmark: --steps takes some of \(ScalingStep.names)", status: 64)
                    }
                    return step
                }
            }
            options.finish()
            let benchmark = ScalingBenchmark(
                itemCount: items, coreCounts: cores, turns: turns, steps: steps ?? ScalingStep.allCases)
            print("ristretto255 backend: \(backend); medians of \(turns)")
            let rows = try benchmark.run { print($0) }
            if let file { try encode(rows, to: file) }
        default: Options.complain(usage, status: 64)
        }
    }

    /// 1, 2, 4 and so on, and what the machine has.
    private static var powersOfTwo: [Int] {
        let all = Int(peer_core_count())
        return Array(sequence(first: 1) { $0 * 2 }.prefix { $0 < all }) + [all]
    }

    private static func measureOperations(_ backend: String, _ file: URL?) async throws {
        printPeers(backend)
        let stopwatch = Stopwatch()
        let operations =
            try GroupBenchmarks(stopwatch: stopwatch).run() + ItemBenchmarks(stopwatch: stopwatch).run()
            + GeneratorBenchmarks(stopwatch: stopwatch).run()
        print(operations)
        let stages = try await RingBenchmark(itemCount: 1 << 14, turns: 11).run()
        print(stages)
        if let file {
            try encode(
                Report(ristrettoBackend: backend, peers: peers, operations: operations, ringStages: stages), to: file)
        }
    }

    private static var peers: [String: String] {
        [
            "libsodium": String(cString: peer_sodium_version()),
            "OpenSSL": String(cString: peer_openssl_version()),
            "GMP": String(cString: peer_gmp_version()),
        ]
    }

    private static func printPeers(_ backend: String) {
        print(
            "ristretto255 backend: \(backend); peers: "
                + peers.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
    }

    private static func encode(_ value: some Encodable, to file: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(value).write(to: file, options: .atomic)
    }

    private static func print(_ rows: [KernelBenchmark.Row]) {
        print("\nristretto255, CPU time of an element on one core (median)\n")
        print(row("backend and operation", "batch", "µs", "libsodium's time", "OpenSSL X25519's"))
        for each in rows {
            print(
                row(
                    "\(each.backend): \(each.operation)", "\(each.batchSize)", microseconds(each.nanosecondsPerElement),
                    each.ratioToLibsodium.map { String(format: "%.2f times ours", $0) } ?? "",
                    each.ratioToOpenSSLX25519.map { String(format: "%.2f times ours", $0) } ?? ""))
        }
    }

    private static func print(_ text: String) { Swift.print(text) }

    private static func print(_ operations: [Measurement]) {
        print("\nCPU time of one operation on one core (median)\n")
        print(row("", "operation", "µs", "peer's µs", "times faster"))
        for each in operations {
            print(
                row(
                    each.subject, each.operation, microseconds(each.nanoseconds),
                    each.peerNanoseconds.map { "\(microseconds($0)) \(each.peer ?? "")" } ?? "",
                    each.ratio.map { String(format: "%.2f", $0) } ?? ""))
        }
    }

    private static func print(_ stages: [RingBenchmark.Result]) {
        print("\nA ring stage in memory, one worker\n")
        print(row("", "items", "µs an item", "of it kernel", "outside kernel"))
        for each in stages {
            print(
                row(
                    each.subject, "\(each.itemCount)", microseconds(each.nanoseconds),
                    microseconds(each.kernelNanoseconds), String(format: "%.1f %%", 100 * each.shareOutsideKernel)))
        }
    }

    private static func print(_ rows: [ScalingBenchmark.Row]) {
        guard let first = rows.first else { return }
        print("\n\(first.step.title): \(first.itemCount) items\n")
        print("  cores   items / s  speed-up   wall s    CPU s  CPU ratio  MiB before    MiB at most   µs an item")
        for each in rows {
            print(
                String(
                    format: "%7d%12.0f%10.2f%9.2f%9.2f%11.2f%12.0f%15.0f%13.2f", each.cores, each.itemsPerSecond,
                    each.speedUp, each.wallSeconds, each.cpuSeconds, each.cpuRatio, each.memoryBefore,
                    each.memoryPeak, each.microseconds)
                    + (each.kernelMicroseconds.map { String(format: ", of it kernel %.2f", $0) } ?? ""))
        }
    }

    private static func row(_ columns: String...) -> String {
        zip(columns, [34, 44, 12, 26, 16]).map { text, width in
            text + String(repeating: " ", count: max(1, width - text.count))
        }.joined()
    }

    private static func microseconds(_ nanoseconds: Double) -> String {
        String(format: nanoseconds < 100_000 ? "%.2f" : "%.0f", nanoseconds / 1_000)
    }
}
