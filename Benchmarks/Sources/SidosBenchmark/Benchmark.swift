internal import CRistretto
internal import Foundation
internal import Peers

/// `sidos-benchmark [--json FILE]`: prints tables, and writes the same figures as JSON.
@main
struct Benchmark {
    struct Report: Codable {
        var ristrettoBackend: String
        var peers: [String: String]
        var operations: [Measurement]
        var ringStages: [RingBenchmark.Result]
    }

    static func main() async throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        let kernelOnly = arguments.first == "kernel"
        if kernelOnly { arguments.removeFirst() }
        guard arguments.isEmpty || (arguments.count == 2 && arguments[0] == "--json") else {
            complain("usage: sidos-benchmark [kernel] [--json FILE]", status: 64)
        }
        let file = arguments.last.map { URL(fileURLWithPath: $0) }
        let backend = String(cString: sidos_r255_backend())
        if let wanted = ProcessInfo.processInfo.environment["SIDOS_R255_BACKEND"], wanted != backend {
            complain("sidos-benchmark: this processor does not run the backend \(wanted)", status: 69)
        }
        let peers = [
            "libsodium": String(cString: peer_sodium_version()),
            "OpenSSL": String(cString: peer_openssl_version()),
            "GMP": String(cString: peer_gmp_version()),
        ]
        print(
            "ristretto255 backend: \(backend); peers: "
                + peers.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        if kernelOnly {
            let rows = try KernelBenchmark(stopwatch: Stopwatch()).run()
            print(rows)
            if let file { try encode(rows, to: file) }
            return
        }
        let stopwatch = Stopwatch()
        let operations = try GroupBenchmarks(stopwatch: stopwatch).run() + ItemBenchmarks(stopwatch: stopwatch).run()
        print(operations)
        let stages = try await RingBenchmark(itemCount: 1 << 14, turns: 11).run()
        print(stages)
        if let file {
            try encode(
                Report(ristrettoBackend: backend, peers: peers, operations: operations, ringStages: stages), to: file)
        }
    }

    private static func complain(_ message: String, status: Int32) -> Never {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        exit(status)
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

    private static func row(_ columns: String...) -> String {
        zip(columns, [34, 44, 12, 26, 16]).map { text, width in
            text + String(repeating: " ", count: max(1, width - text.count))
        }.joined()
    }

    private static func microseconds(_ nanoseconds: Double) -> String {
        String(format: nanoseconds < 100_000 ? "%.2f" : "%.0f", nanoseconds / 1_000)
    }
}
