public import PSIProtocol

/// One row of a register as the agreement declares it. Secret.
public enum RegisterRow: Sendable, CustomReflectable {
    case row(ReadRow)
    /// Nothing in the row says who it is about; nothing else of it was looked at but what its quality is reported by.
    case refused(RefusalReason, quality: QualityValues)

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
    /// The declared columns' values in order.
    public let values: [FieldValue]
    let quality: QualityValues

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
    private let scheme: any IdentityScheme
    private var records: any RecordReader
    private let identityIndex: Int?
    private let localPersonIndex: Int?
    /// Of the plan's fields, in order.
    private let fieldIndices: [Int]
    private let columns: [Column]

    private struct Column {
        let index: Int
        /// The source's name.
        let name: String
        let parser: ColumnParser
    }

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
        let declared = Set(declaration.columns.map(\.name))
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
        let wanted = declaration.columns.map { source.columnNames[$0.name] ?? $0.name }
        let fieldNames = plan.fields.compactMap { source.matchColumns[$0.name] }
        let identifying = [source.identityColumn, source.personColumn].compactMap { $0 }
        for name in identifying where wanted.contains(name) {
            throw RegisterError(.identityColumnReleased, file: file, column: name)
        }
        var missing: [RegisterError.MissingColumn] = []
        for name in identifying + fieldNames + wanted where indices[name] == nil {
            if missing.contains(where: { $0.name == name }) { continue }
            missing.append(RegisterError.MissingColumn(name: name, suggestion: NearName.of(name, among: names)))
        }
        guard missing.isEmpty else { throw RegisterError(.missingColumns(missing), file: file) }
        identityIndex = source.identityColumn.flatMap { indices[$0] }
        localPersonIndex = source.personColumn.flatMap { indices[$0] }
        fieldIndices = fieldNames.compactMap { indices[$0] }
        var columns: [Column] = []
        for (column, name) in zip(declaration.columns, wanted) {
            guard let index = indices[name] else { continue }
            let parser = ColumnParser(declaration: column, hasDecimalComma: source.hasDecimalComma)
            columns.append(Column(index: index, name: name, parser: parser))
        }
        self.columns = columns
        records.select(Set(columns.map(\.index) + fieldIndices + [identityIndex, localPersonIndex].compactMap { $0 }))
    }

    /// The next row, or nil at the end. After an error the reader is of no more use.
    public mutating func next() throws(RegisterError) -> RegisterRow? {
        guard let record = try records.next() else { return nil }
        let code = readCode(of: record)
        let fields = zip(fieldIndices, plan.fields).map { index, field in
            Self.text(of: record[index]).flatMap { plan.profile.normalise($0, as: field.kind) }
        }
        let localPerson = localPersonIndex.flatMap { Self.text(of: record[$0]) }.map { Array(WhiteSpace.trimmed($0)) }
        if case .failure(let reason) = code, fields.allSatisfy({ $0 == nil }), localPerson?.isEmpty ?? true {
            return .refused(reason, quality: quality { try? columns[$0].parser.value(of: record[columns[$0].index]) })
        }
        var values: [FieldValue] = []
        values.reserveCapacity(columns.count)
        for column in columns {
            let field = record[column.index]
            do throws(RegisterError.Kind) {
                values.append(try column.parser.value(of: field))
                if holdsCode(field, of: column) { throw .identityCodeInColumn }
            } catch {
                throw RegisterError(error, at: record.place, column: column.name)
            }
        }
        return .row(
            ReadRow(
                code: code, localPerson: localPerson?.isEmpty ?? true ? nil : localPerson, fields: fields,
                values: values,
                quality: quality { values[$0] }))
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

    /// Columns of words and of numbers can hold a code, which in some countries is digits only; dates and booleans have
    /// another form.
    private func holdsCode(_ field: SourceField, of column: Column) -> Bool {
        switch column.parser.declaration.type {
        case .date, .boolean: false
        case .integer, .decimal, .code, .text:
            switch field {
            case .characters(let text), .text(let text): scheme.containsCode(text)
            case .integer(let number): scheme.containsCode(Array(String(number).utf8)[...])
            case .null, .real, .binary: false
            }
        }
    }
}
