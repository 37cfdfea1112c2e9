internal import Agreement
internal import ArgumentParser
internal import Daemon
internal import Register
internal import StrictYAML
internal import Values

/// `withdraw`: notes who withdraws from a study.
struct WithdrawCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: "Note who withdraws from a study. Nothing is sent before the next round of withdrawals.",
        discussion: """
            From now on nothing of these people is released from this node's registers. In the next round of \
            withdrawals, which the coordinator's operator opens with `link --withdrawals`, the research environment \
            learns by whose pseudonyms they were released in earlier rounds, and removes them. `serve` may keep \
            running. Without a list it says how many codes are noted. A list is taken as a whole or not at all.
            """)

    @OptionGroup var home: HomeOption
    @Option(help: "The study's id, as its agreement has it.") var study: String
    @Option(help: "A CSV file of identity codes.") var list: String?
    @Option(help: "The list's column of codes. Not needed if it has only one.") var column: String?
    @Option(
        help: """
            In place of --list, a YAML file that says where the list is and which column has the codes, as an entry of \
            never_release does.
            """)
    var table: String?

    func validate() throws {
        guard list != nil || column == nil else { throw ValidationError("--column needs --list with a file.") }
        guard list == nil || table == nil else { throw ValidationError("Name the list with --list or with --table.") }
    }

    /// The list that was given, and its column of codes if that was named.
    ///
    /// - Throws: `ConfigurationError`.
    func source() throws -> (table: any TableSource, column: String?)? {
        if let table {
            let described = try ConfigurationFile.decode(path: table) { root -> (any TableSource, String) in
                (TableSources.read(root), root.string("identity"))
            }
            return (described.0, described.1)
        }
        guard let list else { return nil }
        return (CSVSource(path: list), column)
    }

    func run() throws {
        let home = try Home(at: home.directory, roles: [.authority])
        let out = Console.standardOutput
        let agreements = try home.agreements().all().map(\.agreement)
        let own = agreements.filter { $0.study.id == study }
        guard !own.isEmpty else {
            throw WithdrawalError.unknownStudy(study, known: Set(agreements.map(\.study.id)).sorted())
        }
        let withdrawals = Withdrawals(home: home)
        guard let source = try source() else {
            let count = try withdrawals.codes(of: study).codes.count
            out.line("\(count) \(count == 1 ? "code is" : "codes are") noted of people who withdraw from \(study).")
            return
        }
        let limits = own.compactMap { agreement in
            agreement.forWithdrawals?.registers.first { $0.owner == home.keys.id }?.maxPeople
        }
        guard let limit = limits.max(), let agreement = own.last(where: { $0.forWithdrawals != nil }) else {
            throw WithdrawalError.pseudonymsDoNotLast(study)
        }
        let reading = try WithdrawnCodes.read(
            source.table, column: source.column, owner: home.keys.id,
            scheme: agreement.identityScheme.scheme(today: MachineClock.system.today()), limit: limit)
        let all = try withdrawals.add(reading.codes, to: study, limit: limit)
        // Who, and how many, is in no log.
        try home.approvals().note("withdrawals noted", ["study": study])
        let count = all.codes.count
        out.line("Noted. \(count) \(count == 1 ? "code" : "codes") of people who withdraw from \(study) in all.")
        if reading.temporaryCount > 0 {
            out.line(
                "\(reading.temporaryCount) of the list are codes that this authority has issued for itself: nothing of "
                    + "these people is released from now on, but what was released of them cannot be found.")
        }
        out.line(
            "Tell the coordinator's operator that a round of withdrawals is needed. Keep the list until the round has "
                + "closed; then delete it as your rules say.")
    }
}
