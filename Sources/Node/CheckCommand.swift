internal import Agreement
internal import ArgumentParser
internal import Daemon
internal import Files
internal import Foundation
internal import PSIProtocol
internal import Register
internal import Values

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "A dry run: read configuration, policy, agreement and registers, and send nothing.",
        discussion: """
            Without an agreement, those that were signed here are checked. Of each register it says how many codes are \
            usable, how complete every match key is, and how many people share a value of it.
            """)

    @OptionGroup var home: HomeOption
    @Argument(help: "An agreement's YAML file.") var agreement: String?
    @Option(
        name: .long,
        help: "Show what a row of this register normalises to. It shows the row's content: for the owner's eyes only.")
    var explain: String?
    @Option(name: .long, help: "Which row of the register to explain, 1 for the first after the header.") var row: Int?

    func validate() throws {
        if let row {
            if row < 1 { throw ValidationError("Rows are counted from 1.") }
            if explain == nil { throw ValidationError("--row needs --explain with a register.") }
        }
    }

    func run() throws {
        let out = Console.standardOutput
        let home = try Home(at: home.directory, roles: [.authority, .mixer])
        try home.keys.checkCertificate()
        let configuration = try NodeConfiguration(home: home)
        out.line(
            "configuration: no mistakes; \(configuration.registers.count) registers, \(configuration.workers.count) cores"
        )
        var agreements: [Agreement] = []
        if let path = agreement {
            let parsed = try Agreement.parse(PublicFile.read(path, maxByteCount: AgreementLimits.byteLimit))
            try AgreementStore.check(parsed, path: path, keys: home.keys)
            agreements = [parsed]
        } else {
            agreements = try home.agreements().all().map(\.agreement)
        }
        let today = MachineClock.system.today()
        if let explain {
            try show(register: explain, agreements, home, configuration, today, out)
            return
        }
        if agreements.isEmpty {
            out.line("agreement: none signed here and none given; registers are read for their identity codes only")
            for (id, source) in configuration.registers.sorted(by: { $0.key < $1.key })
            where source.identityColumn != nil {
                let declaration = RegisterDeclaration.bare(id, owner: home.keys.id)
                try RegisterCheck(
                    declaration: declaration, plan: .identityCode(FinnishIdentityScheme(today: today)), source: source,
                    cellByteCount: 1_024
                ).report(to: out, spool: home.spool())
            }
        }
        var problems = 0
        for agreement in agreements {
            problems += try check(agreement, home, configuration, today, out)
        }
        out.line("Nothing was sent.")
        if problems > 0 { throw CheckFailed(count: problems) }
    }

    private func check(
        _ agreement: Agreement, _ home: Home, _ configuration: NodeConfiguration, _ today: CalendarDate, _ out: Console
    ) throws -> Int {
        var problems = 0
        out.line("agreement: \(agreement.study.id), \(agreement.study.title)")
        for refusal in configuration.policy.refusals(
            for: agreement, participant: home.keys.id, columnNames: configuration.registers.mapValues(\.columnNames))
        {
            out.line("  the local policy refuses: \(refusal)")
            problems += 1
        }
        let limits = configuration.policy.effectiveLimits(for: agreement, participant: home.keys.id)
        for register in agreement.registers(ownedBy: home.keys.id) {
            guard let source = configuration.registers[register.id] else {
                out.line("register \(register.id): config.yaml does not have it; add it under registers")
                problems += 1
                continue
            }
            var declaration = register
            declaration.maxPeople = limits.maxPeople[register.id] ?? register.maxPeople
            declaration.maxCellsPerPerson = limits.maxCellsPerPerson[register.id] ?? register.maxCellsPerPerson
            let plan = MatchPlan(agreement: agreement, register: declaration, today: today)
            do {
                problems += try RegisterCheck(
                    declaration: declaration, plan: plan, source: source, cellByteCount: agreement.cellByteCount,
                    obstacle: source.obstacle(under: agreement, register: register.id)
                ).report(to: out, spool: home.spool())
            } catch let error as RegisterError {
                out.line("register \(register.id): \(error.description)")
                problems += 1
            }
        }
        return problems
    }

    /// Explains one row, under the first agreement that has the register.
    private func show(
        register id: RegisterID, _ agreements: [Agreement], _ home: Home, _ configuration: NodeConfiguration,
        _ today: CalendarDate, _ out: Console
    ) throws {
        guard let source = configuration.registers[id] else {
            throw ConfigurationLacksRegister(id: id, known: configuration.registers.keys.sorted())
        }
        let found = agreements.lazy.compactMap { agreement in
            agreement.registers(ownedBy: home.keys.id).first { $0.id == id }.map { (agreement, $0) }
        }.first
        var declaration = RegisterDeclaration.bare(id, owner: home.keys.id)
        var plan = MatchPlan.identityCode(FinnishIdentityScheme(today: today))
        if let (agreement, register) = found {
            plan = MatchPlan(agreement: agreement, register: register, today: today)
            declaration = register
        }
        let reader = try RegisterReader(declaration: declaration, source: source, plan: plan)
        let row = row ?? 1
        guard let explanation = try RowExplanation(row: row, of: reader, history: try reader.readHistory()) else {
            out.line("register \(id) has fewer than \(row) rows")
            return
        }
        out.line(
            "register \(id), row \(row)\(found.map { ", under the agreement \($0.0.study.id)" } ?? ", identity code only"):"
        )
        for line in explanation.lines { out.line("  " + line) }
        out.line("  of this row alone: other rows of the person may add a code, and outvote its fields")
        out.line("This is personal data. It was shown here only; nothing was sent or written.")
    }
}

/// What one register would declare.
struct RegisterCheck {
    let declaration: RegisterDeclaration
    let plan: MatchPlan
    let source: RegisterSource
    let cellByteCount: Int
    /// Why people who are never to be released could not be kept out under the agreement.
    var obstacle: RegisterError?

    /// What the agreement leaves out of the register and makes of its columns, and who is never released.
    private func minimisation(_ survey: RegisterSurvey, to out: Console) {
        if declaration.rows != nil {
            out.line(
                "  rows: \(survey.rowsLeftOut) are left out by the agreement; "
                    + "\(survey.peopleWithoutRows) people are in the register without any that is kept")
        }
        for counts in survey.derivations {
            var line = "  column \(counts.column): \(counts.made) values made, \(counts.missing) missing"
            if counts.unmatched > 0 { line += ", \(counts.unmatched) that the map lacks" }
            let values = counts.values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            out.line(line + (values.isEmpty ? "" : "; " + values.joined(separator: ", ")))
        }
        if source.screensPeople {
            out.line(
                "  never released: \(survey.peopleWithheld) of the register's people; the lists have \(survey.codesListed), "
                    + "of whom \(survey.codesListedOfNobody) are not in it. No other number counts them")
        }
    }

    /// - Returns: how many things would stop a round.
    @discardableResult
    func report(to out: Console, spool: any Spool) throws -> Int {
        var problems = 0
        if let obstacle {
            out.line("register \(declaration.id): \(obstacle.description)")
            problems += 1
        }
        var reader = try RegisterReader(declaration: declaration, source: source, plan: plan)
        reader.countsProgramWords = true
        let grouping = try PersonGrouping(reader: reader, spool: spool)
        let survey = try grouping.run()
        out.line(
            "register \(declaration.id): \(survey.people) people, \(survey.rowsKept) rows of \(survey.rowsRead) read")
        minimisation(survey, to: out)
        report(survey, to: out)
        if let kind = survey.shortfall(of: declaration, plan: plan, source: source) {
            out.line("  \(RegisterError(kind, file: source.name).description)")
            problems += 1
        }
        if source.identityColumn == nil, plan.keys.contains(where: { $0.content == .identityCode }) {
            out.line("  config.yaml names no column of identity codes (identity): nobody is found by their code")
        }
        if source.history == nil, plan.keys.contains(where: { $0.content == .formerCode }) {
            out.line("  config.yaml names no history: nobody is found by a former code of this register")
        }
        if survey.people + (plan.withholding == .dummyCell ? survey.peopleWithheld : 0) > declaration.maxPeople {
            out.line("  more than the \(declaration.maxPeople) people that the agreement or the local policy allows")
            problems += 1
        }
        let values = PersonValues(plan: plan)
        var census = KeyCensus(keys: plan.keys, spool: spool)
        var most = 0
        var tooLarge = 0
        var withFeatures = 0
        while let person = try grouping.nextPerson() {
            if person.isWithheld { continue }
            try census.add(values.identities(of: person))
            if values.features(of: person).contains(where: { !$0.isEmpty }) { withFeatures += 1 }
            guard !declaration.columns.isEmpty else { continue }
            let cells = try CellSealer.cellCount(ofRows: person.rows, cellByteCount: cellByteCount)
            most = max(most, cells)
            if cells > declaration.maxCellsPerPerson { tooLarge += 1 }
        }
        for (key, counts) in zip(plan.keys, try census.counts()) {
            out.line(
                "  key \(key.name): \(counts.present) people have it (\(Self.percent(counts.present, of: survey.people))), "
                    + "\(counts.shared) share it with somebody of this register")
        }
        if plan.tolerantMatching != nil {
            out.line(
                "  tokens: \(withFeatures) people have what they are made of (\(Self.percent(withFeatures, of: survey.people)))"
            )
        }
        guard !declaration.columns.isEmpty else { return problems }
        out.line(
            "  at most \(survey.mostRowsOfPerson) rows and \(most) cells a person (\(declaration.maxCellsPerPerson) allowed)"
        )
        if tooLarge > 0 {
            out.line(
                "  \(tooLarge) people need more cells than allowed: agree on a higher max_cells_per_person or cell_bytes"
            )
            problems += 1
        }
        return problems
    }

    private func report(_ survey: RegisterSurvey, to out: Console) {
        for reason in RefusalReason.allCases {
            if let count = survey.refused[reason], count > 0 { out.line("  refused \(count) rows: \(reason.rawValue)") }
        }
        let codes = survey.codes
        out.line(
            "  codes by row: \(codes.official) official, \(codes.temporary) temporary, \(codes.missing) missing, "
                + "\(codes.invalid) invalid; \(codes.repaired) were read in spite of look-alike characters")
        if !survey.codeShapes.words.isEmpty { out.line("  codes that are not usable: \(survey.codeShapes.words)") }
        for (field, words) in survey.programWords.sorted(by: { $0.key < $1.key }) {
            let rows = words.values.reduce(0, +)
            guard rows > 1, rows * 1_000 >= survey.rowsRead else { continue }
            let list = words.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) (\($0.value))" }
            out.line(
                "  match field \(field): \(rows) rows have a word that programs write for a missing value, and that counts as "
                    + "a value here: \(list.joined(separator: ", ")). Make them empty, or agree on normalisation: sidos-2"
            )
        }
        if survey.peopleWithoutCode > 0 { out.line("  \(survey.peopleWithoutCode) people have no usable code") }
        if survey.severalCodes > 0 {
            out.line(
                "  \(survey.severalCodes) people have rows with different codes: none of them is used; correct the register"
            )
        }
        if source.history != nil {
            let history = survey.history
            out.line(
                "  history: \(history.pairsRead) pairs, \(survey.peopleWithFormerCodes) people with former codes, "
                    + "\(history.conflicts) codes with several successors, \(history.cycles) circles, "
                    + "\(history.refused.values.reduce(0, +)) rows refused")
        }
        for (title, breakdown) in [("year", survey.yearBreakdown), ("group", survey.groupBreakdown)] {
            for part in breakdown {
                out.line(
                    "  \(title) \(part.value.isEmpty ? "(none)" : part.value): \(part.codes.official) official, "
                        + "\(part.codes.temporary) temporary, \(part.codes.missing) missing, \(part.codes.invalid) invalid"
                )
            }
        }
    }

    private static func percent(_ part: Int, of whole: Int) -> String {
        whole == 0 ? "of nobody" : "\((part * 1_000 / whole + 5) / 10) %"
    }
}

extension RegisterDeclaration {
    /// A register without released columns, for reading identity codes only.
    static func bare(_ id: RegisterID, owner: ParticipantID) -> RegisterDeclaration {
        RegisterDeclaration(
            id: id, title: id, owner: owner, releasedFor: [], maxPeople: 100_000_000, maxCellsPerPerson: 1, columns: [])
    }
}

struct ConfigurationLacksRegister: Error, ReportableError {
    let id: RegisterID
    let known: [RegisterID]
    var sentence: String {
        "config.yaml has no register \(id); it has \(known.isEmpty ? "none" : known.joined(separator: ", "))"
    }
    var exitStatus: ExitStatus { .usage }
}

struct CheckFailed: Error, ReportableError {
    let count: Int
    var sentence: String { "\(count) \(count == 1 ? "thing" : "things") above would make this node refuse a round" }
    var exitStatus: ExitStatus { .refused }
}
