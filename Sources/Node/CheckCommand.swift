internal import Agreement
internal import ArgumentParser
internal import Daemon
internal import Exchange
internal import Files
internal import Foundation
internal import Member
internal import PSIProtocol
internal import Register
internal import Values

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "A dry run: read configuration, policy, agreement and registers, and send nothing.",
        discussion: """
            Without an agreement, it checks those that were signed here. It says of each register how many codes are \
            usable, how complete every match key is, and how many people share a value of it. With --ready it then \
            tells the coordinator one word of each agreement: that this node is ready for a round, or the code of what \
            is wrong. No number, and nothing of a register, is sent.
            """)

    @OptionGroup var home: HomeOption
    @Argument(help: "An agreement's YAML file.") var agreement: String?
    @Option(
        name: .long,
        help: "Show what a row of this register normalises to. This is personal data: only the owner may see it.")
    var explain: String?
    @Option(name: .long, help: "Which row of the register to explain; 1 is the first after the header.") var row: Int?
    @Option(name: .long, help: "Which identity codes the registers hold, if no agreement says it.")
    var scheme = IdentitySchemeID.finland
    @Flag(help: "Afterwards tell the coordinator whether this node is ready for a round, or the code of what is wrong.")
    var ready = false

    func validate() throws {
        if let row {
            if row < 1 { throw ValidationError("Rows are counted from 1.") }
            if explain == nil { throw ValidationError("--row needs --explain with a register.") }
        }
        if ready, explain != nil { throw ValidationError("--ready and --explain are two things: do one of them.") }
    }

    func run() async throws {
        let out = Console.standardOutput
        let home = try Home(at: home.directory, roles: [.authority, .mixer])
        try home.keyRing.checkCertificates()
        let configuration = try NodeConfiguration(home: home)
        out.line(
            "configuration: no mistakes; registers: \(configuration.registers.count), cores: "
                + "\(configuration.workers.count)"
        )
        var found: [(id: AgreementID, agreement: Agreement)] = []
        if let path = agreement {
            let bytes = try PublicFile.read(path, maxByteCount: AgreementLimits.byteLimit)
            let parsed = try Agreement.parse(bytes)
            try AgreementStore.check(parsed, path: path, keys: home.keyRing)
            found = [(AgreementID(ofFile: bytes), parsed)]
        } else {
            found = try home.agreements().all().map { ($0.id, $0.agreement) }
        }
        let agreements = found.map(\.agreement)
        let check = NodeCheck(home: home, configuration: configuration, scheme: scheme, out: out)
        // Whoever looks at registers, or at one row of somebody, is in the log; what they saw is not.
        try home.approvals().note(
            explain == nil ? "registers checked" : "a row explained",
            [
                "register": explain ?? "all"
            ])
        if let explain {
            try show(register: explain, agreements, check)
            return
        }
        var problems: [ReadinessWord] = []
        if ready {
            var statements: [ReadinessVoice.Statement] = []
            // An agreement that is over is none to be ready for.
            for (id, agreement) in found where agreement.validUntil >= check.today {
                var obstacles = try await check.check(id, agreement)
                if obstacles != [.superseded] {
                    obstacles += try home.obstacles(to: id, configuration: configuration.document, out: out)
                }
                statements.append(
                    ReadinessVoice.Statement(agreement: id, study: agreement.study.id, obstacles: obstacles))
                problems += obstacles
            }
            try await ReadinessVoice(home: home, coordinator: configuration.coordinator, out: out).tell(statements)
        } else {
            problems = try await check.run(found)
            out.line("Nothing was sent.")
        }
        // An amendment takes the place of what it amends: of agreements that lie here that is nothing to mend.
        if agreement == nil { problems.removeAll { $0 == .superseded } }
        if !problems.isEmpty { throw CheckFailed(count: problems.count) }
    }

    /// Explains one row, under the first agreement that has the register.
    private func show(
        register id: RegisterID, _ agreements: [Agreement], _ check: NodeCheck
    ) throws {
        let (home, configuration, out) = (check.home, check.configuration, check.out)
        guard let source = configuration.registers[id] else {
            throw ConfigurationLacksRegister(id: id, known: configuration.registers.keys.sorted())
        }
        let found = agreements.lazy.compactMap { agreement in
            agreement.registers(ownedBy: home.keys.id).first { $0.isDeclared && $0.id == id }.map { (agreement, $0) }
        }.first
        var declaration = RegisterDeclaration.bare(id, owner: home.keys.id)
        var plan = check.planWithoutAgreement
        if let (agreement, register) = found {
            plan = MatchPlan(agreement: agreement, register: register, today: check.today)
            declaration = register
        }
        let reader = try RegisterReader(declaration: declaration, source: source, plan: plan)
        let row = row ?? 1
        guard let explanation = try RowExplanation(row: row, of: reader, history: try reader.readHistory()) else {
            out.line("register \(id) has fewer than \(row) rows")
            return
        }
        out.line(
            "register \(id), row \(row)"
                + "\(found.map { ", under the agreement \($0.0.study.id)" } ?? ", identity code only"):"
        )
        for line in explanation.lines { out.line("  " + line) }
        out.line("  of this row alone: other rows of the person may add a code, and outvote its fields")
        out.line("This is personal data. It was shown here only; nothing was sent or written.")
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
