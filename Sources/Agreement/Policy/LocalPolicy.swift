internal import StrictYAML
public import Values

/// What the operator of a node allows, whatever agreements say. The stricter of the two wins.
///
/// A limit that is left out leaves the matter to the agreement.
public struct LocalPolicy: Sendable, Equatable {
    /// Limits for one register of the operator's own.
    public struct RegisterLimits: Sendable, Equatable {
        /// Columns that may be released; nil: all that the agreement names; empty: none.
        public var columns: [String]?
        public var maxPeople: Int?
        public var maxCellsPerPerson: Int?
        /// By the register's column or the agreement's, the finest period that may be released of its dates.
        public var coarsen: [String: DatePeriod]
        /// Columns, by the agreement's name, whose numbers are no identity codes: only of them an agreement can say so.
        public var numbersAreNoCodes: [String]

        public init(
            columns: [String]? = nil, maxPeople: Int? = nil, maxCellsPerPerson: Int? = nil,
            coarsen: [String: DatePeriod] = [:], numbersAreNoCodes: [String] = []
        ) {
            self.numbersAreNoCodes = numbersAreNoCodes
            self.columns = columns
            self.maxPeople = maxPeople
            self.maxCellsPerPerson = maxCellsPerPerson
            self.coarsen = coarsen
        }
    }

    /// Ids of the studies that may be served; nil: any.
    public var studies: [String]?
    /// `.rows` allows both kinds of release, `.none` counts only.
    public var release: ReleaseMode?
    /// Own registers that may be used; nil: all that the agreement names.
    public var registers: [RegisterID: RegisterLimits]?
    public var suites: [SuiteID]?
    /// Most rounds that the node joins under one agreement.
    public var roundsAllowed: Int?
    /// The agreement's `smallest_cell` must be at least this.
    public var smallestCell: Int?
    /// Most people that may be released from one cohort.
    public var maxReleasedPeople: Int?
    /// `.padme` requires padding.
    public var padding: PaddingMode?
    /// `.full` requires verified rounds.
    public var verification: VerificationMode?
    /// `.whole` refuses agreements under which the coordinator sees which cells are fetched.
    public var vaultAccess: VaultAccess?
    /// Fields of the operator's own people that they may be matched by besides identity codes; nil: any; empty: none.
    public var matchFields: [String]?
    /// Whether the coordinator may see which records resemble each other.
    public var allowsTolerantMatching = true
    /// An agreement that releases rows must have a `disclosure.k` of at least this.
    public var smallestClass: Int?
    /// An agreement that releases counts only must give them noise, of at most this ε a round.
    public var epsilon: Billionths?

    public init(
        studies: [String]? = nil, release: ReleaseMode? = nil, registers: [RegisterID: RegisterLimits]? = nil,
        suites: [SuiteID]? = nil, roundsAllowed: Int? = nil, smallestCell: Int? = nil, maxReleasedPeople: Int? = nil,
        padding: PaddingMode? = nil, verification: VerificationMode? = nil, vaultAccess: VaultAccess? = nil,
        matchFields: [String]? = nil, allowsTolerantMatching: Bool = true, smallestClass: Int? = nil,
        epsilon: Billionths? = nil
    ) {
        self.studies = studies
        self.release = release
        self.registers = registers
        self.suites = suites
        self.roundsAllowed = roundsAllowed
        self.smallestCell = smallestCell
        self.maxReleasedPeople = maxReleasedPeople
        self.padding = padding
        self.verification = verification
        self.vaultAccess = vaultAccess
        self.matchFields = matchFields
        self.allowsTolerantMatching = allowsTolerantMatching
        self.smallestClass = smallestClass
        self.epsilon = epsilon
    }

    /// Reads a policy's file as strictly as an agreement.
    ///
    /// - Throws: every mistake at once.
    public static func parse(_ bytes: [UInt8]) throws(AgreementError) -> LocalPolicy {
        let mistakes = MistakeCollector()
        let policy = YAMLDocument.read(bytes, mistakes).flatMap { LocalPolicyReader.read($0, mistakes) }
        guard let policy, mistakes.mistakes.isEmpty else {
            throw AgreementError(document: .policy, mistakes: mistakes.sorted)
        }
        return policy
    }
}

/// Reads a policy's fields.
private enum LocalPolicyReader {
    static let fields = [
        "sidos_policy", "studies", "release", "registers", "suites", "rounds_allowed", "smallest_cell",
        "max_released_people", "padding", "verification", "vault_access", "match_fields", "tolerant_matching",
        "k", "epsilon",
    ]

    /// What can be said of tolerant matching: allowing it needs no word.
    private enum TolerantWord: String, CaseIterable { case off }

    /// What is read from a value with mistakes is not used, so a field that cannot be read may be left out here.
    static func read(_ value: YAMLValue, _ mistakes: MistakeCollector) -> LocalPolicy? {
        guard let root = MappingReader(value, path: "", known: fields, mistakes) else { return nil }
        _ = root.integer("sidos_policy", 1...1)
        var policy = LocalPolicy()
        if root.has("studies") {
            policy.studies = root.identifiers("studies", .party, limit: 1000, "ids of studies")?.map(\.value)
        }
        policy.release = choice(root, "release")
        policy.registers = registers(root, mistakes)
        policy.suites = suites(root, mistakes)
        policy.roundsAllowed = integer(root, "rounds_allowed", AgreementLimits.rounds)
        policy.smallestCell = integer(root, "smallest_cell", AgreementLimits.smallestCell)
        policy.maxReleasedPeople = integer(root, "max_released_people", AgreementLimits.people)
        policy.padding = choice(root, "padding")
        policy.verification = choice(root, "verification")
        policy.vaultAccess = choice(root, "vault_access")
        if root.has("match_fields") {
            policy.matchFields = root.identifiers(
                "match_fields", .name, limit: AgreementLimits.matchFields, "names of match fields")?.map(\.value)
        }
        let tolerant: TolerantWord? = choice(root, "tolerant_matching")
        policy.allowsTolerantMatching = tolerant == nil
        policy.smallestClass = integer(root, "k", Anonymity.smallestClasses)
        if root.has("epsilon") {
            policy.epsilon = root.decimal("epsilon", CountNoise.epsilons, "of one round, such as 0.5")
        }
        return policy
    }

    private static func choice<Choice>(_ fields: MappingReader, _ key: String) -> Choice?
    where Choice: RawRepresentable<String> & CaseIterable {
        guard fields.has(key) else { return nil }
        let choice: Located<Choice>? = fields.choice(key)
        return choice?.value
    }

    private static func integer(_ fields: MappingReader, _ key: String, _ range: ClosedRange<Int>) -> Int? {
        fields.has(key) ? fields.integer(key, range)?.value : nil
    }

    private static func suites(_ root: MappingReader, _ mistakes: MistakeCollector) -> [SuiteID]? {
        guard root.has("suites") else { return nil }
        let words = SuiteID.allCases.map(\.rawValue)
        let what = "suites: \(words.joined(separator: ", "))"
        guard let items = root.list("suites", limit: words.count, what) else { return nil }
        if items.isEmpty { root.fail("suites", "With no suite no agreement is ever accepted. Name at least one.") }
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

    private static func registers(
        _ root: MappingReader, _ mistakes: MistakeCollector
    ) -> [RegisterID: LocalPolicy.RegisterLimits]? {
        guard let value = root.optional("registers"),
            let list = MappingReader(
                freeKeys: value, path: "registers", meaning: "register ids with their limits", mistakes)
        else { return nil }
        var registers: [RegisterID: LocalPolicy.RegisterLimits] = [:]
        for entry in list.entries {
            let path = list.path(of: entry.key)
            let id = Located(value: entry.key, place: entry.place, path: "registers")
            guard list.checked(id, .name) != nil,
                let fields = MappingReader(
                    entry.value, path: path,
                    known: ["columns", "max_people", "max_cells_per_person", "coarsen", "not_identity_codes"], mistakes)
            else { continue }
            var limits = LocalPolicy.RegisterLimits()
            if fields.has("columns") {
                limits.columns = fields.identifiers(
                    "columns", .name, limit: AgreementLimits.columnsPerRegister, "names of columns")?.map(\.value)
            }
            limits.coarsen = coarsening(fields, mistakes)
            limits.numbersAreNoCodes =
                fields.identifiers(
                    "not_identity_codes", .name, limit: AgreementLimits.columnsPerRegister, "names of columns")?
                .map(\.value) ?? []
            limits.maxPeople = integer(fields, "max_people", AgreementLimits.people)
            limits.maxCellsPerPerson = integer(fields, "max_cells_per_person", AgreementLimits.cellsPerPerson)
            registers[entry.key] = limits
        }
        return registers
    }

    private static func coarsening(_ register: MappingReader, _ mistakes: MistakeCollector) -> [String: DatePeriod] {
        guard let value = register.optional("coarsen"),
            let columns = MappingReader(
                freeKeys: value, path: register.path(of: "coarsen"), meaning: "columns with month, quarter or year",
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
