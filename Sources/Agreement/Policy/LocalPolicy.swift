public import Values

/// What the operator of a node allows, whatever agreements say. The stricter of the two wins.
///
/// A limit that is left out leaves the matter to the agreement.
public struct LocalPolicy: Sendable, Equatable {
    /// Fields of a policy's file, in the order in which refusals are told.
    enum Field: String, CaseIterable {
        case version = "sidos_policy"
        case studies, release, registers, suites
        case roundsAllowed = "rounds_allowed"
        case smallestCell = "smallest_cell"
        case maxReleasedPeople = "max_released_people"
        case padding, verification
        case vaultAccess = "vault_access"
        case matchFields = "match_fields"
        case tolerantMatching = "tolerant_matching"
        case smallestClass = "k"
        case epsilon
    }

    /// Limits for one register of the operator's own.
    public struct RegisterLimits: Sendable, Equatable {
        enum Field: String, CaseIterable {
            case columns
            case maxPeople = "max_people"
            case maxCellsPerPerson = "max_cells_per_person"
            case coarsen
            case numbersAreNoCodes = "not_identity_codes"
        }

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
}
