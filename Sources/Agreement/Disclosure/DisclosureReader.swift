internal import StrictYAML
internal import Values

extension AgreementReader {
    /// Reads `disclosure` once the registers and cohorts it names are known. [A-55]
    ///
    /// Nil where there is no section; a mistake where it cannot be read.
    func readDisclosure(
        _ registers: [RegisterDeclaration]?, _ cohorts: [CohortDeclaration]?, release: ReleaseMode?
    ) -> DisclosureRules? {
        let known = DisclosureRule.Kind.allCases.flatMap { $0.form.fields }
        guard let value = root.optional("disclosure"),
            let fields = MappingReader(value, path: "disclosure", known: known, mistakes)
        else { return nil }
        if release == ReleaseMode.none {
            root.fail("disclosure", "With 'release: none' no rows are released. Remove this section.")
            return nil
        }
        // Columns cannot be judged before the registers are right.
        guard let registers, let cohorts else { return nil }
        return DisclosureReader(fields: fields, registers: registers, cohorts: cohorts).read()
    }
}

/// Reads the section `disclosure` against the columns that the agreement releases.
struct DisclosureReader {
    let fields: MappingReader
    let registers: [RegisterDeclaration]
    let cohorts: [CohortDeclaration]

    var mistakes: MistakeCollector { fields.mistakes }

    fileprivate func read() -> DisclosureRules {
        let forms = DisclosureRule.Kind.allCases.map(\.form)
        let rules = DisclosureRules(forms.flatMap { $0.read(self) })
        for form in forms { form.check(rules, self) }
        return rules
    }

    // MARK: Columns

    func type(of reference: ColumnReference) -> ColumnType {
        column(reference)?.type ?? .text
    }

    private func column(_ reference: ColumnReference) -> ColumnDeclaration? {
        registers.first { $0.id == reference.register }?.columns.first { $0.name == reference.column }
    }

    func isReleased(_ reference: ColumnReference, for cohort: CohortID) -> Bool {
        registers.first { $0.id == reference.register }?.releasedFor.contains(cohort) == true
    }

    /// The released column that a field names; nil, with a mistake reported, if there is none.
    func reference(
        _ item: MappingReader, _ key: String = "column"
    ) -> (reference: ColumnReference, column: ColumnDeclaration)? {
        let what = "a released column as register.column"
        guard let value = item.required(key, what), let text = item.scalar(value, item.path(of: key), what) else {
            return nil
        }
        return reference(text)
    }

    private func reference(_ text: Located<String>) -> (reference: ColumnReference, column: ColumnDeclaration)? {
        let known = registers.flatMap { register in register.columns.map { "\(register.id).\($0.name)" } }
        let parts = text.value.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2, let column = column(ColumnReference(parts[0], parts[1])) {
            return (ColumnReference(parts[0], parts[1]), column)
        }
        mistakes.add(
            text.place, text.path,
            "No released column is \(MappingReader.shown(text.value))\(NearName.hint(text.value, among: known)). "
                + "Write it as register.column, such as \(known.first ?? "residents.birth_year").")
        return nil
    }

    /// Whether a rule can be about the column's values; a mistake, where they are people. [A-92]
    private func holdsValues(_ text: Located<String>, _ column: ColumnDeclaration) -> Bool {
        guard column.type == .person else { return true }
        mistakes.add(
            text.place, text.path,
            "\(text.value) names people. It can be one of the quasi_identifiers, without steps, and nothing else here.")
        return false
    }

    /// The released column that a field names, unless it names people.
    func valueReference(
        _ item: MappingReader, _ key: String = "column"
    ) -> (reference: ColumnReference, column: ColumnDeclaration)? {
        guard let found = reference(item, key) else { return nil }
        guard found.column.type == .person else { return found }
        item.fail(
            key,
            "\(found.reference) names people. It can be one of the quasi_identifiers, without steps, and nothing else "
                + "here.")
        return nil
    }

    /// The released columns that a list names, none of which names people.
    func references(_ key: String, in reader: MappingReader, limit: Int) -> [ColumnReference] {
        let what = "released columns, each as register.column"
        return (reader.list(key, limit: limit, what) ?? []).compactMap { item in
            reader.scalar(item.value, item.path, what).flatMap { text in
                reference(text).flatMap { holdsValues(text, $0.column) ? $0.reference : nil }
            }
        }
    }

    /// Reports columns that a list has twice.
    func checkOnce(_ key: String, _ columns: [ColumnReference]) {
        for (index, column) in columns.enumerated() where columns[..<index].contains(column) {
            fields.fail(key, "\(column) is in this list twice. Keep one.")
        }
    }

    // MARK: Lists

    /// What can be read of a list of mappings, each of `known` fields.
    func items<Item>(_ key: String, limit: Int, _ known: [String], _ read: (MappingReader) -> Item?) -> [Item] {
        guard let items = fields.list(key, limit: limit, "mappings of \(known.joined(separator: ", "))") else {
            return []
        }
        if fields.has(key), items.isEmpty { fields.fail(key, "This list is empty. Add an entry, or remove the field.") }
        return items.compactMap { item in
            MappingReader(item.value, path: item.path, known: known, mistakes).flatMap(read)
        }
    }
}
