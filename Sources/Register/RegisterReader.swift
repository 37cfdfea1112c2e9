public import PSIProtocol

/// One row of a register as the agreement declares it. Secret.
public enum RegisterRow: Sendable, CustomReflectable {
    case row(ReadRow)
    /// Nothing in the row says who it is about; nothing else of it was looked at but what its quality is reported by.
    case refused(RefusalReason, quality: QualityValues)
    /// The agreement's `rows` leave the row out, or it says of nobody that they are never to be released.
    case leftOut

    /// Without children, so that no reflection prints a row.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A row of somebody who may be recognised. Secret.
public struct ReadRow: Sendable, CustomReflectable {
    /// What the row's identity code says, or why it is not used.
    public let code: Result<IdentityReading, RefusalReason>
    /// The owner's own name for the person, if the source has a column for it.
    let localPerson: [UInt8]?
    /// The register's match fields, in the agreement's order.
    let fields: [NormalisedField?]
    /// The declared columns' values in order, as they are released; none if the row is not kept.
    public let values: [FieldValue]
    let quality: QualityValues
    /// Whether the agreement's `rows` keep it; else it only tells who is in the register.
    public var isKept = true
    /// Whether it says that its person is never to be released.
    var isMarked = false
    /// Whether the agreement's `rows` leave the row's person out, as far as the row is concerned.
    var isOutside = false

    /// Without children, so that no reflection prints a row.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// What a row's quality is reported by, as far as the agreement names columns for it and the row has a value.
public struct QualityValues: Sendable, Hashable {
    public var year: Int?
    public var group: String?

    public init(year: Int? = nil, group: String? = nil) {
        self.year = year
        self.group = group
    }
}

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
    private var records: any RecordReader
    private let identityIndex: Int?
    private let localPersonIndex: Int?
    /// Of the plan's fields, in order.
    private let fieldIndices: [Int]
    private var columns: [DerivedColumn]
    private let conditions: [FoundCondition]
    private let markIndex: Int?

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
        let file = source.path
        let tested = declaration.rows?.conditions ?? []
        let declared = Set(declaration.columns.map(\.sourceName) + tested.map(\.column))
        let unknown = source.columnNames.keys.filter { !declared.contains($0) }.sorted()
        if !unknown.isEmpty { throw RegisterError(.unknownMapping(unknown), file: file) }
        let unmapped = plan.fields.map(\.name).filter { source.matchColumns[$0] == nil }
        if !unmapped.isEmpty { throw RegisterError(.unmappedFields(unmapped), file: file) }
        guard source.identityColumn != nil || plan.worksWithoutCode else {
            throw RegisterError(.noIdentityColumn, file: file)
        }

        records = try source.makeReader()
        let names = records.columns
        // Names are shown in errors, and a table without a header has codes for them.
        for (index, name) in names.enumerated() where plan.scheme.containsCode(Array(name.utf8)[...]) {
            throw RegisterError(.identityCodeInHeader, file: file, column: "#\(index + 1)")
        }
        let indices = Dictionary(zip(names, names.indices)) { first, _ in first }
        let wanted = declaration.columns.map { source.columnNames[$0.sourceName] ?? $0.sourceName }
        let testedNames = tested.map { source.columnNames[$0.column] ?? $0.column }
        let markName = [source.neverReleaseColumn?.name].compactMap { $0 }
        let fieldNames = plan.fields.compactMap { source.matchColumns[$0.name] }
        let identifying = [source.identityColumn, source.personColumn].compactMap { $0 }
        for name in identifying where wanted.contains(name) {
            throw RegisterError(.identityColumnReleased, file: file, column: name)
        }
        var missing: [RegisterError.MissingColumn] = []
        for name in identifying + fieldNames + wanted + testedNames + markName where indices[name] == nil {
            if missing.contains(where: { $0.name == name }) { continue }
            missing.append(RegisterError.MissingColumn(name: name, suggestion: NearName.of(name, among: names)))
        }
        guard missing.isEmpty else { throw RegisterError(.missingColumns(missing), file: file) }
        identityIndex = source.identityColumn.flatMap { indices[$0] }
        localPersonIndex = source.personColumn.flatMap { indices[$0] }
        fieldIndices = fieldNames.compactMap { indices[$0] }
        var columns: [DerivedColumn] = []
        for (column, name) in zip(declaration.columns, wanted) {
            guard let index = indices[name] else { continue }
            columns.append(
                DerivedColumn(
                    index: index, name: name, declaration: column, hasDecimalComma: source.hasDecimalComma))
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
            guard gaps.isEmpty else { throw RegisterError(.unmappedValues(gaps), file: source.path) }
            return nil
        }
        let isMarked = try isMarked(record)
        let isKept = try isKept(record)
        let isOutside = !isKept && !isMarked && declaration.rows?.people == .leaveOut
        if isOutside, !handsOutRowsLeftOut { return .leftOut }
        let code = readCode(of: record)
        let fields = zip(fieldIndices, plan.fields).map { index, field in
            Self.text(of: record[index]).flatMap { plan.profile.normalise($0, as: field.kind) }
        }
        let localPerson = localPersonIndex.flatMap { Self.text(of: record[$0]) }.map { Array(WhiteSpace.trimmed($0)) }
        if isMarked, case .failure(let reason) = code, reason != .missing, localPerson?.isEmpty ?? true {
            throw RegisterError(.markWithoutCode(reason), at: record.place, column: source.identityColumn)
        }
        if case .failure(let reason) = code, fields.allSatisfy({ $0 == nil }), localPerson?.isEmpty ?? true {
            guard isKept, !isMarked else { return .leftOut }
            return .refused(reason, quality: quality { try? columns[$0].value(of: record[columns[$0].index]) })
        }
        var values: [FieldValue] = []
        if isKept {
            values.reserveCapacity(columns.count)
            for index in columns.indices {
                let field = record[columns[index].index]
                do throws(RegisterError.Kind) {
                    values.append(try columns[index].countedValue(of: field))
                    if columns[index].mayHoldCode, holdsCode(field) { throw .identityCodeInColumn }
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
                if try !condition.holds(of: record[condition.index]) { isKept = false }
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
                case .code(let text)? where !scheme.containsCode(Array(text.utf8)[...]): quality.group = text
                case .boolean(let answer)?: quality.group = answer ? "true" : "false"
                default: break
                }
            }
        }
        return quality
    }

    private func readCode(of record: SourceRecord) -> Result<IdentityReading, RefusalReason> {
        guard let identityIndex else { return .failure(.missing) }
        do throws(RefusalReason) { return .success(try reading(of: record[identityIndex])) } catch {
            return .failure(error)
        }
    }

    private func reading(of field: SourceField) throws(RefusalReason) -> IdentityReading {
        switch field {
        case .null: throw .missing
        case .characters(let text), .text(let text):
            try scheme.read(text, owner: declaration.owner)
        case .integer(let number): try scheme.read(Array(String(number).utf8)[...], owner: declaration.owner)
        case .real, .binary: throw .malformed
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

    /// Words and numbers can hold a code, which in some countries is digits only.
    private func holdsCode(_ field: SourceField) -> Bool {
        switch field {
        case .characters(let text), .text(let text): scheme.containsCode(text)
        case .integer(let number): scheme.containsCode(Array(String(number).utf8)[...])
        case .null, .real, .binary: false
        }
    }
}
