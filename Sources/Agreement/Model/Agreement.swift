public import Values

/// What the parties of a study have signed: who takes part, which registers and columns, which cohorts, within which
/// limits.
///
/// The signed thing is the YAML file's exact bytes; this value is what they mean. Its identity is `AgreementID`,
/// SHA-256 of those bytes. Everything here is public to the participants; nothing in it is derived from a person.
public struct Agreement: Sendable, Equatable {
    public var study: Study
    /// First and last day, inclusive, on which a round may be opened.
    public var validFrom: CalendarDate
    public var validUntil: CalendarDate
    /// Group in which identifiers are blinded and matched. Capsules are always ristretto255.
    public var suite: SuiteID
    /// Rounds that may be opened in all, 1…1000; each node keeps its own count.
    public var roundsAllowed: Int
    public var release: ReleaseMode
    public var vaultAccess: VaultAccess
    public var verification: VerificationMode
    public var padding: PaddingMode
    /// Bytes of one stored cell: handle, ciphertext and authentication tag. 128…65,536, a multiple of 16.
    public var cellByteCount: Int
    /// A cohort with fewer people than this is not released, and a count below it is not published. 1 switches it off.
    public var smallestCell: Int
    /// Published counts are rounded to the nearest multiple of this. 1 publishes exact counts.
    public var countRounding: Int
    /// Whether published counts get noise before they are withheld or rounded.
    public var counts: CountMechanism = .rounding
    /// Minutes from the opening of a round until the coordinator aborts it, 1…10,080.
    public var deadlineMinutes: Int
    /// Days the coordinator and the research environment keep the sealed material after the round, 0…3,650.
    public var retentionDays: Int
    /// Whose identity codes the registers hold.
    public var identityScheme: IdentitySchemeID
    /// Rules for `matchFields`; nil where there are none.
    public var normalisation: NormalisationVersion?
    /// What match keys and tokens may be made of besides codes; never sent, never released.
    public var matchFields: [MatchField]
    /// Ordered; the coordinator links in this order. κ = `matchKeys.count`, 1…16.
    public var matchKeys: [MatchKey]
    /// Linking of people whose records merely resemble each other; nil: off.
    public var tolerantMatching: TolerantMatching?
    /// In ring order as far as authorities and mixers go; exactly one coordinator and one research environment
    /// (none is needed for `release: none`).
    public var participants: [Participant]
    public var registers: [RegisterDeclaration]
    /// In declaration order; a cohort may name earlier ones.
    public var cohorts: [CohortDeclaration]
    /// With two nodes no third party can check a hop; the agreement must say that its signers know.
    public var twoPartiesAcknowledged: Bool
    /// What is done to the dataset before a researcher sees it.
    public var disclosure: DisclosureRules
    /// Texts for the notice to the people concerned; nil where the agreement leaves it to its signers.
    public var notice: NoticeDeclaration?

    public init(
        study: Study, validFrom: CalendarDate, validUntil: CalendarDate, suite: SuiteID, roundsAllowed: Int,
        release: ReleaseMode, vaultAccess: VaultAccess, verification: VerificationMode, padding: PaddingMode,
        cellByteCount: Int, smallestCell: Int, countRounding: Int, deadlineMinutes: Int, retentionDays: Int,
        identityScheme: IdentitySchemeID = .finland, normalisation: NormalisationVersion? = nil,
        matchFields: [MatchField] = [], matchKeys: [MatchKey], tolerantMatching: TolerantMatching? = nil,
        participants: [Participant], registers: [RegisterDeclaration], cohorts: [CohortDeclaration],
        twoPartiesAcknowledged: Bool, disclosure: DisclosureRules = DisclosureRules()
    ) {
        self.study = study
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.suite = suite
        self.roundsAllowed = roundsAllowed
        self.release = release
        self.vaultAccess = vaultAccess
        self.verification = verification
        self.padding = padding
        self.cellByteCount = cellByteCount
        self.smallestCell = smallestCell
        self.countRounding = countRounding
        self.deadlineMinutes = deadlineMinutes
        self.retentionDays = retentionDays
        self.identityScheme = identityScheme
        self.normalisation = normalisation
        self.matchFields = matchFields
        self.matchKeys = matchKeys
        self.tolerantMatching = tolerantMatching
        self.participants = participants
        self.registers = registers
        self.cohorts = cohorts
        self.twoPartiesAcknowledged = twoPartiesAcknowledged
        self.disclosure = disclosure
    }
}

/// What the study is and on which grounds it may be done.
public struct Study: Sendable, Equatable {
    public var id: String
    public var title: String
    public var purpose: String
    public var legalBasis: String
    public var permit: String

    public init(id: String, title: String, purpose: String, legalBasis: String, permit: String) {
        self.id = id
        self.title = title
        self.purpose = purpose
        self.legalBasis = legalBasis
        self.permit = permit
    }
}

public enum SuiteID: String, Sendable, CaseIterable {
    case ristretto255 = "ristretto255-SHA512"
    case p256 = "P256-SHA256"
    case ffdhe3072 = "ffdhe3072-SHA512"
}

public enum ReleaseMode: String, Sendable, CaseIterable {
    /// The rows of selected people are released to the research environment.
    case rows
    /// Counts only: no capsules, no vaults.
    case none
}

/// How the research environment reads the vaults.
public enum VaultAccess: String, Sendable, CaseIterable {
    /// It streams whole vaults, so the coordinator does not see which cells it opens.
    case whole
    /// It fetches only the cells it can open: less to send, but the coordinator sees their handles, and together with
    /// the owner could tell who was released.
    case selected
}

public enum VerificationMode: String, Sendable, CaseIterable {
    case off
    case full
}

/// What hides the exact size of a register's list.
public enum PaddingMode: String, Sendable, CaseIterable {
    /// Dummies up to the next Padmé size, at most 12 % more and never fewer than 32 items.
    case padme
    /// The exact number of people is visible to every participant.
    case none
}

public enum ParticipantRole: String, Sendable, CaseIterable {
    /// A node that owns registers and blinds in the ring.
    case authority
    /// A node that blinds in the ring and owns no register.
    case mixer
    case coordinator
    case research
}

/// A participant and the public keys pinned for it.
public struct Participant: Sendable, Equatable {
    public var id: ParticipantID
    public var name: String
    public var role: ParticipantRole
    /// Ed25519 public key, 32 bytes.
    public var signingKey: [UInt8]
    /// X-Wing (ML-KEM-768 with X25519) public key, 1,216 bytes.
    public var hpkeKey: [UInt8]
    /// SHA-256 of the TLS certificate's SubjectPublicKeyInfo, 32 bytes.
    public var tlsPin: [UInt8]

    public init(
        id: ParticipantID, name: String, role: ParticipantRole, signingKey: [UInt8], hpkeKey: [UInt8], tlsPin: [UInt8]
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.signingKey = signingKey
        self.hpkeKey = hpkeKey
        self.tlsPin = tlsPin
    }
}

/// A register as the agreement names it.
public struct RegisterDeclaration: Sendable, Equatable {
    public var id: RegisterID
    public var title: String
    public var owner: ParticipantID
    /// Cohorts whose people's rows are released from this register; empty: it only defines cohorts.
    public var releasedFor: [CohortID]
    /// The owner refuses to declare more people than this.
    public var maxPeople: Int
    /// The owner refuses to declare fewer people than this: it has read less than the register.
    public var minPeople = 1
    /// Percent of the rows that must have a usable code, at least.
    public var usableCodesPercent = RegisterDeclaration.standardUsableCodes
    /// The owner refuses a person whose rows need more cells than this.
    public var maxCellsPerPerson: Int
    /// Columns released, in the dataset's order; empty when `releasedFor` is.
    public var columns: [ColumnDeclaration]
    /// Names of the match fields that this register has; the owner needs a column for each.
    public var matchFields: [String]
    /// By which of its columns the register's quality is reported.
    public var quality: QualityColumns
    /// Which rows the study is about; nil: all.
    public var rows: RowSelection?

    public init(
        id: RegisterID, title: String, owner: ParticipantID, releasedFor: [CohortID], maxPeople: Int,
        maxCellsPerPerson: Int, columns: [ColumnDeclaration], matchFields: [String] = [],
        quality: QualityColumns = QualityColumns(), rows: RowSelection? = nil
    ) {
        self.id = id
        self.title = title
        self.owner = owner
        self.releasedFor = releasedFor
        self.maxPeople = maxPeople
        self.maxCellsPerPerson = maxCellsPerPerson
        self.columns = columns
        self.matchFields = matchFields
        self.quality = quality
        self.rows = rows
    }
}

extension RegisterDeclaration {
    /// Where an agreement doesn't say: fewer codes are only usable where a register is read wrongly.
    public static let standardUsableCodes = 50
}

/// Released columns by which the quality of codes and links is broken down, so that a researcher sees bias.
public struct QualityColumns: Sendable, Equatable {
    /// A date, or an integer that is a year.
    public var year: String?
    /// A coarse group of people, such as that of their citizenship.
    public var group: String?

    public init(year: String? = nil, group: String? = nil) {
        self.year = year
        self.group = group
    }
}

public struct ColumnDeclaration: Sendable, Equatable {
    public var name: String
    /// Of what is released.
    public var type: ColumnType
    /// Whether a row may lack the value.
    public var nullable: Bool
    /// For the codebook.
    public var title: String
    /// What disclosure control does to the column before a researcher sees it.
    public var disclosure: ColumnDisclosure
    /// What values of the column mean, in the agreement's order; empty where it doesn't say.
    public var values: [ValueLabel]
    /// The register's column that it is made of, where that has another name; see `sourceName`.
    public var source: String?
    /// What its owner makes of the register's value before it leaves; nil: the value itself.
    public var derivation: ColumnDerivation?
    /// Whether its numbers are something else than identity codes, though they may look so; see `LocalPolicy`.
    public var numbersAreNoCodes = false

    public init(
        name: String, type: ColumnType, nullable: Bool, title: String, disclosure: ColumnDisclosure = .asIs,
        values: [ValueLabel] = [], source: String? = nil, derivation: ColumnDerivation? = nil
    ) {
        self.name = name
        self.type = type
        self.nullable = nullable
        self.title = title
        self.disclosure = disclosure
        self.values = values
        self.source = source
        self.derivation = derivation
    }

    /// The register's column, by the name that a configuration maps.
    public var sourceName: String { source ?? name }
}

/// What the dataset does to a column.
public enum ColumnDisclosure: String, Sendable, CaseIterable {
    case asIs = "as_is"
}

/// A named group of people, by set algebra over registers.
public struct CohortDeclaration: Sendable, Equatable {
    public var id: CohortID
    public var title: String
    public var expression: CohortExpression
    /// No more than this many people are released; dummies that pad a register count too.
    public var maxPeople: Int

    public init(id: CohortID, title: String, expression: CohortExpression, maxPeople: Int) {
        self.id = id
        self.title = title
        self.expression = expression
        self.maxPeople = maxPeople
    }
}

/// Set algebra over registers and earlier cohorts, in SQL's words.
public indirect enum CohortExpression: Sendable, Equatable {
    case register(RegisterID)
    case cohort(CohortID)
    case union(CohortExpression, CohortExpression)
    case intersect(CohortExpression, CohortExpression)
    case except(CohortExpression, CohortExpression)
    /// A reproducible sample of at most `count` people, drawn by a keyed order over tags.
    case sample(CohortExpression, count: Int)
}
