internal import ArgumentParser
internal import Daemon
internal import Foundation
internal import PSIProtocol
internal import Register

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "A dry run: read configuration, policy, agreement and registers, and send nothing.",
        discussion: "Without an agreement, those that were signed here are checked.")

    @OptionGroup var home: HomeOption
    @Argument(help: "An agreement's YAML file.") var agreement: String?

    func run() throws {
        let out = Console.standardOutput
        let home = try Home(at: home.directory, roles: [.authority, .mixer])
        try home.keys.checkCertificate()
        let configuration = try NodeConfiguration(home: home)
        out.line("configuration: no mistakes; \(configuration.registers.count) registers, \(configuration.workers.count) cores")
        var agreements: [Agreement] = []
        if let path = agreement {
            let parsed = try Agreement.parse(PublicFile.read(path, maxByteCount: AgreementLimits.byteLimit))
            try AgreementStore.check(parsed, path: path, keys: home.keys)
            agreements = [parsed]
        } else {
            agreements = try home.agreements().all().map(\.agreement)
        }
        if agreements.isEmpty {
            out.line("agreement: none signed here and none given; registers are read for their identity codes only")
            for (id, source) in configuration.registers.sorted(by: { $0.key < $1.key }) {
                try RegisterCheck(declaration: .bare(id, owner: home.keys.id), source: source, cellByteCount: 1_024)
                    .report(to: out, spool: home.spool())
            }
        }
        var problems = 0
        for agreement in agreements {
            problems += try check(agreement, home, configuration, out)
        }
        out.line("Nothing was sent.")
        if problems > 0 { throw CheckFailed(count: problems) }
    }

    private func check(
        _ agreement: Agreement, _ home: Home, _ configuration: NodeConfiguration, _ out: Console
    ) throws -> Int {
        var problems = 0
        out.line("agreement: \(agreement.study.id), \(agreement.study.title)")
        for refusal in configuration.policy.refusals(for: agreement, participant: home.keys.id) {
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
            do {
                problems += try RegisterCheck(
                    declaration: declaration, source: source, cellByteCount: agreement.cellByteCount
                ).report(to: out, spool: home.spool())
            } catch let error as RegisterError {
                out.line("register \(register.id): \(error.description)")
                problems += 1
            }
        }
        return problems
    }
}

/// What one register would declare.
struct RegisterCheck {
    let declaration: RegisterDeclaration
    let source: RegisterSource
    let cellByteCount: Int

    /// - Returns: how many things would stop a round.
    @discardableResult
    func report(to out: Console, spool: any Spool) throws -> Int {
        let grouping = PersonGrouping(
            reader: try RegisterReader(declaration: declaration, source: source), spool: spool)
        let survey = try grouping.run()
        out.line("register \(declaration.id): \(survey.people) people, \(survey.rowsKept) rows of \(survey.rowsRead) read")
        for reason in RefusalReason.allCases {
            if let count = survey.refused[reason], count > 0 { out.line("  refused \(count) rows: \(reason.rawValue)") }
        }
        var problems = 0
        if survey.people > declaration.maxPeople {
            out.line("  more than the \(declaration.maxPeople) people that the agreement or the local policy allows")
            problems += 1
        }
        guard !declaration.columns.isEmpty else { return problems }
        let codec = RowCodec(columns: declaration.columns)
        var most = 0
        var tooLarge = 0
        while let person = try grouping.nextPerson() {
            var rows: [UInt8] = []
            for row in person.rows { try codec.encode(row, into: &rows) }
            let cells = try CellSealer.cellCount(ofRows: rows, cellByteCount: cellByteCount)
            most = max(most, cells)
            if cells > declaration.maxCellsPerPerson { tooLarge += 1 }
        }
        out.line("  at most \(survey.mostRowsOfPerson) rows and \(most) cells a person (\(declaration.maxCellsPerPerson) allowed)")
        if tooLarge > 0 {
            out.line("  \(tooLarge) people need more cells than allowed: agree on a higher max_cells_per_person or cell_bytes")
            problems += 1
        }
        return problems
    }
}

extension RegisterDeclaration {
    /// A register without released columns, for reading identity codes only.
    static func bare(_ id: RegisterID, owner: ParticipantID) -> RegisterDeclaration {
        RegisterDeclaration(
            id: id, title: id, owner: owner, releasedFor: [], maxPeople: 100_000_000, maxCellsPerPerson: 1, columns: [])
    }
}

struct CheckFailed: Error, ReportableError {
    let count: Int
    var sentence: String { "\(count) \(count == 1 ? "thing" : "things") above would make this node refuse a round" }
    var exitStatus: ExitStatus { .refused }
}
