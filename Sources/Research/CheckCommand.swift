internal import Agreement
internal import ArgumentParser
internal import Daemon
internal import Dataset
internal import Exchange
internal import Member
internal import Values

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "A dry run before a round: configuration, keys, approvals, disk, and what a dataset would need.",
        discussion: """
            It checks the agreements that were signed here, and sends nothing. With --ready it then tells the \
            coordinator one word of each agreement: that this research environment is ready for a round, or the code \
            of what is wrong.
            """)

    @OptionGroup var home: HomeOption
    @Flag(help: "Afterwards tell the coordinator whether this is ready for a round, or the code of what is wrong.")
    var ready = false

    func run() async throws {
        let out = Console.standardOutput
        let home = try Home(at: home.directory, roles: [.research])
        try home.keyRing.checkCertificates()
        let configuration = try ResearchConfiguration(home: home)
        out.line("configuration: no mistakes; cores: \(configuration.workers.count)")
        var statements: [ReadinessVoice.Statement] = []
        var problems = 0
        let today = MachineClock.system.today()
        for installed in try home.agreements().all() where installed.agreement.validUntil >= today {
            let agreement = installed.agreement
            out.line("agreement: \(agreement.study.id), \(agreement.study.title)")
            if let obstacle = try home.succession(of: installed.id, agreement) {
                out.line("  superseded: \(obstacle.sentence)")
                statements.append(
                    ReadinessVoice.Statement(
                        agreement: installed.id, study: agreement.study.id, obstacles: [.superseded]))
                continue
            }
            var obstacles: [ReadinessWord] = []
            if agreement.release == .rows {
                for sentence in Self.refusals(of: agreement, configuration) {
                    out.line("  \(sentence)")
                    obstacles.append(.policy)
                }
            }
            obstacles += try home.obstacles(to: installed.id, configuration: configuration.document, out: out)
            if obstacles.isEmpty { out.line("  nothing stands in the way of a round") }
            problems += obstacles.count
            statements.append(
                ReadinessVoice.Statement(agreement: installed.id, study: agreement.study.id, obstacles: obstacles))
        }
        if ready {
            try await ReadinessVoice(home: home, coordinator: configuration.coordinator, out: out).tell(statements)
        } else {
            if statements.isEmpty { out.line("agreement: none that is still valid is signed here") }
            out.line("Nothing was sent.")
        }
        if problems > 0 { throw CheckFailed(count: problems) }
    }

    /// Why a round of the agreement would be refused here, as `ResearchMember` refuses it.
    static func refusals(of agreement: Agreement, _ configuration: ResearchConfiguration) -> [String] {
        var sentences: [String] = []
        if configuration.coordinator.address == nil, agreement.vaultAccess == .selected {
            sentences.append(
                "the round asks for single cells, which no courier carries: the agreement needs vault_access: whole")
        }
        do throws(DatasetError) { _ = try DatasetLayout(agreement) } catch {
            sentences.append("no dataset could be written of this agreement: \(error.sentence)")
        }
        return sentences
    }
}

struct CheckFailed: Error, ReportableError {
    let count: Int
    var sentence: String {
        "\(count) \(count == 1 ? "thing" : "things") above would stop a round here"
    }
    var exitStatus: ExitStatus { .refused }
}
