internal import StrictYAML
internal import Values

/// Counts and lengths that an agreement must keep.
public enum AgreementLimits {
    public static let byteLimit = YAMLDocument.byteLimit
    public static let ringNodes = 2...16
    static let leastPseudonymHolders = 2
    public static let pseudonymGenerations = 1...1000
    /// Nodes of the ring and, once more, mixers of a verified round with noise: more secrets would not fit an entry.
    public static let noiseSharers = 26
    /// Entries of the list; roles bound it more closely.
    public static let participants = 64
    public static let registers = 32
    public static let cohorts = 64
    public static let columnsPerRegister = 256
    public static let people = 1...2_000_000_000
    /// Of all registers together, where their items are numbered through.
    public static let numberedPeople = 3_200_000_000
    /// People whose withdrawal one authority can declare. [P-95]
    public static let withdrawals = 100_000
    public static let leastPeople = 0...2_000_000_000
    public static let percents = 0...100
    public static let cellsPerPerson = 1...4096
    public static let rounds = 1...1000
    public static let cellBytes = 128...65_536
    public static let parts = 1...1_024
    public static let smallestCell = 1...10_000
    public static let countRounding = 1...1000
    public static let deadlineMinutes = 1...131_040
    public static let retentionDays = 0...3650
    public static let matchKeys = 16
    public static let matchFields = 32
    public static let valuesOfKey = 1...4
    public static let rowConditions = 16
    public static let conditionNumbers = 0...999_999_999_999
    /// Of a map, and of the codes of a condition.
    public static let mapEntries = 4096
    public static let bandLimits = 64
    public static let roundingStep = 1...1_000_000_000
    public static let codeBytes = 64
    /// Ids that a register, cohort or column cannot have: the dataset uses them, or an expression does.
    public static let reservedColumns = ["person", "link_key"]
    public static let reservedIDs = ["persons", "person", "link_key"] + CohortExpression.reservedWords

    /// Whether files and tables of a register's name cannot be written, or not be unpacked everywhere: names of devices
    /// under Windows, and those that SQLite keeps for itself.
    static func isNoFileName(_ id: String) -> Bool {
        if id.hasPrefix("sqlite_") || ["con", "prn", "aux", "nul", "conin", "conout"].contains(id) { return true }
        guard let last = id.last, id.count == 4, last.isASCII, last.isNumber else { return false }
        return id.hasPrefix("com") || id.hasPrefix("lpt")
    }
}

extension Agreement {
    /// Reads an agreement's file strictly and checks that it is whole and consistent.
    ///
    /// - Parameters:
    ///   - bytes: the file's exact bytes, UTF-8, at most 1 MiB.
    /// - Throws: every mistake at once, by line. If the YAML itself cannot be read, that alone.
    public static func parse(_ bytes: [UInt8]) throws(AgreementError) -> Agreement {
        let mistakes = MistakeCollector()
        let agreement = YAMLDocument.read(bytes, mistakes).flatMap {
            AgreementReader($0, mistakes)?.read()
        }
        guard let agreement, mistakes.mistakes.isEmpty else {
            throw AgreementError(document: .agreement, mistakes: mistakes.sorted)
        }
        return agreement
    }
}

/// Reads an agreement's fields and checks them against each other.
struct AgreementReader {
    static let fields = [
        "sidos_agreement", "study", "amends", "valid", "suite", "rounds_allowed", "calendar", "release", "vault_access",
        "verification", "checkers", "pseudonyms", "pseudonym_holders", "pseudonym_generation",
        "pseudonym_successors", "padding", "cell_bytes", "parts",
        "smallest_cell", "count_rounding", "counts", "deadline_minutes",
        "retention_days",
        "identity_scheme", "normalisation", "match_fields", "match_keys", "tolerant_matching",
        "two_parties_acknowledged", "participants", "registers", "cohorts", "disclosure", "notice",
    ]

    let root: MappingReader
    let mistakes: MistakeCollector

    init?(_ value: YAMLValue, _ mistakes: MistakeCollector) {
        guard let root = MappingReader(value, path: "", known: Self.fields, mistakes) else { return nil }
        self.root = root
        self.mistakes = mistakes
    }

    /// Nil if a field cannot be read at all; a mistake is reported then, and for every other thing wrong.
    func read() -> Agreement? {
        _ = root.integer("sidos_agreement", 1...1)
        let study = readStudy()
        let amends = readAmends()
        let valid = readValidity()
        let suite: Located<SuiteID>? = root.choice("suite")
        let rounds = root.integer("rounds_allowed", AgreementLimits.rounds)
        let calendar = readCalendar(valid, rounds: rounds?.value)
        let release: Located<ReleaseMode>? = root.choice("release")
        let vaultAccess: Located<VaultAccess>? = root.choice("vault_access", standard: VaultAccess.whole)
        let padding: Located<PaddingMode>? = root.choice("padding", standard: PaddingMode.padme)
        let cellBytes = readCellBytes()
        let parts = readParts()
        let smallestCell = root.integer("smallest_cell", AgreementLimits.smallestCell, standard: 1)
        let countRounding = root.integer("count_rounding", AgreementLimits.countRounding, standard: 1)
        let counts = readCounts()
        let deadline = root.integer("deadline_minutes", AgreementLimits.deadlineMinutes, standard: 120)
        let retention = root.integer("retention_days", AgreementLimits.retentionDays, standard: 30)
        let matching = readMatching()
        if release?.value == ReleaseMode.none, root.has("vault_access") {
            root.fail("vault_access", "With 'release: none' there are no vaults. Remove this line.")
        }
        let participants = readParticipants(release: release?.value)
        let verification = readVerification(suite?.value, participants)
        let pseudonyms = readPseudonyms(release: release?.value, matching?.keys, participants)
        let generation = readGeneration(pseudonyms)
        let successors = readSuccessors(pseudonyms)
        let acknowledged = readAcknowledgement(participants)
        let lists = readRegistersAndCohorts(
            participants, matching?.fields, matching?.tolerant, release: release?.value)
        checkIncrements(lists.registers, pseudonyms)
        let disclosure = readDisclosure(lists.registers, lists.cohorts, release: release?.value)
        let notice = readNotice(release: release?.value, participants.complete, lists.registers, lists.cohorts)

        guard let study, let amends, let valid, let suite, let rounds, let calendar, let release, let vaultAccess,
            let verification,
            let padding,
            let cellBytes, let parts, let smallestCell, let countRounding, let counts, let deadline, let retention,
            let matching, let pseudonyms, let generation, let successors, let acknowledged,
            let complete = participants.complete,
            let registers = lists.registers,
            let cohorts = lists.cohorts
        else { return nil }
        var agreement = Agreement(
            study: study, validFrom: valid.from, validUntil: valid.until, suite: suite.value,
            roundsAllowed: rounds.value, release: release.value, vaultAccess: vaultAccess.value,
            verification: verification.mode, padding: padding.value, cellByteCount: cellBytes,
            smallestCell: smallestCell.value, countRounding: countRounding.value, deadlineMinutes: deadline.value,
            retentionDays: retention.value, identityScheme: matching.scheme, normalisation: matching.normalisation,
            matchFields: matching.fields, matchKeys: matching.keys, tolerantMatching: matching.tolerant,
            participants: complete, registers: registers, cohorts: cohorts, twoPartiesAcknowledged: acknowledged)
        agreement.amends = amends.value
        agreement.calendar = calendar
        agreement.checkers = verification.checkers
        agreement.pseudonyms = pseudonyms
        agreement.pseudonymGeneration = generation
        agreement.pseudonymSuccessors = successors
        agreement.parts = parts
        agreement.counts = counts
        agreement.disclosure = disclosure ?? DisclosureRules()
        agreement.notice = notice
        checkPeople(of: agreement)
        checkCounts(of: agreement)
        checkRelations(of: agreement)
        return agreement
    }

    private func readStudy() -> Study? {
        let known = ["id", "title", "purpose", "legal_basis", "permit"]
        guard let value = root.required("study", "the study's id, title, purpose, legal_basis and permit"),
            let fields = MappingReader(value, path: "study", known: known, mistakes)
        else { return nil }
        let id = fields.identifier("id", .party)
        let title = fields.text("title", "the study's title", limit: 200)
        let purpose = fields.text(
            "purpose", "what the data is needed for, in a sentence or two", limit: 4000, paragraphs: true)
        let legalBasis = fields.text(
            "legal_basis", "the law or decision that allows the study", limit: 1000, paragraphs: true)
        let permit = fields.text("permit", "the permit's number, or why none is needed", limit: 200)
        guard let id, let title, let purpose, let legalBasis, let permit else { return nil }
        return Study(
            id: id.value, title: title.value, purpose: purpose.value, legalBasis: legalBasis.value,
            permit: permit.value)
    }

    private func readValidity() -> (from: CalendarDate, until: CalendarDate)? {
        guard
            let value = root.required("valid", "the first and the last day, as {from: 2026-01-01, until: 2026-12-31}"),
            let fields = MappingReader(value, path: "valid", known: ["from", "until"], mistakes)
        else { return nil }
        let from = fields.date("from")
        let until = fields.date("until")
        guard let from, let until else { return nil }
        guard from.value <= until.value else {
            mistakes.add(
                until.place, until.path, "The last day is before the first, \(from.value). Write a later day.")
            return nil
        }
        return (from.value, until.value)
    }

    private func readCellBytes() -> Int? {
        guard let count = root.integer("cell_bytes", AgreementLimits.cellBytes, standard: 1024) else { return nil }
        guard count.value.isMultiple(of: 16) else {
            let nearest = count.value / 16 * 16
            mistakes.add(
                count.place, count.path,
                "A cell's size must be a multiple of 16. Write \(max(128, nearest)) or \(min(65_536, nearest + 16)).")
            return nil
        }
        return count.value
    }

    private func readParts() -> Int? {
        guard let count = root.integer("parts", AgreementLimits.parts, standard: 1) else { return nil }
        guard count.value & (count.value - 1) == 0 else {
            let below = 1 << (Int.bitWidth - 1 - count.value.leadingZeroBitCount)
            mistakes.add(
                count.place, count.path,
                "The number of parts must be a power of two. Write \(below) or \(2 * below).")
            return nil
        }
        return count.value
    }

    private func readAcknowledgement(_ participants: ParticipantList) -> Bool? {
        guard let acknowledged = root.flag("two_parties_acknowledged", standard: false) else { return nil }
        let isPresent = root.has("two_parties_acknowledged")
        guard let count = participants.ringCount else { return acknowledged }
        if count == 2, !acknowledged {
            root.fail(
                "two_parties_acknowledged",
                "With two authorities or mixers no third party can check what they do. "
                    + "Write 'two_parties_acknowledged: true' to say that the signers know, or add a mixer.")
        } else if count != 2, isPresent {
            root.fail(
                "two_parties_acknowledged", "This field is only for agreements of two authorities or mixers. Remove it."
            )
        }
        return acknowledged
    }
}
