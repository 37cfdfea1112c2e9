public import Values

/// What the parties of a study have signed: who takes part, which registers and columns, which cohorts, within which
/// limits.
///
/// The signed thing is the YAML file's exact bytes; this value is what they mean. Its identity is `AgreementID`,
/// SHA-256 of those bytes. Everything here is public to the participants; nothing in it is derived from a person.
public struct Agreement: Sendable, Equatable {
    public var study: Study
    /// The agreement of the same study whose place this one takes; nil for the first.
    public var amends: AgreementID?
    /// First and last day, inclusive, on which a round may be opened.
    public var validFrom: CalendarDate
    public var validUntil: CalendarDate
    /// Group in which identifiers are blinded and matched. Capsules are always ristretto255.
    public var suite: SuiteID
    /// Rounds that may be opened in all, 1…1000; each node keeps its own count.
    public var roundsAllowed: Int
    /// Days, ascending, on which the coordinator opens a round by itself once everybody is ready; no more than rounds.
    public var calendar: [CalendarDate] = []
    public var release: ReleaseMode
    public var vaultAccess: VaultAccess
    public var verification: VerificationMode
    /// Nodes that check each stage of a verified round but the last, 1…N−2; nil: all that can.
    public var checkers: Int?
    public var padding: PaddingMode
    /// For how long a person has the same pseudonym.
    public var pseudonyms: PseudonymScope = .round
    /// Which row of lasting pseudonyms the study's are of, from 1: those of another have nothing in common with them.
    public var pseudonymGeneration = 1
    /// Who takes over the study keys of holders that leave.
    public var pseudonymSuccessors: [StudyKeySuccessor] = []
    /// Bytes of one stored cell: handle, ciphertext and authentication tag. 128…65,536, a multiple of 16.
    public var cellByteCount: Int
    /// How many parts every stream of a round has, so that several machines can work on one list: a power of two,
    /// 1…1,024.
    public var parts = 1
    /// A cohort with fewer people than this is not released, and a count below it is not published. 1 switches it off.
    public var smallestCell: Int
    /// Published counts are rounded to the nearest multiple of this. 1 publishes exact counts.
    public var countRounding: Int
    /// Whether published counts get noise before they are withheld or rounded.
    public var counts: CountMechanism = .rounding
    /// Minutes from the opening of a round until the coordinator aborts it, 1…131,040.
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
    /// Declared registers, then one for each of their columns that names people, whatever is assigned.
    public var registers: [RegisterDeclaration] { didSet { registers = Self.withNamed(registers) } }
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
        self.registers = Self.withNamed(registers)
        self.cohorts = cohorts
        self.twoPartiesAcknowledged = twoPartiesAcknowledged
        self.disclosure = disclosure
    }
}
