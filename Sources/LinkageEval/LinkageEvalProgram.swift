internal import ArgumentParser
internal import Daemon
internal import Files
internal import Foundation
internal import PSIProtocol

@main
enum LinkageEvalProgram {
    static func main() async { await Program.main(LinkageEvalCommand.self) }
}

struct LinkageEvalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sidos-linkage-eval",
        abstract: "Links files for which the true links are known, in a whole round, and says how well.",
        discussion: """
            A plan lists evaluations. Each names CSV files, the columns that match fields are read from, a column of \
            truth, and files with the matching part of an agreement: match_fields, match_keys, tolerant_matching. \
            Every register has an authority of its own; blinding, ring, matching, sealing and opening are those of a \
            real round, in this one process. What is printed: precision, recall and F1 over pairs of records, links by \
            key, what the coordinator sees of the tokens, and the cost.
            """,
        version: "0.1.0")

    @Argument(help: "A plan: a YAML file.") var plan: String
    @Option(name: .long, help: "Where to write the results as JSON.") var json: String = "linkage-eval.json"
    @Option(name: .long, help: "Do only runs whose name contains this.") var only: String?
    @Option(name: .long, help: "Cores to use.") var cores: Int = ProcessInfo.processInfo.activeProcessorCount

    func validate() throws {
        guard (1...1_024).contains(cores) else { throw ValidationError("Cores are 1 to 1024.") }
    }

    func run() async throws {
        let out = Console.standardOutput
        let runs = try EvaluationPlan(file: plan).runs.filter { run in only.map { run.name.contains($0) } ?? true }
        guard !runs.isEmpty else { throw PlanError.noRuns }
        var results: [EvaluationResult] = []
        out.line(EvaluationResult.heading)
        for run in runs {
            let missing = run.files.filter { !FileStatus.exists($0) }
            guard missing.isEmpty else {
                out.line("\(run.name): skipped, there is no \(missing.joined(separator: " and no "))")
                continue
            }
            let study = try EvaluationStudy(run)
            let round = try InProcessRound(study: study, workers: Workers(count: cores))
            try await round.run()
            let result = try EvaluationResult(run: run, round: round)
            for line in result.lines { out.line(line) }
            results.append(result)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let file = URL(fileURLWithPath: json).path
        try AtomicFile.write(Array(try encoder.encode(results)) + Array("\n".utf8), to: file, replacing: true)
        out.line("written: \(json)")
    }
}

enum PlanError: Error, ReportableError {
    case noRuns
    case unreadable(run: String, error: String)

    var sentence: String {
        switch self {
        case .noRuns: "no run of the plan has such a name"
        case .unreadable(let run, let error): "\(run): \(error)"
        }
    }
    var exitStatus: ExitStatus { .badData }
}
