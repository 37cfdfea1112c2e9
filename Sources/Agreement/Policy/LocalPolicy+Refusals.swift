public import Values

/// Why a node's operator does not allow what an agreement asks.
public enum PolicyRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// The agreement does not name this node, or not as an authority or mixer.
    case notANode(ParticipantID)
    case study(String, allowed: [String])
    /// Rows are to be released, and the policy allows counts only.
    case release
    case register(RegisterID)
    case columns([String], register: RegisterID)
    case suite(SuiteID, allowed: [SuiteID])
    case smallestCell(Int, least: Int)
    case padding
    case verification
    case vaultAccess
    /// Fields of a register that its people may not be matched by.
    case matchFields([String], register: RegisterID)
    case tolerantMatching
    /// Columns of dates that are to be released in finer periods.
    case coarsening([String], register: RegisterID)
    /// Columns whose numbers the agreement says are no identity codes, and the policy doesn't.
    case numbersTakenForNoCodes([String], register: RegisterID)
    /// Rows are to be released without k-anonymity, or with that of a smaller k.
    case smallestClass(Int?, least: Int)
    /// Counts are to be published without noise, or with that of a larger ε.
    case epsilon(Billionths?, most: Billionths)

    public var description: String {
        switch self {
        case .notANode(let id): "The agreement names no authority or mixer with the id \(id)."
        case .study(let id, let allowed):
            "The study \(id) is not among those that the local policy allows: \(Self.list(allowed))."
        case .release: "The agreement releases rows; the local policy allows counts only (release: none)."
        case .register(let id): "The register \(id) is not among those that the local policy allows."
        case .columns(let names, let register):
            "The local policy does not allow to release these columns of \(register): \(Self.list(names))."
        case .suite(let suite, let allowed):
            "The suite \(suite.rawValue) is not among those that the local policy allows: "
                + "\(Self.list(allowed.map(\.rawValue)))."
        case .smallestCell(let found, let least):
            "The agreement's smallest_cell is \(found); the local policy wants at least \(least)."
        case .padding: "The agreement has no padding; the local policy wants padme."
        case .verification: "The agreement's rounds are not verified; the local policy wants verification: full."
        case .vaultAccess:
            "The agreement has vault_access: selected, which shows the coordinator which cells are fetched; "
                + "the local policy wants whole."
        case .matchFields(let names, let register):
            "The local policy does not allow to match people of \(register) by these fields: \(Self.list(names))."
        case .tolerantMatching:
            "The agreement has tolerant_matching, which shows the coordinator which records resemble each other; "
                + "the local policy wants it off."
        case .coarsening(let names, let register):
            "The local policy wants dates of \(register) coarser than the agreement has them in: \(Self.list(names))."
        case .numbersTakenForNoCodes(let names, let register):
            "The agreement says that numbers in these columns of \(register) are no identity codes, and the local policy does "
                + "not say so (not_identity_codes): \(Self.list(names))."
        case .smallestClass(let found, let least):
            "The agreement's disclosure \(found.map { "has k: \($0)" } ?? "has no k"); "
                + "the local policy wants a k of at least \(least)."
        case .epsilon(let found, let most):
            "The agreement's counts \(found.map { "have an epsilon of \($0)" } ?? "have no noise"); "
                + "the local policy wants noise of an epsilon of at most \(most)."
        }
    }

    private static func list(_ words: [String]) -> String { words.isEmpty ? "none" : words.joined(separator: ", ") }
}

/// The numbers that hold for a node: the stricter of the agreement's and its operator's.
public struct EffectiveLimits: Sendable, Equatable {
    public var roundsAllowed: Int
    /// By own register.
    public var maxPeople: [RegisterID: Int]
    /// By own register.
    public var maxCellsPerPerson: [RegisterID: Int]
    /// By cohort.
    public var maxReleasedPeople: [CohortID: Int]
}

extension LocalPolicy {
    /// Everything in the agreement that this policy does not allow the participant to take part in; empty if it may.
    ///
    /// Numbers that the policy lowers refuse nothing here; see `effectiveLimits`.
    public func refusals(
        for agreement: Agreement, participant: ParticipantID, columnNames: [RegisterID: [String: String]] = [:]
    ) -> [PolicyRefusal] {
        var refusals: [PolicyRefusal] = []
        if !agreement.ring.contains(where: { $0.id == participant }) { refusals.append(.notANode(participant)) }
        if let studies, !studies.contains(agreement.study.id) {
            refusals.append(.study(agreement.study.id, allowed: studies))
        }
        if let release, release == .none, agreement.release != .none { refusals.append(.release) }
        for register in agreement.registers(ownedBy: participant) {
            let said = registers?[register.id]?.numbersAreNoCodes ?? []
            let exempt = register.columns.filter { $0.numbersAreNoCodes && !said.contains($0.name) }.map(\.name)
            if !exempt.isEmpty { refusals.append(.numbersTakenForNoCodes(exempt, register: register.id)) }
            guard let registers else { continue }
            guard let limits = registers[register.id] else {
                refusals.append(.register(register.id))
                continue
            }
            if let allowed = limits.columns {
                let others = register.readNames.filter { !allowed.contains($0) }
                if !others.isEmpty { refusals.append(.columns(others, register: register.id)) }
            }
            let finer = register.columns.filter { column in
                column.isFiner(than: limits.coarsen, columnNames[register.id, default: [:]])
            }.map(\.name)
            if !finer.isEmpty { refusals.append(.coarsening(finer, register: register.id)) }
        }
        if let suites, !suites.contains(agreement.suite) { refusals.append(.suite(agreement.suite, allowed: suites)) }
        if let smallestCell, agreement.smallestCell < smallestCell {
            refusals.append(.smallestCell(agreement.smallestCell, least: smallestCell))
        }
        if let padding, padding == .padme, agreement.padding != .padme { refusals.append(.padding) }
        if let verification, verification == .full, agreement.verification != .full { refusals.append(.verification) }
        if let vaultAccess, vaultAccess == .whole, agreement.release == .rows, agreement.vaultAccess != .whole {
            refusals.append(.vaultAccess)
        }
        for register in agreement.registers(ownedBy: participant) {
            guard let matchFields else { continue }
            let others = register.matchFields.filter { !matchFields.contains($0) }
            if !others.isEmpty { refusals.append(.matchFields(others, register: register.id)) }
        }
        if !allowsTolerantMatching, agreement.tolerantMatching != nil { refusals.append(.tolerantMatching) }
        if let smallestClass, agreement.release == .rows,
            agreement.disclosure.anonymity.smallestClass ?? 0 < smallestClass
        {
            refusals.append(.smallestClass(agreement.disclosure.anonymity.smallestClass, least: smallestClass))
        }
        if let epsilon, agreement.release == .none {
            let agreed: Billionths? = if case .noise(let noise) = agreement.counts { noise.epsilon } else { nil }
            if agreed.map({ $0 > epsilon }) ?? true { refusals.append(.epsilon(agreed, most: epsilon)) }
        }
        return refusals
    }

    /// The stricter of the agreement's and the policy's numbers for a participant.
    public func effectiveLimits(for agreement: Agreement, participant: ParticipantID) -> EffectiveLimits {
        func stricter(_ agreed: Int, _ own: Int?) -> Int { min(agreed, own ?? agreed) }
        var limits = EffectiveLimits(
            roundsAllowed: stricter(agreement.roundsAllowed, roundsAllowed), maxPeople: [:], maxCellsPerPerson: [:],
            maxReleasedPeople: [:])
        for register in agreement.registers(ownedBy: participant) {
            let own = registers?[register.id]
            limits.maxPeople[register.id] = stricter(register.maxPeople, own?.maxPeople)
            limits.maxCellsPerPerson[register.id] = stricter(register.maxCellsPerPerson, own?.maxCellsPerPerson)
        }
        for cohort in agreement.cohorts {
            limits.maxReleasedPeople[cohort.id] = stricter(cohort.maxPeople, maxReleasedPeople)
        }
        return limits
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
