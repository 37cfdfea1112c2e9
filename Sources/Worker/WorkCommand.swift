internal import ArgumentParser
internal import CRistretto
internal import Daemon
internal import Engine
internal import Files
internal import Foundation
internal import PSIProtocol

/// Does the tickets that come on standard input, one a line, and writes a receipt for each.
struct WorkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "work",
        abstract: "Do the tickets on standard input and write their receipts. Spark's driver starts this, not a person."
    )

    @Option(help: "The folder that all hosts share.")
    var folder: String

    @Option(help: "The socket of this host's agent.")
    var agent: String

    @Option(help: "A directory on this host's own disk for what is being sorted.")
    var spool = "/var/tmp"

    @Option(help: "Cores of one ticket. Spark runs as many tickets at once as it has slots.")
    var cores = 1

    func validate() throws {
        guard (1...1_024).contains(cores) else { throw ValidationError("--cores is 1 to 1024") }
    }

    func run() async throws {
        guard sidos_r255_self_test() == 1 else { throw WorkerArithmeticFailure() }
        let own = try PrivateDirectory(creating: "\(spool)/sidos-worker-\(UUID().uuidString)")
        let outcome: Result<Void, any Error>
        do {
            try await work(in: own)
            outcome = .success(())
        } catch { outcome = .failure(error) }
        try? Directory.removeTree(own.path)
        try outcome.get()
    }

    private func work(in own: PrivateDirectory) async throws {
        let worker = TicketWorker(
            folder: try SharedFolder(folder), agent: AgentClient(at: agent), spool: SealedSpool(in: own),
            workers: Workers(count: cores))
        while let line = readLine() {
            guard !line.isEmpty else { continue }
            Console.standardOutput.line(try await worker.perform(line))
        }
    }
}

struct WorkerArithmeticFailure: Error, ReportableError {
    var sentence: String { "the ristretto255 kernel failed its self-test on this host: don't use it, and report it" }
    var exitStatus: ExitStatus { .software }
}
