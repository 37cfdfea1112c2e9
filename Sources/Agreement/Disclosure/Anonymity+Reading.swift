internal import StrictYAML
internal import Values

extension Anonymity: DisclosureForm {
    static let fields = [
        "k", "l", "diversity", "leave_out", "population", "quasi_identifiers", "count_rows", "sensitive",
    ]

    static func read(_ section: DisclosureReader) -> [DisclosureRule] {
        let fields = section.fields
        var anonymity = Anonymity()
        if fields.has("k") { anonymity.smallestClass = fields.integer("k", smallestClasses)?.value }
        anonymity.leaveOutPercent = fields.integer("leave_out", leaveOutShares, standard: 0)?.value ?? 0
        if fields.has("population") { anonymity.population = fields.integer("population", populations)?.value }
        anonymity.quasiIdentifiers = section.items(
            "quasi_identifiers", limit: columnLimit, QuasiIdentifier.fields
        ) { QuasiIdentifier.read($0, section) }
        anonymity.countedRows = readCountedRows(section)
        anonymity.sensitive = section.references("sensitive", in: fields, limit: columnLimit)
        anonymity.diversity = readDiversity(fields, hasSensitive: !anonymity.sensitive.isEmpty)
        return anonymity == Anonymity() ? [] : [.anonymity(anonymity)]
    }

    private static func readCountedRows(_ section: DisclosureReader) -> [RegisterID] {
        let ids = section.fields.identifiers(
            "count_rows", .name, limit: AgreementLimits.registers,
            "ids of registers whose numbers of rows k people share")
        let released = section.registers.filter { !$0.releasedFor.isEmpty }.map(\.id)
        return (ids ?? []).compactMap { id in
            guard released.contains(id.value) else {
                section.mistakes.add(
                    id.place, id.path,
                    "No register whose rows are released is called \(id.value)"
                        + "\(NearName.hint(id.value, among: released)).")
                return nil
            }
            return id.value
        }
    }

    private static func readDiversity(_ fields: MappingReader, hasSensitive: Bool) -> Diversity? {
        guard fields.has("l") else {
            if hasSensitive {
                fields.fail(
                    "sensitive", "Write l as well: how many different values people who resemble each other must have.")
            }
            if fields.has("diversity") { fields.fail("diversity", "This needs l. Write it, or remove this line.") }
            return nil
        }
        let count = fields.integer("l", Diversity.counts)
        let kind: Located<Diversity.Kind>? = fields.choice("diversity", standard: Diversity.Kind.distinct)
        guard let count, let kind else { return nil }
        if !fields.has("sensitive") {
            fields.fail("l", "Name the columns whose values must differ under 'sensitive'.")
        }
        return Diversity(kind: kind.value, count: count.value)
    }

    static func check(_ rules: DisclosureRules, _ section: DisclosureReader) {
        let (anonymity, fields) = (rules.anonymity, section.fields)
        if let smallestClass = anonymity.smallestClass {
            if !fields.has("quasi_identifiers") {
                fields.fail("k", "Name the columns by which a person could be found under 'quasi_identifiers'.")
            }
            for cohort in section.cohorts where cohort.maxPeople < smallestClass {
                fields.fail(
                    "k",
                    "The cohort \(cohort.id) has at most \(cohort.maxPeople) people, so \(smallestClass) can never "
                        + "share anything. Write a smaller k.")
            }
        } else {
            if fields.has("quasi_identifiers") {
                fields.fail("quasi_identifiers", "Write k as well: how many people must share what these columns tell.")
            }
            if fields.has("count_rows") {
                fields.fail("count_rows", "Write k as well: how many people must share these numbers of rows.")
            }
            if anonymity.diversity != nil { fields.fail("l", "This needs k and quasi_identifiers. Write them.") }
        }
        let quasiIdentifiers = anonymity.quasiIdentifiers.map(\.column)
        for column in quasiIdentifiers where anonymity.sensitive.contains(column) {
            fields.fail("sensitive", "\(column) is a quasi-identifier too. A column is one or the other.")
        }
        section.checkOnce("quasi_identifiers", quasiIdentifiers)
        section.checkOnce("sensitive", anonymity.sensitive)
    }
}
