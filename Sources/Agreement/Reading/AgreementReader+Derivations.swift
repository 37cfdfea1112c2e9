internal import StrictYAML
internal import Values

extension ColumnDerivation {
    /// Fields of a column that say how it is made; a column has one of them at most.
    enum Kind: String, CaseIterable {
        case coarsen, map, bands
        case round = "round_to"

        /// With those that belong to it.
        fileprivate var fields: [String] {
            switch self {
            case .coarsen, .bands, .round: [rawValue]
            case .map: [rawValue, "otherwise"]
            }
        }

        /// Whether what is made may hold numbers of the register.
        var keepsNumbers: Bool {
            switch self {
            case .coarsen, .map, .bands: false
            case .round: true
            }
        }
    }
}

/// Which rows a register gives, and what is made of its columns before they leave. [A-40] [A-41] [A-42]
extension AgreementReader {
    static let derivationFields = ["from"] + ColumnDerivation.Kind.allCases.flatMap(\.fields)
    private static let rowFields = ["people", "where"]
    private static let conditionFields = ["column", "type", "from", "until", "in", "not_in", "is", "missing"]

    /// What conditions can be about.
    private enum ConditionType: String, CaseIterable { case date, integer, code, boolean }
    private enum MissingWord: String, CaseIterable {
        case keep
        case leaveOut = "leave_out"
    }

    /// What can be read of a column's derivation; nil if there is a mistake.
    func readDerivation(
        _ column: MappingReader, _ type: ColumnType?, isNullable: Bool?
    ) -> (source: String?, derivation: ColumnDerivation?)? {
        var source: String?
        if column.has("from") {
            guard let name = registerColumn(column, "from") else { return nil }
            source = name
        }
        let given = ColumnDerivation.Kind.allCases.filter { column.has($0.rawValue) }
        if column.has("otherwise"), !given.contains(.map) {
            column.fail("otherwise", "This field belongs to 'map'. Add the map, or remove this field.")
            return nil
        }
        guard let first = given.first else { return (source, nil) }
        guard given.count == 1 else {
            column.fail(
                given[1].rawValue, "A column is made in one way only, and there is \(first.rawValue) too. Keep one.")
            return nil
        }
        let derivation: ColumnDerivation? =
            switch first {
            case .coarsen: readCoarsening(column, type)
            case .map: readMap(column, type, isNullable: isNullable)
            case .bands: readBands(column, type)
            case .round: readRounding(column, type)
            }
        return derivation.map { (source, $0) }
    }

    /// The name of a column as a configuration maps it.
    private func registerColumn(_ fields: MappingReader, _ key: String) -> String? {
        fields.text(key, "the name of the register's column", limit: 128)?.value
    }

    private func requireType(
        _ column: MappingReader, _ key: String, _ type: ColumnType?, _ allowed: [ColumnType], _ gives: String
    ) -> Bool {
        guard let type else { return false }
        guard allowed.contains(type) else {
            let words = allowed.map(\.rawValue).joined(separator: " or ")
            column.fail(
                key, "\(gives), so the column's type is \(words) and not \(type.rawValue). Write 'type: \(words)'.")
            return false
        }
        return true
    }

    private func readCoarsening(_ column: MappingReader, _ type: ColumnType?) -> ColumnDerivation? {
        guard let period: Located<DatePeriod> = column.choice("coarsen") else { return nil }
        let allowed: [ColumnType] = period.value == .year ? [.integer, .date] : [.code, .date]
        let gives =
            switch period.value {
            case .year: "A year is a number such as 2009, or its first day"
            case .quarter: "A quarter is a code such as 2009-Q3, or its first day"
            case .month: "A month is a code such as 2009-07, or its first day"
            }
        return requireType(column, "coarsen", type, allowed, gives) ? .coarsen(period.value) : nil
    }

    private func readRounding(_ column: MappingReader, _ type: ColumnType?) -> ColumnDerivation? {
        guard let step = column.integer("round_to", AgreementLimits.roundingStep) else { return nil }
        return requireType(column, "round_to", type, [.integer, .decimal], "What is rounded is a number")
            ? .round(to: step.value) : nil
    }

    private func readMap(_ column: MappingReader, _ type: ColumnType?, isNullable: Bool?) -> ColumnDerivation? {
        guard requireType(column, "map", type, [.code], "A map gives codes"),
            let value = column.optional("map"),
            let table = MappingReader(
                freeKeys: value, path: column.path(of: "map"), meaning: "the register's codes and what they become",
                mistakes)
        else { return nil }
        let entries = table.entries
        guard (1...AgreementLimits.mapEntries).contains(entries.count) else {
            column.fail("map", "A map has 1 to \(AgreementLimits.mapEntries) entries, and this one \(entries.count).")
            return nil
        }
        var codes: [String: String] = [:]
        for entry in entries {
            let path = column.path(of: "map") + "." + MappingReader.shown(entry.key)
            guard checkCode(Located(value: entry.key, place: entry.place, path: path)),
                let new = table.scalar(entry.value, path, "a code"), checkCode(new)
            else { continue }
            codes[entry.key] = new.value
        }
        var otherwise = CodeMapping.Otherwise.refused
        if let value = column.optional("otherwise") {
            guard let word = column.scalar(value, column.path(of: "otherwise"), "a code, or missing"), checkCode(word)
            else { return nil }
            otherwise = word.value == "missing" ? .missing : .code(word.value)
            if otherwise == .missing, isNullable == false {
                column.fail("otherwise", "Codes that the map lacks become missing values. Write 'nullable: true'.")
                return nil
            }
        }
        return codes.count == entries.count ? .map(CodeMapping(codes: codes, otherwise: otherwise)) : nil
    }

    /// A code as columns hold them: 1 to 64 bytes on one line, without white space at its ends.
    private func checkCode(_ text: Located<String>) -> Bool {
        let scalars = text.value.unicodeScalars
        guard (1...AgreementLimits.codeBytes).contains(text.value.utf8.count), scalars.allSatisfy(YAMLText.isAllowed),
            scalars.first?.properties.isWhitespace == false, scalars.last?.properties.isWhitespace == false
        else {
            mistakes.add(
                text.place, text.path,
                "\(MappingReader.shown(text.value)) is no code. Write 1 to \(AgreementLimits.codeBytes) bytes on one "
                    + "line, without a space at the ends.")
            return false
        }
        return true
    }

    private func readBands(_ column: MappingReader, _ type: ColumnType?) -> ColumnDerivation? {
        guard requireType(column, "bands", type, [.code], "A band is a code"), let value = column.optional("bands")
        else {
            return nil
        }
        guard case .mapping = value else {
            return readLimits(column, "bands").map { .bands(NumberBands(limits: $0)) }
        }
        guard
            let fields = MappingReader(
                value, path: column.path(of: "bands"), known: ["limits", "labels"], mistakes)
        else { return nil }
        guard fields.required("limits", "the limits of the bands") != nil, let limits = readLimits(fields, "limits")
        else { return nil }
        guard fields.has("labels") else { return .bands(NumberBands(limits: limits)) }
        guard let items = fields.list("labels", limit: AgreementLimits.bandLimits + 1, "the bands' names") else {
            return nil
        }
        guard items.count == limits.count + 1 else {
            fields.fail(
                "labels", "\(limits.count) limits make \(limits.count + 1) bands, and there are \(items.count) labels.")
            return nil
        }
        var labels: [String] = []
        for item in items {
            guard let label = fields.scalar(item.value, item.path, "a label"), checkCode(label) else { return nil }
            if labels.contains(label.value) {
                mistakes.add(label.place, label.path, "This label is in the list twice. Write another for each band.")
                return nil
            }
            labels.append(label.value)
        }
        return .bands(NumberBands(limits: limits, labels: labels))
    }

    private func readLimits(_ fields: MappingReader, _ key: String) -> [ExactDecimal]? {
        guard let items = fields.list(key, limit: AgreementLimits.bandLimits, "the limits of the bands, ascending")
        else {
            return nil
        }
        if items.isEmpty {
            fields.fail(key, "Without a limit there is one band only. Write at least one number.")
            return nil
        }
        var limits: [ExactDecimal] = []
        for item in items {
            guard let text = fields.scalar(item.value, item.path, "a number") else { return nil }
            guard text.value.utf8.count <= 20, let limit = ExactDecimal(text.value), limit.digits == text.value else {
                mistakes.add(
                    text.place, text.path,
                    "\(MappingReader.shown(text.value)) is no number as it is written here. Write at most 20 digits, "
                        + "with a point for fractions.")
                return nil
            }
            if let last = limits.last, !last.precedes(limit) {
                mistakes.add(
                    text.place, text.path, "Limits ascend, and \(limit.digits) does not follow \(last.digits).")
                return nil
            }
            limits.append(limit)
        }
        return limits
    }

    // MARK: Rows

    /// The register's `rows`; nil where it has none, and if there is a mistake.
    func readRows(_ register: MappingReader) -> RowSelection? {
        guard let value = register.optional("rows"),
            let fields = MappingReader(value, path: register.path(of: "rows"), known: Self.rowFields, mistakes)
        else { return nil }
        let people: Located<RowSelection.People>? = fields.choice("people")
        guard
            let items = fields.list(
                "where", limit: AgreementLimits.rowConditions, isRequired: true, "conditions, each with column and type"
            )
        else { return nil }
        if items.isEmpty { fields.fail("where", "Without a condition all rows are kept. Add one, or remove 'rows'.") }
        let conditions = items.compactMap { item in
            MappingReader(item.value, path: item.path, known: Self.conditionFields, mistakes).flatMap(readCondition)
        }
        guard let people, !items.isEmpty, conditions.count == items.count else { return nil }
        return RowSelection(conditions: conditions, people: people.value)
    }

    private func readCondition(_ fields: MappingReader) -> RowCondition? {
        let column = registerColumn(fields, "column")
        let type: Located<ConditionType>? = fields.choice("type")
        let missing: Located<MissingWord>? = fields.choice("missing", standard: MissingWord.leaveOut)
        guard let type, let test = readTest(fields, type.value), let column, let missing else { return nil }
        return RowCondition(column: column, test: test, keepsMissing: missing.value == .keep)
    }

    private func readTest(_ fields: MappingReader, _ type: ConditionType) -> RowCondition.Test? {
        let allowed =
            switch type {
            case .date, .integer: ["from", "until"]
            case .code: ["in", "not_in"]
            case .boolean: ["is"]
            }
        for key in ["from", "until", "in", "not_in", "is"] where fields.has(key) && !allowed.contains(key) {
            fields.fail(
                key,
                "This field is not for the type \(type.rawValue), which has \(allowed.joined(separator: " and ")). "
                    + "Remove it."
            )
            return nil
        }
        let given = allowed.filter { fields.has($0) }
        guard !given.isEmpty else {
            fields.fail(
                "type", "The condition says nothing yet. Write \(allowed.joined(separator: " or ")) beside the type.")
            return nil
        }
        switch type {
        case .date:
            let from = fields.has("from") ? fields.date("from") : nil
            let until = fields.has("until") ? fields.date("until") : nil
            guard (from != nil) == fields.has("from"), (until != nil) == fields.has("until") else { return nil }
            return inOrder(fields, from?.value, until?.value) ? .dates(from: from?.value, until: until?.value) : nil
        case .integer:
            let from = fields.has("from") ? fields.integer("from", AgreementLimits.conditionNumbers) : nil
            let until = fields.has("until") ? fields.integer("until", AgreementLimits.conditionNumbers) : nil
            guard (from != nil) == fields.has("from"), (until != nil) == fields.has("until") else { return nil }
            guard inOrder(fields, from?.value, until?.value) else { return nil }
            return .integers(from: from.map { Int64($0.value) }, until: until.map { Int64($0.value) })
        case .code:
            if given.count == 2 {
                fields.fail("not_in", "There is 'in' too, which says all. Keep one.")
                return nil
            }
            guard let codes = readCodes(fields, given[0]) else { return nil }
            return given[0] == "in" ? .codes(codes) : .codesBut(codes)
        case .boolean: return fields.flag("is", standard: true).map { .boolean($0) }
        }
    }

    private func inOrder<Value: Comparable>(_ fields: MappingReader, _ from: Value?, _ until: Value?) -> Bool {
        guard let from, let until, until < from else { return true }
        fields.fail("until", "The last value is before the first. Write a later one.")
        return false
    }

    private func readCodes(_ fields: MappingReader, _ key: String) -> Set<String>? {
        guard let items = fields.list(key, limit: AgreementLimits.mapEntries, "codes") else { return nil }
        if items.isEmpty {
            fields.fail(key, "This list is empty. Write at least one code.")
            return nil
        }
        var codes: Set<String> = []
        for item in items {
            guard let code = fields.scalar(item.value, item.path, "a code"), checkCode(code) else { return nil }
            guard codes.insert(code.value).inserted else {
                mistakes.add(
                    code.place, code.path, "\(MappingReader.shown(code.value)) is in this list twice. Keep one.")
                return nil
            }
        }
        return codes
    }

    /// Rows that are chosen must make a difference: to what is released, or to who is in the register.
    func checkRows(_ register: MappingReader, _ rows: RowSelection, hasColumns: Bool) {
        guard !hasColumns, rows.people == .keep else { return }
        register.fail(
            "rows",
            "The register releases no rows and keeps everybody, so choosing rows changes nothing. Write 'people: "
                + "leave_out', or remove 'rows'.")
    }
}
