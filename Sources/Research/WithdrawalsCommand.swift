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
        let written = try OperationsHistory(home: home).lines.filter { line in
            ["dataset written", "dataset handed over"].contains { line.words.hasPrefix($0) }
        }
        for study in studies {
            let time = MachineClock.timestamp(
                Date(timeIntervalSince1970: TimeInterval(try people.list(of: study).changed)))
            out.line("\(study): people withdrew, the last time on \(time).")
            let before = written.filter { $0.time < time }
            if before.isEmpty { continue }
            out.line("Written before, of whichever study. Write those of \(study) anew with `dataset --replace`:")
            for line in before { out.line("  \(line.time) \(line.words)") }
        }
    }
}
