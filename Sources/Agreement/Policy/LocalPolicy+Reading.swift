internal import StrictYAML
internal import Values

extension LocalPolicy {
    /// Reads a policy's file as strictly as an agreement.
    ///
    /// - Throws: every mistake at once.
    public static func parse(_ bytes: [UInt8]) throws(AgreementError) -> LocalPolicy {
        let mistakes = MistakeCollector()
        let policy = YAMLDocument.read(bytes, mistakes).flatMap { LocalPolicyReader($0, mistakes)?.policy }
        guard let policy, mistakes.mistakes.isEmpty else {
            throw AgreementError(document: .policy, mistakes: mistakes.sorted)
        }
        return policy
    }
}

/// Reads a policy's fields, each by itself.
private struct LocalPolicyReader {
    let root: MappingReader
    let mistakes: MistakeCollector
    var policy = LocalPolicy()

    init?(_ value: YAMLValue, _ mistakes: MistakeCollector) {
        let known = LocalPolicy.Field.allCases.map(\.rawValue)
        guard let root = MappingReader(value, path: "", known: known, mistakes) else { return nil }
        self.root = root
        self.mistakes = mistakes
        for field in LocalPolicy.Field.allCases { read(field, field.rawValue) }
    }

    /// What is read from a value with mistakes is not used, so a field that cannot be read is left out.
    private mutating func read(_ field: LocalPolicy.Field, _ key: String) {
        guard root.has(key) || field == .version else { return }
        switch field {
        case .version: _ = root.integer(key, 1...1)
        case .studies:
            policy.studies = root.identifiers(key, .party, limit: 1000, "ids of studies")?.map(\.value)
        case .release: policy.release = choice(key)
        case .registers: policy.registers = registers(key)
        case .suites: policy.suites = suites(key)
        case .roundsAllowed: policy.roundsAllowed = root.integer(key, AgreementLimits.rounds)?.value
        case .smallestCell: policy.smallestCell = root.integer(key, AgreementLimits.smallestCell)?.value
        case .maxReleasedPeople: policy.maxReleasedPeople = root.integer(key, AgreementLimits.people)?.value
        case .padding: policy.padding = choice(key)
        case .verification: policy.verification = choice(key)
        case .vaultAccess: policy.vaultAccess = choice(key)
        case .matchFields:
            policy.matchFields = root.identifiers(
                key, .name, limit: AgreementLimits.matchFields, "names of match fields")?.map(\.value)
        case .tolerantMatching:
            let word: TolerantWord? = choice(key)
            policy.allowsTolerantMatching = word == nil
        case .smallestClass: policy.smallestClass = root.integer(key, Anonymity.smallestClasses)?.value
        case .epsilon: policy.epsilon = root.decimal(key, CountNoise.epsilons, "of one round, such as 0.5")
        }
    }

    /// What can be said of tolerant matching: allowing it needs no word.
    private enum TolerantWord: String, CaseIterable { case off }

    private func choice<Choice>(_ key: String) -> Choice? where Choice: RawRepresentable<String> & CaseIterable {
        let choice: Located<Choice>? = root.choice(key)
        return choice?.value
    }

    private func suites(_ key: String) -> [SuiteID]? {
        let words = SuiteID.allCases.map(\.rawValue)
        let what = "suites: \(words.joined(separator: ", "))"
        guard let items = root.list(key, limit: words.count, what) else { return nil }
        if items.isEmpty { root.fail(key, "With no suite no agreement is ever accepted. Name at least one.") }
        return items.compactMap { item in
            guard let text = root.scalar(item.value, item.path, what) else { return nil }
            guard let suite = SuiteID(rawValue: text.value) else {
                mistakes.add(
                    text.place, text.path,
                    "\(MappingReader.shown(text.value)) is no suite\(NearName.hint(text.value, among: words)). "
                        + "Write one of \(words.joined(separator: ", ")).")
                return nil
            }
            return suite
        }
    }

    private func registers(_ key: String) -> [RegisterID: LocalPolicy.RegisterLimits]? {
        guard let value = root.optional(key),
            let list = MappingReader(
                freeKeys: value, path: key, meaning: "register ids with their limits", mistakes)
        else { return nil }
        var registers: [RegisterID: LocalPolicy.RegisterLimits] = [:]
        for entry in list.entries {
            let path = list.path(of: entry.key)
            let id = Located(value: entry.key, place: entry.place, path: key)
            guard list.checked(id, .name) != nil,
                let fields = MappingReader(
                    entry.value, path: path, known: LocalPolicy.RegisterLimits.Field.allCases.map(\.rawValue), mistakes)
            else { continue }
            var limits = LocalPolicy.RegisterLimits()
            for field in LocalPolicy.RegisterLimits.Field.allCases where fields.has(field.rawValue) {
                read(field, field.rawValue, of: fields, into: &limits)
            }
            registers[entry.key] = limits
        }
        return registers
    }

    private func read(
        _ field: LocalPolicy.RegisterLimits.Field, _ key: String, of register: MappingReader,
        into limits: inout LocalPolicy.RegisterLimits
    ) {
        switch field {
        case .columns: limits.columns = columns(key, of: register)
        case .maxPeople: limits.maxPeople = register.integer(key, AgreementLimits.people)?.value
        case .maxCellsPerPerson:
            limits.maxCellsPerPerson = register.integer(key, AgreementLimits.cellsPerPerson)?.value
        case .coarsen: limits.coarsen = periods(key, of: register)
        case .numbersAreNoCodes: limits.numbersAreNoCodes = columns(key, of: register) ?? []
        }
    }

    private func columns(_ key: String, of register: MappingReader) -> [String]? {
        register.identifiers(key, .name, limit: AgreementLimits.columnsPerRegister, "names of columns")?.map(\.value)
    }

    private func periods(_ key: String, of register: MappingReader) -> [String: DatePeriod] {
        guard let value = register.optional(key),
            let columns = MappingReader(
                freeKeys: value, path: register.path(of: key), meaning: "columns with month, quarter or year",
                mistakes)
        else { return [:] }
        var periods: [String: DatePeriod] = [:]
        for entry in columns.entries {
            let period: Located<DatePeriod>? = columns.choice(entry.key)
            periods[entry.key] = period?.value
        }
        return periods
    }
}
