public import Agreement

/// An agreement in plain words, for those who decide whether to sign it.
public struct AgreementSummary: Sendable {
    public static let width = 100
    private let agreement: Agreement

    public init(_ agreement: Agreement) { self.agreement = agreement }

    /// Lines of at most 100 characters, except where a single word is longer.
    public var text: String {
        let sections: [(String, [Item])] = [
            ("STUDY", study), ("WHO TAKES PART", participants), ("REGISTERS", registers), ("COHORTS", cohorts),
            ("HOW PEOPLE ARE MATCHED", matching), ("LIMITS", limits), ("BEFORE A RESEARCHER SEES ANYTHING", disclosure),
            ("WHAT EACH PARTY LEARNS", knowledge),
            ("BEFORE YOU SIGN", agreement.cautions.map { Item(1, "- ", $0) }),
        ]
        return sections.filter { !$0.1.isEmpty }.map { heading, items in
            ([heading] + items.flatMap(\.lines)).map { $0 + "\n" }.joined()
        }.joined(separator: "\n")
    }

    // MARK: Sections

    private var study: [Item] {
        let study = agreement.study
        let rounds = agreement.roundsAllowed == 1 ? "one round" : "\(Self.number(agreement.roundsAllowed)) rounds"
        return [
            Item(1, "", "\(study.title) (\(study.id))"),
            Item(1, "Purpose: ", study.purpose),
            Item(1, "Legal basis: ", study.legalBasis),
            Item(1, "Permit: ", study.permit),
            Item(
                1, "Valid: ",
                "from \(agreement.validFrom) to \(agreement.validUntil), both days included, for at most \(rounds)."),
        ]
    }

    private var participants: [Item] {
        agreement.participants.map { participant in
            let what =
                switch participant.role {
                case .authority:
                    "authority; owns "
                        + Self.words(agreement.registers(ownedBy: participant.id).map(\.id), "and") + "."
                case .mixer: "mixer; shuffles and blinds the lists of others and owns no register."
                case .coordinator: "coordinator; opens rounds, passes sealed lists on and matches blinded tags."
                case .research:
                    agreement.release == .rows
                        ? "research environment; receives the dataset." : "research environment; receives no rows."
                }
            return Item(1, "- ", "\(participant.name) (\(participant.id)): \(what)")
        }
    }

    private var registers: [Item] {
        agreement.registers.flatMap { register -> [Item] in
            let owner = agreement.participant(register.owner)?.name ?? register.owner
            let head = Item(
                1, "- ",
                "\(register.title) (\(register.id)), of \(owner): at most \(Self.people(register.maxPeople))"
                    + (register.minPeople > 1 ? ", and at least \(Self.number(register.minPeople))" : "")
                    + (register.minPeople == 0 ? ", perhaps nobody" : "")
                    + (register.usableCodesPercent == RegisterDeclaration.standardUsableCodes
                        ? "." : "; a usable identity code in at least \(register.usableCodesPercent) % of the rows."))
            let rows = register.rows.map { [Item(2, "", $0.sentences.joined(separator: " "))] } ?? []
            guard !register.releasedFor.isEmpty else {
                return [head] + rows + [
                    Item(2, "", "No rows are released. The register only tells who belongs to which cohort.")
                ]
            }
            let cohorts = register.releasedFor.count == 1 ? "the cohort" : "the cohorts"
            let columns = register.columns.count == 1 ? "this column" : "these \(register.columns.count) columns"
            return [head] + rows + [
                Item(
                    2, "",
                    "Released for \(cohorts) \(Self.words(register.releasedFor, "and")): \(columns), in at most "
                        + "\(Self.number(register.maxCellsPerPerson)) cells a person.")
            ]
                + register.columns.map { column in
                    let missing = column.nullable ? ", may be missing" : ""
                    let values = column.values.isEmpty ? "" : " (\(column.valuesInWords))"
                    let made =
                        (column.derivationText.map { "; \($0)" } ?? "")
                        + (column.numbersAreNoCodes
                            ? "; its numbers are no identity codes, though they may look so" : "")
                    return Item(
                        3, "- ", "\(column.name) (\(column.type.rawValue)\(missing)): \(column.title)\(values)\(made)")
                }
        }
    }

    private var cohorts: [Item] {
        agreement.cohorts.map { cohort in
            let limit =
                agreement.release == .rows
                ? " At most \(Self.people(cohort.maxPeople)) may be released." : " Only counts are published."
            return Item(1, "- ", "\(cohort.title) (\(cohort.id)): \(Self.inWords(cohort.expression)).\(limit)")
        }
    }

    /// Nothing where the identity code is all there is: the limits say so.
    private var matching: [Item] {
        guard agreement.matchKeys != [.identityCode] || agreement.tolerantMatching != nil else { return [] }
        var items = [
            Item(
                1, "- ",
                agreement.matchKeys.count == 1
                    ? "People are matched by this key:"
                    : "People are matched by these keys, in this order; what a key links, later ones do not part:")
        ]
        items += agreement.matchKeys.map { Item(2, "- ", "\($0.name): \(meaning(of: $0)).") }
        if let tolerant = agreement.tolerantMatching {
            let fields = agreement.matchFields.filter { field in tolerant.features.contains { $0.field == field.name } }
            items.append(
                Item(
                    1, "- ",
                    "People that no key links are matched if they resemble each other in "
                        + "\(Self.fields(fields)): if they share at least \(tolerant.agreeCount) of "
                        + "\(tolerant.tokenCount) tokens made of these, worth at least \(tolerant.bits) bits. "
                        + "The coordinator sees which records resemble each other, but not whose they are."))
        }
        for register in agreement.registers where register.matchFields.count < agreement.matchFields.count {
            let fields = agreement.matchFields.filter { register.matchFields.contains($0.name) }
            items.append(
                Item(
                    1, "- ",
                    fields.isEmpty
                        ? "\(register.id) has none of these fields." : "\(register.id) has only \(Self.fields(fields))."
                ))
        }
        items.append(
            Item(
                1, "- ",
                "Identity codes, names, dates and whatever else people are matched by never leave the authority that "
                    + "owns the register unblinded."))
        return items
    }

    private func meaning(of key: MatchKey) -> String {
        let count = key.valueCount == 1 ? "" : ", up to \(key.valueCount) of them"
        switch key.content {
        case .identityCode:
            let country =
                switch agreement.identityScheme {
                case .finland: "Finland"
                case .sweden: "Sweden"
                case .estonia: "Estonia"
                }
            return "the personal identity code of \(country), as the register's owner knows it today"
        case .formerCode: return "identity codes that the person had before\(count)"
        case .recipe(let recipe):
            let fields = agreement.matchFields.filter { recipe.fieldNames.contains($0.name) }
            return "\(recipe.text), made of \(Self.fields(fields))"
                + (key.valueCount == 1 ? "" : "; up to \(key.valueCount) values of a person")
        }
    }

    /// `given (given_names) and birth (date)`.
    private static func fields(_ fields: [MatchField]) -> String {
        words(fields.map { "\($0.name) (\($0.kind.rawValue))" }, "and")
    }

    private var limits: [Item] {
        var items = [
            agreement.release == .rows
                ? "Rows of the cohorts' people are released to the research environment, under pseudonyms."
                : "No rows are released: the result is how many people the registers have in common.",
            agreement.smallestCell == 1
                ? "There is no smallest group: a cohort or count of one person is allowed."
                : "A cohort of fewer than \(Self.people(agreement.smallestCell)) is not released, "
                    + "and a smaller count is not published.",
        ]
        if agreement.countRounding > 1 {
            items.append("Published counts are rounded to the nearest \(Self.number(agreement.countRounding)).")
        }
        items += agreement.noiseSentences
        items.append(
            agreement.padding == .padme
                ? "The number of people in a register is rounded up with dummies: at most 12 % more, and never fewer "
                    + "than 32."
                : "The exact number of people in a register is not hidden from the participants.")
        if agreement.parts > 1 {
            items.append(
                "Every list is sent in \(Self.number(agreement.parts)) parts, so that several machines can work on it.")
        }
        items.append(
            "A round that is not finished in \(Self.number(agreement.deadlineMinutes)) minutes is given up. "
                + "Sealed material is kept for \(Self.number(agreement.retentionDays)) days after it.")
        items.append(
            "People are matched by \(Self.words(agreement.linkNames, "and")), "
                + "with \(agreement.suite.rawValue). The work of the authorities and mixers is "
                + (agreement.verification == .full
                    ? "proved and checked, and the mixers check what the coordinator finds: whoever does otherwise is "
                        + "named, and nothing is released."
                    : "not proved: each trusts the others to follow the "
                        + "protocol."))
        return items.map { Item(1, "- ", $0) }
    }

    /// Nothing where the agreement has no rules.
    private var disclosure: [Item] { agreement.disclosureWords.flatMap(\.summary).map { Item(1, "- ", $0) } }

    private var knowledge: [Item] {
        let sizes = agreement.padding == .padme ? "the padded number" : "the exact number"
        var items = [
            "Authorities and mixers learn \(sizes) of people in each register, and how many people two registers "
                + "of the same owner share. They do not learn which of their people are in another register or in a "
                + "cohort.",
            "The coordinator learns \(sizes) of people in each register and how many people each combination "
                + "of registers has in common"
                + (agreement.linksInSeveralWays ? ", and which keys of two people agree" : "")
                + ". It learns no identity, and no row can be read by it.",
        ]
        if agreement.verification == .full {
            items.append(
                "The mixers learn besides what the coordinator learns of who is in which registers: they do its work "
                    + "again.")
        }
        if agreement.release == .rows {
            if agreement.vaultAccess == .selected {
                items.append(
                    "As vault_access is selected, the coordinator also sees which stored cells are fetched, "
                        + "and together with a register's owner could tell whose they are.")
            }
            items.append(
                "The research environment learns the listed columns of the cohorts' people, under pseudonyms that fit "
                    + "no other study, and for each person the cohorts. It cannot open the rows of anyone else.")
            if agreement.linksInSeveralWays {
                items.append(
                    "The dataset says of each person by which of \(Self.words(agreement.linkNames, "and")) the records "
                        + "were joined.")
            }
            let reported = agreement.registers.filter { $0.quality != QualityColumns() }.map(\.id)
            items.append(
                "The report says how usable the codes of each register are"
                    + (reported.isEmpty ? "" : ", by year or group in \(Self.words(reported, "and"))")
                    + ", also of people who are not in the dataset; small counts are left out.")
            items.append("The authorities, the mixers and the coordinator get no access to the dataset.")
        } else {
            items.append("Every participant learns the counts that are published.")
        }
        return items.map { Item(1, "- ", $0) }
    }

    // MARK: Words

    /// `people in immigrant_residents who are not in omnia_clients`.
    static func inWords(_ expression: CohortExpression) -> String {
        switch expression {
        case .except(let left, let right): "people \(part(left)) who are not \(part(right))"
        case .sample(let of, let count): "a random sample of at most \(number(count)) \(inWords(of))"
        default: "people \(condition(expression))"
        }
    }

    private static func condition(_ expression: CohortExpression) -> String {
        switch expression {
        case .register(let id): "in \(id)"
        case .cohort(let id): "in the cohort \(id)"
        case .union(let left, let right):
            "\(chain(left, { if case .union = $0 { true } else { false } })) or \(part(right))"
        case .intersect(let left, let right):
            "\(chain(left, { if case .intersect = $0 { true } else { false } })) and \(part(right))"
        case .except(let left, let right): "\(part(left)) and not \(part(right))"
        case .sample(let of, let count): "in a random sample of at most \(number(count)) \(inWords(of))"
        }
    }

    /// The left side of an operator: without parentheses if it has the same operator.
    private static func chain(_ expression: CohortExpression, _ isSame: (CohortExpression) -> Bool) -> String {
        isSame(expression) ? condition(expression) : part(expression)
    }

    private static func part(_ expression: CohortExpression) -> String {
        switch expression {
        case .register, .cohort: condition(expression)
        default: "(\(condition(expression)))"
        }
    }

    private static func people(_ count: Int) -> String { count == 1 ? "1 person" : "\(number(count)) people" }

    /// `3,000`.
    static func number(_ value: Int) -> String {
        let digits = Array(String(value))
        return digits.enumerated().reduce(into: "") { text, digit in
            if digit.offset > 0, (digits.count - digit.offset).isMultiple(of: 3) { text.append(",") }
            text.append(digit.element)
        }
    }

    private static func words(_ items: [String], _ conjunction: String) -> String {
        guard let last = items.last else { return "nothing" }
        return items.count == 1 ? last : "\(items.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
    }

    /// A paragraph whose further lines are indented under its text.
    private struct Item {
        /// Two spaces each.
        var level: Int
        /// `- ` or a heading such as `Purpose: `.
        var mark: String
        var text: String

        init(_ level: Int, _ mark: String, _ text: String) {
            self.level = level
            self.mark = mark
            self.text = text
        }

        var lines: [String] {
            let indent = String(repeating: "  ", count: level)
            let hanging = indent + (mark == "- " ? "  " : "")
            var lines: [String] = []
            var line = indent + mark
            var isFresh = true
            for word in text.split(whereSeparator: \.isWhitespace) {
                if !isFresh, line.count + 1 + word.count > AgreementSummary.width {
                    lines.append(line)
                    line = hanging
                    isFresh = true
                }
                line += isFresh ? String(word) : " " + word
                isFresh = false
            }
            return lines + [line]
        }
    }
}
