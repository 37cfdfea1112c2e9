public import Values

extension LocalPolicy {
    /// Everything in the agreement that this policy does not allow the participant to take part in; empty if it may.
    ///
    /// Numbers that the policy lowers refuse nothing here; see `effectiveLimits`.
    public func refusals(
        for agreement: Agreement, participant: ParticipantID, columnNames: [RegisterID: [String: String]] = [:]
    ) -> [PolicyRefusal] {
        let isNode = agreement.ring.contains { $0.id == participant }
        let owned = agreement.registers(ownedBy: participant).filter(\.isDeclared)
        return (isNode ? [] : [.notANode(participant)])
            + Field.allCases.flatMap { refusals($0, agreement, owned, columnNames) }
    }

    /// What one field of the policy does not allow.
    ///
    /// - Parameters:
    ///   - owned: the participant's registers.
    ///   - columnNames: of each of them, the register's own names of columns, by the agreement's.
    private func refusals(
        _ field: Field, _ agreement: Agreement, _ owned: [RegisterDeclaration],
        _ columnNames: [RegisterID: [String: String]]
    ) -> [PolicyRefusal] {
        switch field {
        case .version, .roundsAllowed, .maxReleasedPeople: return []
        case .studies:
            guard let studies, !studies.contains(agreement.study.id) else { return [] }
            return [.study(agreement.study.id, allowed: studies)]
        case .release:
            return release == ReleaseMode.none && agreement.release != .none ? [.release] : []
        case .registers:
            return owned.flatMap { refusals(of: $0, columnNames[$0.id, default: [:]]) }
        case .suites:
            guard let suites, !suites.contains(agreement.suite) else { return [] }
            return [.suite(agreement.suite, allowed: suites)]
        case .smallestCell:
            guard let smallestCell, agreement.smallestCell < smallestCell else { return [] }
            return [.smallestCell(agreement.smallestCell, least: smallestCell)]
        case .padding: return padding == .padme && agreement.padding != .padme ? [.padding] : []
        case .verification:
            return verification == .full && agreement.verification != .full ? [.verification] : []
        case .vaultAccess:
            let isShown = agreement.release == .rows && agreement.vaultAccess != .whole
            return vaultAccess == .whole && isShown ? [.vaultAccess] : []
        case .matchFields:
            guard let matchFields else { return [] }
            return owned.compactMap { register in
                let others = register.matchFields.filter { !matchFields.contains($0) }
                return others.isEmpty ? nil : .matchFields(others, register: register.id)
            }
        case .tolerantMatching:
            return !allowsTolerantMatching && agreement.tolerantMatching != nil ? [.tolerantMatching] : []
        case .smallestClass:
            let agreed = agreement.disclosure.anonymity.smallestClass
            guard let smallestClass, agreement.release == .rows, agreed ?? 0 < smallestClass else { return [] }
            return [.smallestClass(agreed, least: smallestClass)]
        case .epsilon:
            guard let epsilon, agreement.release == .none else { return [] }
            let agreed: Billionths? = if case .noise(let noise) = agreement.counts { noise.epsilon } else { nil }
            if let agreed, agreed <= epsilon { return [] }
            return [.epsilon(agreed, most: epsilon)]
        }
    }

    /// What the limits of one of the participant's registers do not allow.
    private func refusals(of register: RegisterDeclaration, _ columnNames: [String: String]) -> [PolicyRefusal] {
        var refusals: [PolicyRefusal] = []
        let said = registers?[register.id]?.numbersAreNoCodes ?? []
        let exempt = register.columns.filter { $0.numbersAreNoCodes && !said.contains($0.name) }.map(\.name)
        if !exempt.isEmpty { refusals.append(.numbersTakenForNoCodes(exempt, register: register.id)) }
        guard let registers else { return refusals }
        guard let limits = registers[register.id] else { return refusals + [.register(register.id)] }
        if let allowed = limits.columns {
            let others = register.readNames.filter { !allowed.contains($0) }
            if !others.isEmpty { refusals.append(.columns(others, register: register.id)) }
        }
        let finer = register.columns.filter { $0.isFiner(than: limits.coarsen, columnNames) }.map(\.name)
        if !finer.isEmpty { refusals.append(.coarsening(finer, register: register.id)) }
        return refusals
    }
}

extension RegisterDeclaration {
    /// What is released, and what that is made of or picked by, each once.
    fileprivate var readNames: [String] {
        let names = columns.flatMap { [$0.name, $0.sourceName] } + (rows?.conditions.map(\.column) ?? [])
        return names.indices.filter { !names[..<$0].contains(names[$0]) }.map { names[$0] }
    }
}

extension ColumnDeclaration {
    /// Whether the column, or what it is made of, is named and has more in it than the named period.
    ///
    /// - Parameter columnNames: of the register itself, by the agreement's.
    fileprivate func isFiner(than periods: [String: DatePeriod], _ columnNames: [String: String]) -> Bool {
        let own = [name, sourceName, columnNames[sourceName] ?? sourceName]
        return periods.contains { named, period in
            guard own.contains(named) || own.contains(columnNames[named] ?? named) else { return false }
            return if case .coarsen(let own)? = derivation { own < period } else { true }
        }
    }
}
