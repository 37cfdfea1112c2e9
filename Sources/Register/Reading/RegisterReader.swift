public import Agreement
internal import Values

/// Reads a register's rows as the agreement declares them: who they are about, then one typed value a column.
///
/// The first value that doesn't fit its column ends the reading, since a register that differs from its agreement must
/// not be used in part. So does an identity code in a released column.
public struct RegisterReader {
    public let declaration: RegisterDeclaration
    public let source: RegisterSource
    let plan: MatchPlan
    /// Whether rows whose people the agreement's `rows` leave out are handed out too, as such.
    var handsOutRowsLeftOut = false
    private let scheme: any IdentityScheme
    private var records: any SourceReader
    private let identityIndex: Int?
    private let localPersonIndex: Int?
    /// Of the plan's fields, in order.
    private let fieldIndices: [Int]
    private var columns: [DerivedColumn]
    private let conditions: [FoundCondition]
    private let markIndex: Int?
    private let nullText: [UInt8]?
    /// What codes look like that are not used.
    private(set) var codeShapes = CodeShapes()
    private(set) var dateFields: [DateFieldCount] = []
    /// Whether it is counted which words of programs for a missing value are read as if they were none.
    public var countsProgramWords = false
    private(set) var programWords: [String: [String: Int]] = [:]

    /// Opens the source and finds the columns.
    ///
    /// - Throws: `RegisterError`, among others with all missing columns at once.
    public init(
        declaration: RegisterDeclaration, source: RegisterSource, plan: MatchPlan = .identityCode()
    ) throws(RegisterError) {
        self.declaration = declaration
        self.source = source
        self.plan = plan
        self.scheme = plan.scheme
        let file = source.name
        let tested = declaration.rows?.conditions ?? []
        let declared = Set(declaration.columns.map(\.sourceName) + tested.map(\.column))
        let unknown = source.columnNames.keys.filter { !declared.contains($0) }.sorted()
        if !unknown.isEmpty { throw RegisterError(.unknownMapping(unknown), file: file) }
        let unmapped = plan.fields.map(\.name).filter { source.matchColumns[$0] == nil }
        if !unmapped.isEmpty { throw RegisterError(.unmappedFields(unmapped), file: file) }
        guard source.identityColumn != nil || plan.worksWithoutCode else {
            throw RegisterError(.noIdentityColumn, file: file)
        }

        records = try source.table.makeReader()
        nullText = source.table.nullText.map { Array($0.utf8) }
        dateFields = plan.fields.filter { $0.kind == .date }.map { DateFieldCount(name: $0.name) }
        let names = try ColumnNames(records, file: file)
        let wanted = declaration.columns.map { source.columnNames[$0.sourceName] ?? $0.sourceName }
        let testedNames = tested.map { source.columnNames[$0.column] ?? $0.column }
        let markName = [source.neverReleaseColumn?.name].compactMap { $0 }
        let fieldNames = plan.fields.compactMap { source.matchColumns[$0.name] }
        let identifying = [source.identityColumn, source.personColumn].compactMap { $0 }
        for name in identifying where wanted.contains(name) {
            throw RegisterError(.identityColumnReleased, file: file, column: name)
        }
        let indices = try names.indices(
            of: identifying + fieldNames + wanted + testedNames + markName, reader: &records)
        identityIndex = source.identityColumn.flatMap { indices[$0] }
        localPersonIndex = source.personColumn.flatMap { indices[$0] }
        fieldIndices = fieldNames.compactMap { indices[$0] }
        var columns: [DerivedColumn] = []
        for (column, name) in zip(declaration.columns, wanted) {
            guard let index = indices[name] else { continue }
            columns.append(
                DerivedColumn(
                    index: index, name: name, declaration: column, hasDecimalComma: source.table.hasDecimalComma))
        }
        self.columns = columns
        conditions = zip(tested, testedNames).compactMap { condition, name in
            indices[name].map { FoundCondition(condition, index: $0, name: name) }
        }
        markIndex = markName.first.flatMap { indices[$0] }
        records.select(
            Set(
                columns.map(\.index) + conditions.map(\.index) + fieldIndices
                    + [identityIndex, localPersonIndex, markIndex].compactMap { $0 }))
    }

    /// What became of the values of derived columns so far.
    public var derivationCounts: [DerivationCounts] {
        columns.filter { $0.declaration.derivation != nil }.map(\.counts)
    }

    /// The next row, or nil at the end. After an error the reader is of no more use.
    ///
    /// - Throws: `unmappedValues` at the end, if the agreement's maps lack codes of the register.
    public mutating func next() throws(RegisterError) -> RegisterRow? {
        guard let record = try records.next() else {
            let gaps = columns.filter { $0.gapCount > 0 }
                .map { RegisterError.UnmappedValues(column: $0.name, count: $0.gapCount) }
            guard gaps.isEmpty else { throw RegisterError(.unmappedValues(gaps), file: source.name) }
            return nil
        }
        let isMarked = try isMarked(record)
        let isKept = try isKept(record)
        let isOutside = !isKept && !isMarked && declaration.rows?.people == .leaveOut
        if isOutside, !handsOutRowsLeftOut { return .leftOut }
        let code = readCode(of: record)
        if case .failure(let reason) = code, reason != .missing, let identityIndex {
            codeShapes.add(CodeShape(record[identityIndex], reason, owner: declaration.owner))
        }
        var fields: [NormalisedField?] = []
        for (index, field) in zip(fieldIndices, plan.fields) {
            fields.append(readField(self.field(record, index, as: .code), field))
        }
        let localPerson = localPersonIndex.flatMap { Self.text(of: record[$0]) }.map { Array(WhiteSpace.trimmed($0)) }
        if isMarked, case .failure(let reason) = code, reason != .missing, localPerson?.isEmpty ?? true {
            throw RegisterError(.markWithoutCode(reason), at: record.place, column: source.identityColumn)
        }
        if case .failure(let reason) = code, fields.allSatisfy({ $0 == nil }), localPerson?.isEmpty ?? true {
            guard isKept, !isMarked else { return .leftOut }
            return .refused(
                reason,
                quality: quality {
                    try? columns[$0].value(of: field(record, columns[$0].index, as: columns[$0].sourceType))
                })
        }
        var values: [FieldValue] = []
        if isKept {
            values.reserveCapacity(columns.count)
            for index in columns.indices {
                let field = self.field(record, columns[index].index, as: columns[index].sourceType)
                do throws(RegisterError.Kind) {
                    let value = try columns[index].countedValue(of: field)
                    if columns[index].mayHoldCode, holdsCode(value, of: field, columns[index].declaration, code) {
                        throw .identityCodeInColumn
                    }
                    values.append(value)
                } catch {
                    throw RegisterError(error, at: record.place, column: columns[index].name)
                }
            }
        }
        return .row(
            ReadRow(
                code: code, localPerson: localPerson?.isEmpty ?? true ? nil : localPerson, fields: fields,
                values: values, quality: isKept ? quality { values[$0] } : QualityValues(), isKept: isKept,
                isMarked: isMarked, isOutside: isOutside))
    }

    private mutating func readField(_ source: SourceField, _ field: MatchField) -> NormalisedField? {
        guard let text = Self.text(of: source) else { return nil }
        let normal = plan.profile.normalise(text, as: field.kind)
        if field.kind == .date {
            if normal != nil || !MissingText.isAnyWord(text),
                let index = dateFields.firstIndex(where: { $0.name == field.name })
            {
                dateFields[index].present += 1
                if normal != nil { dateFields[index].readable += 1 }
            }
        } else if countsProgramWords, normal != nil, let word = MissingText.programWord(text) {
            programWords[field.name, default: [:]][word, default: 0] += 1
        }
        return normal
    }

    private func isMarked(_ record: SourceRecord) throws(RegisterError) -> Bool {
        guard let column = source.neverReleaseColumn, let markIndex else { return false }
        do throws(RegisterError.Kind) { return try column.marks(record[markIndex]) } catch {
            throw RegisterError(error, at: record.place, column: column.name)
        }
    }

    /// Whether all conditions hold. All are looked at, so that a value that cannot be read is always told.
    private func isKept(_ record: SourceRecord) throws(RegisterError) -> Bool {
        var isKept = true
        for condition in conditions {
            do throws(RegisterError.Kind) {
                let field = field(record, condition.index, as: condition.type)
                if try !condition.holds(of: field) { isKept = false }
            } catch {
                throw RegisterError(error, at: record.place, column: condition.name)
            }
        }
        return isKept
    }

    private func quality(_ value: (Int) -> FieldValue?) -> QualityValues {
        var quality = QualityValues()
        for (index, column) in declaration.columns.enumerated() {
            if column.name == plan.quality.year {
                switch value(index) {
                case .date(let date)?: quality.year = date.year
                case .integer(let year)?:
                    quality.year = Int(exactly: year).flatMap { (1...9_999).contains($0) ? $0 : nil }
                default: break
                }
            }
            if column.name == plan.quality.group {
                switch value(index) {
                case .code(let text)? where !CodeGuard.holdsCode(text): quality.group = text
                case .boolean(let answer)?: quality.group = answer ? "true" : "false"
                default: break
                }
            }
        }
        return quality
    }

    private func readCode(of record: SourceRecord) -> Result<IdentityReading, RefusalReason> {
        guard let identityIndex else { return .failure(.missing) }
        let field = field(record, identityIndex, as: .code)
        do throws(RefusalReason) { return .success(try scheme.read(field, owner: declaration.owner)) } catch {
            return .failure(error)
        }
    }

    /// A record's field. What stands for a missing value is one in every type but text, in quotation marks or not.
    private func field(_ record: SourceRecord, _ index: Int, as type: ColumnType) -> SourceField {
        let field = record[index]
        guard type != .text else { return field }
        switch field {
        case .characters(let text), .text(let text):
            if WhiteSpace.trimmed(text).isEmpty || nullText.map({ text.elementsEqual($0) }) == true { return .null }
            return field
        case .null, .integer, .real, .binary: return field
        }
    }

    /// A match field's text; numbers as a database has them, in decimal.
    private static func text(of field: SourceField) -> ArraySlice<UInt8>? {
        switch field {
        case .null, .binary, .real: nil
        case .characters(let text), .text(let text): text
        case .integer(let number): Array(String(number).utf8)[...]
        }
    }

    /// Whether what would be released could be a code. Where the agreement says that the column's numbers are none, digits
    /// are let pass, but never the row's own code.
    private func holdsCode(
        _ value: FieldValue, of field: SourceField, _ column: ColumnDeclaration,
        _ code: Result<IdentityReading, RefusalReason>
    ) -> Bool {
        guard let text = value.guardedText else { return false }
        var texts = [text]
        // As the source has it, zeros at the beginning included.
        if case .characters(let written) = field, !written.elementsEqual(text) { texts.append(written) }
        for text in texts {
            guard let finding = CodeGuard.finding(in: text) else { continue }
            guard column.numbersAreNoCodes, finding == .digits else { return true }
            guard case .success(let reading) = code,
                let other = try? scheme.identity(of: text, owner: declaration.owner)
            else { continue }
            if other == reading.identity { return true }
        }
        return false
    }
}

extension FieldValue {
    /// What the guard of released text looks at; nil where a code cannot be.
    fileprivate var guardedText: ArraySlice<UInt8>? {
        switch self {
        case .integer(let number): Array(String(number).utf8)[...]
        case .decimal(let decimal):
            // A fraction is no code; what comes from a floating-point number can be a whole one.
            decimal.wholeDigits.map { Array($0.utf8)[...] }
        case .code(let text), .text(let text): Array(text.utf8)[...]
        case .null, .date, .boolean: nil
        }
    }
}

extension ExactDecimal {
    /// The digits before the point; nil if any behind it is not 0.
    fileprivate var wholeDigits: Substring? {
        let parts = digits.split(separator: ".")
        guard parts.dropFirst().allSatisfy({ $0.utf8.allSatisfy { $0 == UInt8(ascii: "0") } }) else { return nil }
        return parts.first
    }
}
