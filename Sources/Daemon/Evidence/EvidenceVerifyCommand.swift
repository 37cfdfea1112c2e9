public import ArgumentParser
internal import Files
internal import Foundation
internal import PSIProtocol
internal import PlainWords
internal import Values

/// `evidence verify`: what happened in a round, told from files that participants show, and without keys.
public struct EvidenceVerifyCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check what a participant shows of a round, and say what it shows.",
        discussion: """
            Needs no keys, no participant's directory and no network. Give the files of several participants, and it \
            also compares them. Ends with 0 if every file is whole and nothing contradicts anything; with \
            \(ExitStatus.badData.rawValue) for a file that was altered, or that has streams of a complaint and does \
            not decide it; with \(ExitStatus.protocolViolation.rawValue) for files that show that somebody has shown \
            or signed two boards of one round, or has opened a round that not all had agreed to.
            """)

    @Argument(help: "A file that `evidence export` wrote, or several.") var files: [String]
    @Flag(help: "Also say all of the agreement in plain words.") var agreement = false
    @Option(help: "The certificate that time stamps have to be checked by, in PEM or DER.")
    var timeStampCertificate: String?

    private static let fileCountLimit = 16

    public init() {}

    public func validate() throws {
        guard (1...Self.fileCountLimit).contains(files.count) else {
            throw ValidationError("Give 1 to \(Self.fileCountLimit) files.")
        }
    }

    public func run() async throws {
        let out = Console.standardOutput
        var readers: [EvidenceReader] = []
        var isDecided = true
        let authority = try timeStampCertificate.map { try TimeStampCertificate.read($0) }
        for file in files {
            let reader = try EvidenceReader(file)
            if let authority, let other = reader.stamps.values.first(where: { $0.certificate != authority }) {
                throw EvidenceError.otherAuthority(path: file, subject: other.certificate.subject)
            }
            readers.append(reader)
            out.line("\(file)")
            out.line("Round \(reader.record.round)")
            out.line("The file is whole. Every signature, every link of the chain and every rule was checked.")
            for section in EvidenceReport(reader.board, stamps: reader.stamps).sections {
                out.line("\n\(section.heading)")
                for line in section.lines { out.line("  \(line)") }
            }
            isDecided = try await judge(reader, out) && isDecided
            if agreement { out.line("\n\(AgreementSummary(reader.record.agreement).text)") }
            out.line("")
        }
        let isContradicted = compare(readers, out) || readers.contains { $0.board.unsigned != nil }
        guard !isContradicted else { throw ExitCode(ExitStatus.protocolViolation.rawValue) }
        guard isDecided else { throw ExitCode(ExitStatus.badData.rawValue) }
    }

    /// Judges the complaints that the file has streams of.
    ///
    /// - Returns: whether it is clear for each who is at fault.
    private func judge(_ reader: EvidenceReader, _ out: Console) async throws -> Bool {
        guard !reader.record.complaints.isEmpty else { return true }
        let scratch = try ScratchDirectory("sidos-evidence")
        defer { try? scratch.remove() }
        let judge = EvidenceJudge(
            record: reader.record, port: reader.port(spool: SealedSpool(in: scratch.directory)),
            secrets: reader.secrets, workers: Workers(count: ProcessInfo.processInfo.activeProcessorCount))
        out.line("\nWho is right about an accusation")
        var isDecided = true
        for (accuser, complaint) in reader.record.complaints.sorted(by: { $0.key < $1.key }) {
            out.line("  \(complaint.sentence(by: accuser)).")
            guard reader.hasStreams(of: complaint) else {
                out.line(
                    "  The file has no streams, so it does not show who is right: see `evidence export --streams`.")
                continue
            }
            let verdict = try await judge.verdict(on: complaint)
            out.line("  \(verdict.sentence(on: complaint, by: accuser)).")
            if case .undecided = verdict { isDecided = false }
        }
        return isDecided
    }

    /// - Returns: whether somebody has shown or signed two things that exclude each other.
    private func compare(_ readers: [EvidenceReader], _ out: Console) -> Bool {
        guard readers.count > 1 else { return false }
        var isContradicted = false
        out.line("Compared with each other")
        for (index, second) in readers.enumerated() {
            for first in readers[..<index] {
                let difference = EvidenceDifference(first, second)
                for line in difference.lines { out.line("  \(line)") }
                isContradicted = isContradicted || difference.isContradiction
            }
        }
        return isContradicted
    }
}
