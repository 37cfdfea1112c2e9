internal import StrictYAML
internal import Values

/// Reads `disclosure` once the registers and cohorts it names are known. [A-55]
extension AgreementReader {
    private static let disclosureFields = [
        "k", "l", "diversity", "leave_out", "population", "quasi_identifiers", "count_rows", "sensitive", "cuts",
        "rare", "date_shift", "tables",
    ]
    private static let stepFields = ["bands", "dates", "prefixes", "groups"]

    /// Nil where there is no section; a mistake where it cannot be read.
    func readDisclosure(
        _ registers: [RegisterDeclaration]?, _ cohorts: [CohortDeclaration]?, release: ReleaseMode?
    ) -> DisclosureRules? {
        guard let value = root.optional("disclosure"),
            let fields = MappingReader(value, path: "disclosure", known: Self.disclosureFields, mistakes)
        else { return nil }
        if release == ReleaseMode.none {
            root.fail("disclosure", "With 'release: none' no rows are released. Remove this section.")
            return nil
        }
        // Columns cannot be judged before the registers are right.
        guard let registers, let cohorts else { return nil }
        let reader = DisclosureReader(fields: fields, mistakes: mistakes, registers: registers, cohorts: cohorts)
        return reader.read()
    }
}

/// Reads the rules against the columns that the agreement releases.
private struct DisclosureReader {
    let fields: MappingReader
    let mistakes: MistakeCollector
    let registers: [RegisterDeclaration]
    let cohorts: [CohortDeclaration]

    func read() -> DisclosureRules {
        var rules = DisclosureRules()
        rules.quasiIdentifiers = readItems("quasi_identifiers", ["column", "bands", "dates", "prefixes", "groups"]) {
            readQuasiIdentifier($0)
        }
        if fields.has("k") { rules.smallestClass = fields.integer("k", DisclosureRules.smallestClasses)?.value }
        rules.countedRows = readCountedRows()
        rules.sensitive = readReferences("sensitive", limit: DisclosureRules.columnLimit)
        rules.diversity = readDiversity(rules.sensitive)
        rules.leaveOutPercent = fields.integer("leave_out", DisclosureRules.leaveOutShares, standard: 0)?.value ?? 0
        if fields.has("population") {
            rules.population = fields.integer("population", DisclosureRules.populations)?.value
        }
        rules.cuts = readItems("cuts", limit: DisclosureRules.cutLimit, ["column", "bottom", "top"]) { readCut($0) }
        rules.rareValues = readItems("rare", limit: DisclosureRules.cutLimit, ["column", "people", "as"]) {
            readRareValues($0)
        }
        rules.dateShift = readDateShift()
        rules.tables = readTables()
        check(rules)
        return rules
    }

    // MARK: Parts

    private func readQuasiIdentifier(_ item: MappingReader) -> QuasiIdentifier? {
        guard let (reference, column) = readReference(item) else { return nil }
        let kinds = ["bands", "dates", "prefixes", "groups"].filter(item.has)
        guard kinds.count <= 1 else {
            item.fail(kinds[1], "A column is made coarser in one way. Keep either \(kinds[0]) or \(kinds[1]).")
            return nil
        }
        guard let kind = kinds.first else { return QuasiIdentifier(reference) }
        let fitting: [ColumnType] =
            switch kind {
            case "bands": [.integer, .decimal]
            case "dates": [.date]
            default: [.code, .text]
            }
        guard fitting.contains(column.type) else {
            item.fail(
                kind,
                "\(reference) is of type \(column.type.rawValue), and \(kind) are for "
                    + "\(fitting.map(\.rawValue).joined(separator: " and ")) columns.")
            return nil
        }
        let steps: [GeneralisationStep]? =
            switch kind {
            case "bands": readBands(item)
            case "dates": readDates(item)
            case "prefixes": readPrefixes(item)
            default: readGroups(item)
            }
        return steps.map { QuasiIdentifier(reference, steps: $0) }
    }

    private func readCountedRows() -> [RegisterID] {
        let ids = fields.identifiers(
            "count_rows", .name, limit: AgreementLimits.registers,
            "ids of registers whose numbers of rows k people share")
        return (ids ?? []).compactMap { id in
            guard let register = registers.first(where: { $0.id == id.value }), !register.releasedFor.isEmpty else {
                let released = registers.filter { !$0.releasedFor.isEmpty }.map(\.id)
                mistakes.add(
                    id.place, id.path,
                    "No register whose rows are released is called \(id.value)\(NearName.hint(id.value, among: released))."
                )
                return nil
            }
            return id.value
        }
    }

    private func readBands(_ item: MappingReader) -> [GeneralisationStep]? {
        guard let widths = readNumbers(item, "bands", 2...1_000_000_000, "widths of bands, such as [5, 10, 20]") else {
            return nil
        }
        for (width, next) in zip(widths, widths.dropFirst())
        where next <= width || !next.isMultiple(of: width) {
            item.fail("bands", "\(next) is no multiple of \(width), so its bands would cut the finer ones. Write one.")
            return nil
        }
        return widths.map { .band(width: Int64($0)) }
    }

    private func readPrefixes(_ item: MappingReader) -> [GeneralisationStep]? {
        guard let lengths = readNumbers(item, "prefixes", 1...64, "numbers of characters, such as [3, 2]") else {
            return nil
        }
        for (length, next) in zip(lengths, lengths.dropFirst()) where next >= length {
            item.fail("prefixes", "\(next) is not coarser than \(length). Write the longest prefix first.")
            return nil
        }
        return lengths.map { .prefix($0) }
    }

    private func readDates(_ item: MappingReader) -> [GeneralisationStep]? {
        let words = DateStep.allCases.map(\.rawValue)
        let what = "steps, such as [month, year, ten_years]"
        guard let items = item.list("dates", limit: words.count, isRequired: true, what) else { return nil }
        var steps: [Int] = []
        for entry in items {
            guard let text = item.scalar(entry.value, entry.path, what) else { return nil }
            guard let step = words.firstIndex(of: text.value) else {
                mistakes.add(
                    text.place, text.path,
                    "\(MappingReader.shown(text.value)) is no step\(NearName.hint(text.value, among: words)). "
                        + "Write some of \(words.joined(separator: ", ")).")
                return nil
            }
            guard step > steps.last ?? -1 else {
                mistakes.add(text.place, text.path, "Write each step once, the finest first.")
                return nil
            }
            steps.append(step)
        }
        guard !steps.isEmpty else {
            item.fail("dates", "This list is empty. Write \(what).")
            return nil
        }
        return steps.map { .date(DateStep.allCases[$0]) }
    }

    /// Every step a mapping of a group's name to what it holds.
    private func readGroups(_ item: MappingReader) -> [GeneralisationStep]? {
        let what =
            "steps, each a mapping of groups to lists of their values, such as [{nordic: [SE, NO], baltic: [EE, LV]}]"
        guard let steps = item.list("groups", limit: 8, isRequired: true, what) else { return nil }
        guard !steps.isEmpty else {
            item.fail("groups", "This list is empty. Write \(what).")
            return nil
        }
        var read: [GeneralisationStep] = []
        for step in steps {
            guard let groups = MappingReader(freeKeys: step.value, path: step.path, meaning: "groups", mistakes) else {
                return nil
            }
            var groupOf: [String: String] = [:]
            for entry in groups.entries {
                guard let values = groups.list(entry.key, limit: 4096, isRequired: true, "values of the group") else {
                    return nil
                }
                guard (1...64).contains(entry.key.unicodeScalars.count),
                    entry.key.unicodeScalars.allSatisfy(YAMLText.isAllowed)
                else {
                    groups.fail(entry.key, "A group's name has 1 to 64 characters. Write another.")
                    return nil
                }
                for value in values {
                    guard let text = groups.scalar(value.value, value.path, "a value") else { return nil }
                    guard groupOf.updateValue(entry.key, forKey: text.value) == nil else {
                        mistakes.add(
                            text.place, text.path, "\(MappingReader.shown(text.value)) is in two groups. Keep one.")
                        return nil
                    }
                    guard groupOf.count <= 4096 else {
                        groups.fail(entry.key, "A step has at most 4,096 values.")
                        return nil
                    }
                }
            }
            for (value, group) in groupOf where groupOf[group] != nil && groupOf[group] != group && value != group {
                groups.fail(
                    group, "The group \(MappingReader.shown(group)) has the name of another group's value. Rename it.")
                return nil
            }
            read.append(.groups(groupOf))
        }
        return read
    }

    private func readDiversity(_ sensitive: [ColumnReference]) -> Diversity? {
        guard fields.has("l") else {
            if !sensitive.isEmpty, fields.has("sensitive") {
                fields.fail(
                    "sensitive", "Write l as well: how many different values people who resemble each other must have.")
            }
            if fields.has("diversity") { fields.fail("diversity", "This needs l. Write it, or remove this line.") }
            return nil
        }
        let count = fields.integer("l", DisclosureRules.diversities)
        let kind: Located<Diversity.Kind>? = fields.choice("diversity", standard: Diversity.Kind.distinct)
        guard let count, let kind else { return nil }
        if sensitive.isEmpty, !fields.has("sensitive") {
            fields.fail("l", "Name the columns whose values must differ under 'sensitive'.")
        }
        return Diversity(kind: kind.value, count: count.value)
    }

    private func readCut(_ item: MappingReader) -> ColumnCut? {
        guard let (reference, column) = readReference(item) else { return nil }
        guard [.integer, .decimal, .date].contains(column.type) else {
            item.fail("column", "\(reference) is of type \(column.type.rawValue); only numbers and dates can be cut.")
            return nil
        }
        guard item.has("bottom") || item.has("top") else {
            item.fail("column", "Write bottom or top, the limit beyond which values become it.")
            return nil
        }
        var cut = ColumnCut(reference)
        for key in ["bottom", "top"] where item.has(key) {
            guard let limit = readLimit(item, key, column.type) else { return nil }
            if key == "bottom" { cut.bottom = limit } else { cut.top = limit }
        }
        if let bottom = cut.bottom, let top = cut.top, !ValueOrder.isBefore(bottom, top) {
            item.fail("top", "The top must be above the bottom. Write a higher one.")
            return nil
        }
        return cut
    }

    private func readLimit(_ item: MappingReader, _ key: String, _ type: ColumnType) -> FieldValue? {
        let what =
            type == .date ? "a day as YYYY-MM-DD" : type == .integer ? "a whole number" : "a number such as 99.50"
        guard let value = item.optional(key), let text = item.scalar(value, item.path(of: key), what) else {
            return nil
        }
        let limit: FieldValue? =
            switch type {
            case .date: CalendarDate(iso: text.value).map(FieldValue.date)
            case .integer: Int64(text.value).map(FieldValue.integer)
            default: ExactDecimal(text.value).map(FieldValue.decimal)
            }
        if limit == nil {
            mistakes.add(text.place, text.path, "\(MappingReader.shown(text.value)) does not fit. Write \(what).")
        }
        return limit
    }

    private func readRareValues(_ item: MappingReader) -> RareValues? {
        let people = item.integer("people", DisclosureRules.rarities)
        let replacement = item.text("as", "what rare values become, such as other", limit: 64)
        guard let (reference, column) = readReference(item) else { return nil }
        guard [.code, .text].contains(column.type) else {
            item.fail("column", "\(reference) is of type \(column.type.rawValue); only codes and texts can be grouped.")
            return nil
        }
        guard let people, let replacement else { return nil }
        return RareValues(reference, people: people.value, replacement: replacement.value)
    }

    private func readDateShift() -> DateShift? {
        guard let value = fields.optional("date_shift"),
            let shift = MappingReader(
                value, path: fields.path(of: "date_shift"), known: ["days", "except", "no_days"], mistakes)
        else { return nil }
        let noDays = readNoDays(shift)
        let days = shift.integer("days", DisclosureRules.shifts)
        let except = readReferences("except", in: shift, limit: DisclosureRules.cutLimit)
        guard let days else { return nil }
        return DateShift(days: days.value, except: except, noDays: noDays)
    }

    private func readNoDays(_ shift: MappingReader) -> [CalendarDate] {
        let what = "days that stand for something else, each as YYYY-MM-DD"
        var days: [CalendarDate] = []
        for item in shift.list("no_days", limit: DateShift.noDayLimit, what) ?? [] {
            guard let text = shift.scalar(item.value, item.path, what) else { continue }
            guard let day = CalendarDate(iso: text.value) else {
                mistakes.add(
                    text.place, text.path,
                    "\(MappingReader.shown(text.value)) is not a day of the calendar. Write a day as YYYY-MM-DD.")
                continue
            }
            if days.contains(day) { mistakes.add(text.place, text.path, "\(day) is in this list twice. Keep one.") }
            days.append(day)
        }
        return days
    }

    private func readTables() -> [DisclosedTable] {
        let known = ["title", "cohort", "rows", "columns"]
        var tables: [DisclosedTable] = []
        return readItems("tables", limit: DisclosureRules.tableLimit, known) { item -> DisclosedTable? in
            let title = item.text("title", "what the table shows", limit: 200)
            let cohort = item.identifier("cohort", .name)
            if let cohort, !cohorts.contains(where: { $0.id == cohort.value }) {
                mistakes.add(
                    cohort.place, cohort.path,
                    "No cohort has the id \(cohort.value)\(NearName.hint(cohort.value, among: cohorts.map(\.id))).")
                return nil
            }
            let rows = readReference(item, "rows")
            let columns = item.has("columns") ? readReference(item, "columns") : nil
            guard let title, let cohort, let rows else { return nil }
            if item.has("columns"), columns == nil { return nil }
            for named in [rows, columns].compactMap({ $0 }) where released(named.reference, for: cohort.value) == false
            {
                item.fail(
                    "cohort",
                    "\(named.reference) is not released for \(cohort.value). Name a cohort it is released for.")
                return nil
            }
            let table = DisclosedTable(
                title: title.value, cohort: cohort.value, rows: rows.reference, columns: columns?.reference)
            if let other = tables.first(where: { $0.cohort == table.cohort && $0.sharesColumn(with: table) }) {
                item.fail(
                    "rows",
                    "The table '\(other.title)' counts the same cohort by one of these columns, so one could be subtracted from "
                        + "the other. Write one table of both columns, or name other columns.")
            }
            tables.append(table)
            return table
        }
    }

    // MARK: The whole

    private func check(_ rules: DisclosureRules) {
        if let k = rules.smallestClass {
            if rules.quasiIdentifiers.isEmpty, !fields.has("quasi_identifiers") {
                fields.fail("k", "Name the columns by which a person could be found under 'quasi_identifiers'.")
            }
            for cohort in cohorts where cohort.maxPeople < k {
                fields.fail(
                    "k",
                    "The cohort \(cohort.id) has at most \(cohort.maxPeople) people, so \(k) can never share anything. "
                        + "Write a smaller k.")
            }
        } else {
            if fields.has("quasi_identifiers") {
                fields.fail("quasi_identifiers", "Write k as well: how many people must share what these columns tell.")
            }
            if fields.has("count_rows") {
                fields.fail("count_rows", "Write k as well: how many people must share these numbers of rows.")
            }
            if rules.diversity != nil { fields.fail("l", "This needs k and quasi_identifiers. Write them.") }
        }
        for quasi in rules.quasiIdentifiers {
            if rules.shifts(quasi.column, type: type(of: quasi.column)) {
                fields.fail(
                    "date_shift",
                    "\(quasi.column) is a quasi-identifier and a date that would be moved. Name it under 'except', "
                        + "or take it out of quasi_identifiers.")
            }
            if rules.sensitive.contains(quasi.column) {
                fields.fail("sensitive", "\(quasi.column) is a quasi-identifier too. A column is one or the other.")
            }
        }
        for column in rules.sensitive where rules.shifts(column, type: type(of: column)) {
            fields.fail(
                "date_shift",
                "\(column) is sensitive and would be moved, which only seems to make it differ. Name it under 'except'."
            )
        }
        for cut in rules.cuts where rules.shifts(cut.column, type: type(of: cut.column)) {
            fields.fail(
                "date_shift", "\(cut.column) is cut and would be moved. Name it under 'except', or remove the cut.")
        }
        for (name, columns) in [
            ("quasi_identifiers", rules.quasiIdentifiers.map(\.column)), ("cuts", rules.cuts.map(\.column)),
            ("rare", rules.rareValues.map(\.column)), ("sensitive", rules.sensitive),
        ] {
            for (index, column) in columns.enumerated() where columns[..<index].contains(column) {
                fields.fail(name, "\(column) is in this list twice. Keep one.")
            }
        }
    }

    // MARK: Columns

    private func type(of reference: ColumnReference) -> ColumnType {
        column(reference)?.type ?? .text
    }

    private func column(_ reference: ColumnReference) -> ColumnDeclaration? {
        registers.first { $0.id == reference.register }?.columns.first { $0.name == reference.column }
    }

    private func released(_ reference: ColumnReference, for cohort: CohortID) -> Bool {
        registers.first { $0.id == reference.register }?.releasedFor.contains(cohort) == true
    }

    private func readReference(_ item: MappingReader, _ key: String = "column") -> (
        reference: ColumnReference, column: ColumnDeclaration
    )? {
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

    private func readReferences(_ key: String, limit: Int) -> [ColumnReference] {
        readReferences(key, in: fields, limit: limit)
    }

    private func readReferences(_ key: String, in reader: MappingReader, limit: Int) -> [ColumnReference] {
        let what = "released columns, each as register.column"
        return (reader.list(key, limit: limit, what) ?? []).compactMap { item in
            reader.scalar(item.value, item.path, what).flatMap { reference($0)?.reference }
        }
    }

    private func readNumbers(
        _ item: MappingReader, _ key: String, _ range: ClosedRange<Int>, _ what: String
    ) -> [Int]? {
        guard let items = item.list(key, limit: 16, isRequired: true, what) else { return nil }
        var numbers: [Int] = []
        for entry in items {
            guard let text = item.scalar(entry.value, entry.path, what) else { return nil }
            guard let number = Int(text.value), String(number) == text.value, range.contains(number) else {
                mistakes.add(
                    text.place, text.path,
                    "\(MappingReader.shown(text.value)) does not fit. Write whole numbers from \(range.lowerBound) to "
                        + "\(range.upperBound).")
                return nil
            }
            numbers.append(number)
        }
        guard !numbers.isEmpty else {
            item.fail(key, "This list is empty. Write \(what).")
            return nil
        }
        return numbers
    }

    private func readItems<Item>(
        _ key: String, limit: Int = DisclosureRules.columnLimit, _ known: [String], _ read: (MappingReader) -> Item?
    ) -> [Item] {
        guard let items = fields.list(key, limit: limit, "mappings of \(known.joined(separator: ", "))") else {
            return []
        }
        if fields.has(key), items.isEmpty { fields.fail(key, "This list is empty. Add an entry, or remove the field.") }
        return items.compactMap { item in
            MappingReader(item.value, path: item.path, known: known, mistakes).flatMap(read)
        }
    }
}
