internal import Agreement
internal import Daemon
internal import Exchange
internal import Register
internal import Values

/// What this node's policy and registers would say to a round, told a line at a time. Nothing is sent.
struct NodeCheck: Sendable {
    let home: Home
    let configuration: NodeConfiguration
    /// Which identity codes the registers hold, if no agreement says it.
    let scheme: IdentitySchemeID
    let out: Console
    let today = MachineClock.system.today()

    /// Checks all agreements; without any, the registers' identity codes alone.
    ///
    /// - Returns: what would make this node refuse a round, a word for each thing.
    func run(_ agreements: [(id: AgreementID, agreement: Agreement)]) async throws -> [ReadinessWord] {
        if agreements.isEmpty {
            out.line(
                "agreement: none signed here and none given; registers are read for their identity codes "
                    + "(\(scheme.rawValue)) only")
            for (id, source) in configuration.registers.sorted(by: { $0.key < $1.key })
            where source.identityColumn != nil {
                try await RegisterCheck(
                    declaration: .bare(id, owner: home.keys.id), plan: planWithoutAgreement, source: source,
                    cellByteCount: 1_024
                ).report(to: out, spool: home.spool(), workers: configuration.workers)
            }
        }
        var problems: [ReadinessWord] = []
        for (id, agreement) in agreements { problems += try await check(id, agreement) }
        return problems
    }

    /// Of an agreement that is superseded that alone is said: its registers need not be read.
    func check(_ id: AgreementID, _ agreement: Agreement) async throws -> [ReadinessWord] {
        var problems: [ReadinessWord] = []
        out.line("agreement: \(agreement.study.id), \(agreement.study.title)")
        if let obstacle = try home.succession(of: id, agreement) {
            out.line("  superseded: \(obstacle.sentence)")
            return [.superseded]
        }
        if let missing = try home.studyKeyObstacle(to: id, agreement) {
            out.line("  \(missing.sentence)")
            problems.append(.keysLost)
        }
        for refusal in configuration.policy.refusals(
            for: agreement, participant: home.keys.id, columnNames: configuration.registers.mapValues(\.columnNames))
        {
            out.line("  the local policy refuses: \(refusal)")
            problems.append(.policy)
        }
        let limits = configuration.policy.effectiveLimits(for: agreement, participant: home.keys.id)
        for register in agreement.registers(ownedBy: home.keys.id) where register.isDeclared {
            guard var source = configuration.registers[register.id] else {
                out.line("register \(register.id): config.yaml does not have it. Add it under registers")
                problems.append(.register)
                continue
            }
            source.withdrawn = try Withdrawals(home: home).codes(of: agreement.study.id)
            var declaration = register
            for (index, column) in register.columns.enumerated() where column.relation != nil {
                let id = register.namedID(column.name)
                declaration.columns[index].relation?.maxPeople = limits.maxPeople[id]
                declaration.columns[index].relation?.maxCellsPerPerson = limits.maxCellsPerPerson[id]
            }
            declaration.maxPeople = limits.maxPeople[register.id] ?? register.maxPeople
            declaration.maxCellsPerPerson = limits.maxCellsPerPerson[register.id] ?? register.maxCellsPerPerson
            let plan = MatchPlan(agreement: agreement, register: declaration, today: today)
            do {
                problems += try await RegisterCheck(
                    declaration: declaration, plan: plan, source: source, cellByteCount: agreement.cellByteCount,
                    tokenRegisterCount: agreement.registersWithTokens.count,
                    obstacle: source.obstacle(under: agreement, register: register.id)
                ).report(to: out, spool: home.spool(), workers: configuration.workers)
            } catch let error as RegisterError {
                out.line("register \(register.id): \(error.description)")
                if case .spoolFailed = error.kind { problems.append(.disk) } else { problems.append(.register) }
            }
        }
        return problems
    }

    /// By the identity code alone.
    var planWithoutAgreement: MatchPlan { .identityCode(scheme.scheme(today: today)) }
}
