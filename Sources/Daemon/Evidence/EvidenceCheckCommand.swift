public import ArgumentParser
internal import Files
internal import Foundation
internal import PSIProtocol
internal import Values

/// `evidence check`: who is right about a complaint, told from a folder and no keys.
public struct EvidenceCheckCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Tell who is at fault, from a folder that `evidence export` wrote.",
        discussion: """
            Needs no keys and no network. Ends with 0 if it is clear who is at fault for every complaint that the \
            folder has the streams of, and with \(ExitStatus.badData.rawValue) if it isn't for one.
            """)

    @Argument(help: "The folder.") var folder: String

    public init() {}

    public func run() async throws {
        let folder = EvidenceFolder(folder)
        let record = try folder.record()
        guard !record.complaints.isEmpty else { throw EvidenceError.noComplaint(path: folder.path) }
        let secrets = try folder.secrets()
        let scratch = try ScratchDirectory("sidos-evidence")
        defer { try? scratch.remove() }
        let judge = EvidenceJudge(
            record: record, port: folder.port(spool: SealedSpool(in: scratch.directory)), secrets: secrets,
            workers: Workers(count: ProcessInfo.processInfo.activeProcessorCount))
        let out = Console.standardOutput
        out.line("Round \(record.round.description.prefix(12)) of study \(record.agreement.study.id)")
        out.line("Agreement \(record.agreementID): compare this id with the agreement that you know")
        var isClear = true
        for (accuser, complaint) in record.complaints.sorted(by: { $0.key < $1.key }) {
            let verdict = try await judge.verdict(on: complaint)
            out.line(complaint.sentence(by: accuser))
            out.line("  " + verdict.sentence(on: complaint, by: accuser))
            // A folder is about the complaint whose streams it has; others stay open.
            if case .undecided(let gap) = verdict, !gap.isMissing || record.complaints.count == 1 { isClear = false }
        }
        guard isClear else { throw ExitCode(ExitStatus.badData.rawValue) }
    }
}

extension EvidenceGap {
    var isMissing: Bool {
        if case .missingStream = self { return true }
        return false
    }
}
