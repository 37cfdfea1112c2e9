public import Agreement
internal import StrictYAML
public import Values

/// An agreement in the making: from participants' cards and a few choices to a commented file that officials go on
/// with.
///
/// With a study, and a register for each authority, the file is an agreement without mistakes. What is not given yet is
/// left empty, with an example in comments, and `Agreement.parse` says what to add and where.
public struct AgreementDraft: Sendable, Equatable {
    /// In ring order as far as authorities and mixers go.
    public var cards: [ParticipantCard]
    public var study: Study
    public var validFrom: CalendarDate
    public var validUntil: CalendarDate
    public var suite: SuiteID = .ristretto255
    public var roundsAllowed = 1
    public var release: ReleaseMode = .rows
    public var vaultAccess: VaultAccess = .whole
    public var padding: PaddingMode = .padme
    public var cellByteCount = 1024
    public var smallestCell = 5
    public var countRounding = 1
    public var deadlineMinutes = 120
    public var retentionDays = 30
    public var registers: [RegisterDeclaration] = []
    /// If empty while there are registers, the file declares one cohort: the people who are in all of them.
    public var cohorts: [CohortDeclaration] = []

    /// - Parameter study: nil leaves its fields empty.
    public init(cards: [ParticipantCard], study: Study? = nil, validFrom: CalendarDate, validUntil: CalendarDate) {
        self.cards = cards
        self.study = study ?? Study(id: "", title: "", purpose: "", legalBasis: "", permit: "")
        self.validFrom = validFrom
        self.validUntil = validUntil
    }

    /// The file.
    public var yaml: String {
        (header + studyLines + limitLines + participantLines + registerLines + cohortLines)
            .map { $0 + "\n" }.joined()
    }

    private var header: [String] {
        [
            "# Agreement on the linkage of registers. Everyone who is named below signs the exact bytes of this file,",
            "# so agree on it first and change nothing afterwards. A line that begins with '#' is a comment.",
            "sidos_agreement: 1",
            "",
        ]
    }

    private var studyLines: [String] {
        [
            "# What the study is, and on which legal grounds it is done.",
            "study:",
            "  id: \(YAMLText.quoted(study.id))",
            "  title: \(YAMLText.quoted(study.title))",
            "  purpose: \(YAMLText.quoted(study.purpose))",
            "  legal_basis: \(YAMLText.quoted(study.legalBasis))",
            "  permit: \(YAMLText.quoted(study.permit))",
            "",
            "# First and last day on which a round may be opened.",
            "valid: {from: \(validFrom), until: \(validUntil)}",
            "",
        ]
    }

    private var limitLines: [String] {
        var lines = [
            "# How people are matched: \(SuiteID.allCases.map(\.rawValue).joined(separator: ", ")).",
            "suite: \(suite.rawValue)",
            "match_keys: [identity_code]",
            "",
            "# How often registers may be linked under this agreement.",
            "rounds_allowed: \(roundsAllowed)",
            "# rows: the rows of the cohorts' people are released. none: only counts are published.",
            "release: \(release.rawValue)",
        ]
        if release == .rows {
            lines += [
                "# whole: the coordinator does not see which stored cells are read.",
                "# selected: less is sent, but the coordinator sees it.",
                "vault_access: \(vaultAccess.rawValue)",
            ]
        }
        lines += [
            "# padme hides the exact number of people in a register; none shows it to every participant.",
            "padding: \(padding.rawValue)",
            "cell_bytes: \(cellByteCount)",
            "# A cohort of fewer people is not released, and a smaller count is not published.",
            "smallest_cell: \(smallestCell)",
            "count_rounding: \(countRounding)",
            "deadline_minutes: \(deadlineMinutes)",
            "# Days for which the sealed material is kept after a round.",
            "retention_days: \(retentionDays)",
        ]
        if canBeVerified {
            lines += [
                "# full: every step is proved and checked, which takes several times the work.",
                "# off: each trusts the others to follow the protocol.",
                "verification: full",
            ]
        } else {
            lines += [
                "# full, where every step is proved and checked, needs \(SuiteID.ristretto255.rawValue) and three "
                    + "authorities and mixers, one of them a mixer.",
                "verification: off",
            ]
        }
        if ringCount == 2 {
            lines += [
                "# There are only two authorities or mixers, so no third party stands between them.",
                "# Everyone who signs knows that.",
                "two_parties_acknowledged: true",
            ]
        }
        return lines + [""]
    }

    private var canBeVerified: Bool {
        suite == .ristretto255 && ringCount >= 3 && cards.contains { $0.participant.role == .mixer }
    }

    private var ringCount: Int {
        cards.filter { $0.participant.role == .authority || $0.participant.role == .mixer }.count
    }

    private var participantLines: [String] {
        let intro = "# Who takes part, with the public keys of their cards. Authorities and mixers work in this order."
        guard !cards.isEmpty else { return [intro, "participants: []", ""] }
        let entries = cards.flatMap { card in
            card.lines.enumerated().map { ($0 == 0 ? "  - " : "    ") + $1 }
        }
        return [intro, "participants:"] + entries + [""]
    }

    // MARK: Registers and cohorts

    private var registerLines: [String] {
        let owners = Set(registers.map(\.owner))
        let without = cards.map(\.participant).filter { $0.role == .authority && !owners.contains($0.id) }
        return ["# Which registers are linked, and which of their columns are released."]
            + [registers.isEmpty ? "registers: []" : "registers:"]
            + registers.filter(\.isDeclared).flatMap(lines) + without.flatMap(example) + [""]
    }

    private func lines(_ register: RegisterDeclaration) -> [String] {
        var lines = [
            "  - id: \(register.id)",
            "    title: \(YAMLText.quoted(register.title))",
            "    owner: \(register.owner)",
            "    max_people: \(register.maxPeople)",
            "    max_cells_per_person: \(register.maxCellsPerPerson)",
        ]
        lines += register.rows.map { Self.lines($0).map { "    " + $0 } } ?? []
        guard release == .rows, !register.releasedFor.isEmpty || !register.columns.isEmpty else { return lines }
        lines.append("    released_for: [\(register.releasedFor.joined(separator: ", "))]")
        lines.append("    columns:")
        lines += register.columns.map {
            "      - {name: \($0.name), type: \($0.type.rawValue), nullable: \(Self.mayLack($0)), "
                + "title: \(YAMLText.quoted($0.title)), disclosure: \($0.disclosure.rawValue)"
                + "\($0.valuesYAML.map { ", values: \($0)" } ?? "")\(Self.fields($0))}"
        }
        return lines
    }

    /// A register in comments for an authority that has none.
    private func example(_ owner: Participant) -> [String] {
        let id = String(owner.id.map { $0 == "-" ? "_" : $0 })
        let empty = registers.isEmpty ? " Remove the [] above too." : ""
        var lines = [
            "  # \(owner.id) owns no register yet. Fill in this one and remove the '#'.\(empty)",
            "  # - id: \(id)_register",
            "  #   title: \"What the register holds\"",
            "  #   owner: \(owner.id)",
            "  #   max_people: 10000",
        ]
        if release == .rows {
            lines += [
                "  #   max_cells_per_person: 64",
                "  #   released_for: [\(cohorts.first?.id ?? "linked")]",
                "  #   columns:",
                "  #     - {name: start_date, type: date, nullable: true, title: \"First day\"}",
                "  #   # Let less leave the register: rows of the study's years (rows), of a day the month (coarsen),",
                "  #   # of an amount its band (bands) or a rounded one (round_to), of a code a coarser one (map).",
                "  #   # rows:",
                "  #   #   people: leave_out",
                "  #   #   where: [{column: start_date, type: date, from: 2009-01-01, until: 2024-12-31}]",
            ]
        }
        return lines
    }

    private var cohortLines: [String] {
        let intro = [
            "# Groups of people, in terms of registers and earlier cohorts: union, intersect, except, parentheses,",
            "# sample(cohort, number).",
        ]
        let declared = cohorts.isEmpty ? [everyRegister].compactMap { $0 } : cohorts
        guard !declared.isEmpty else {
            return intro + [
                "cohorts: []",
                "  # - id: linked",
                "  #   title: \"People who are in both registers\"",
                "  #   expression: first_register intersect second_register",
                "  #   max_people: 10000",
            ]
        }
        return intro + ["cohorts:"]
            + declared.flatMap {
                [
                    "  - id: \($0.id)",
                    "    title: \(YAMLText.quoted($0.title))",
                    "    expression: \($0.expression)",
                    "    max_people: \($0.maxPeople)",
                ]
            }
    }

    /// The people who are in all registers.
    private var everyRegister: CohortDeclaration? {
        guard let first = registers.first else { return nil }
        let expression = registers.dropFirst().reduce(CohortExpression.register(first.id)) {
            .intersect($0, .register($1.id))
        }
        let title = registers.count == 1 ? "People who are in the register" : "People who are in every register"
        return CohortDeclaration(
            id: "linked", title: title, expression: expression, maxPeople: registers.map(\.maxPeople).min() ?? 1)
    }
}
