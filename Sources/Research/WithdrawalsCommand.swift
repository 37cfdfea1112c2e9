internal import ArgumentParser
internal import Daemon
internal import Foundation
internal import Values

struct WithdrawalsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdrawals",
        abstract: "Show when people last withdrew from a study, and which datasets were written before.",
        discussion: """
            Whoever withdraws is removed from what was received, and does not come back in a later round. A dataset \
            that was written before may have them: write it anew, and take back what was given out. Who has \
            withdrawn, and how many, is shown nowhere.
            """)

    @OptionGroup var home: HomeOption

    func run() throws {
        let home = try Home(at: home.directory, roles: [.research])
        let out = Console.standardOutput
        let people = try WithdrawnPeople(home: home)
        let studies = try people.studies()
        if studies.isEmpty { out.line("Nobody has withdrawn from a study here.") }
        let log = try OperationsHistory(home: home).lines
        for study in studies {
            let changed = try people.list(of: study).changed
            let time = MachineClock.timestamp(Date(timeIntervalSince1970: TimeInterval(changed)))
            out.line("\(study): people withdrew, the last time on \(time).")
            let before = Self.written(before: changed, study: study, in: log)
            if before.isEmpty { continue }
            out.line("Written before, of whichever study. Write those of \(study) anew with `dataset --replace`:")
            for line in before { out.line("  \(line.time) \(line.words)") }
        }
    }

    /// Datasets that were there when people withdrew the last time: by their place in the log, and by the clock, since
    /// either alone can be missing or wrong. Those of the same second may be of after, and are told too.
    static func written(
        before changed: Int, study: String, in log: [OperationsHistory.Line]
    ) -> [OperationsHistory.Line] {
        let end = MachineClock.timestamp(Date(timeIntervalSince1970: TimeInterval(changed) + 1))
        let last = log.lastIndex {
            $0.words.hasPrefix(WithdrawnPeople.note + " ") && $0.words.split(separator: " ").contains("study=\(study)")
        }
        return log.enumerated().filter { index, line in
            ["dataset written", "dataset handed over"].contains { line.words.hasPrefix($0) }
                && (line.time < end || last.map { index < $0 } == true)
        }.map(\.element)
    }
}
