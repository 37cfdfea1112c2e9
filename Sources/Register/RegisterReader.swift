public import PSIProtocol

/// One row of a register as the agreement declares it.
public enum RegisterRow: Sendable, CustomReflectable {
    /// - identity: what is hashed for the person, see `PersonIdentity`. Secret.
    /// - values: the declared columns' values in order. Secret.
    case row(identity: [UInt8], values: [FieldValue])
    /// The row's identity is not used; nothing else of the row was looked at.
    case refused(RefusalReason)

    /// Without children, so that no reflection prints a row.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Reads a register's rows as the agreement declares them: an identity, then one typed value a column.
///
/// The first value that doesn't fit its column ends the reading, since a register that differs from its agreement must
/// not be used in part. So does an identity code in a released column.
public struct RegisterReader {
    public let declaration: RegisterDeclaration
    public let source: RegisterSource
    private let scheme: any IdentityScheme
    private var records: any RecordReader
    private let identityIndex: Int
    private let columns: [Column]

    private struct Column {
        let index: Int
        /// The source's name.
        let name: String
        let parser: ColumnParser
    }

    /// Opens the source and finds the columns.
    ///
    /// - Parameter scheme: how identities are written.
    /// - Throws: `RegisterError`, among others with all missing columns at once.
    public init(
        declaration: RegisterDeclaration, source: RegisterSource, scheme: any IdentityScheme = FinnishIdentityScheme()
    ) throws(RegisterError) {
        self.declaration = declaration
        self.source = source
        self.scheme = scheme
        let file = source.path
        let declared = Set(declaration.columns.map(\.name))
        let unknown = source.columnNames.keys.filter { !declared.contains($0) }.sorted()
        if !unknown.isEmpty { throw RegisterError(.unknownMapping(unknown), file: file) }

        records = try source.makeReader()
        let names = records.columns
        let indices = Dictionary(zip(names, names.indices)) { first, _ in first }
        let wanted = declaration.columns.map { source.columnNames[$0.name] ?? $0.name }
        if wanted.contains(source.identityColumn) {
            throw RegisterError(.identityColumnReleased, file: file, column: source.identityColumn)
        }
        var missing: [RegisterError.MissingColumn] = []
        for name in [source.identityColumn] + wanted where indices[name] == nil {
            if missing.contains(where: { $0.name == name }) { continue }
            missing.append(RegisterError.MissingColumn(name: name, suggestion: NearName.of(name, among: names)))
        }
        guard missing.isEmpty, let identityIndex = indices[source.identityColumn] else {
            throw RegisterError(.missingColumns(missing), file: file)
        }
        self.identityIndex = identityIndex
        var columns: [Column] = []
        for (column, name) in zip(declaration.columns, wanted) {
            guard let index = indices[name] else { continue }
            let parser = ColumnParser(declaration: column, hasDecimalComma: source.hasDecimalComma)
            columns.append(Column(index: index, name: name, parser: parser))
        }
        self.columns = columns
        records.select(Set(columns.map(\.index) + [identityIndex]))
    }

    /// The next row, or nil at the end. After an error the reader is of no more use.
    public mutating func next() throws(RegisterError) -> RegisterRow? {
        guard let record = try records.next() else { return nil }
        let identity: PersonIdentity
        do throws(RefusalReason) {
            identity = try self.identity(of: record[identityIndex])
        } catch {
            return .refused(error)
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
        return .row(identity: identity.bytes, values: values)
    }

    private func identity(of field: SourceField) throws(RefusalReason) -> PersonIdentity {
        switch field {
        case .null: throw .missing
        case .characters(let text), .text(let text):
            try scheme.identity(of: text, owner: declaration.owner)
        case .integer, .real, .binary: throw .malformed
        }
    }

    /// Only columns of words can hold a code; numbers, dates and booleans have another form.
    private func holdsCode(_ field: SourceField, of column: Column) -> Bool {
        switch (column.parser.declaration.type, field) {
        case (.code, .characters(let text)), (.code, .text(let text)), (.text, .characters(let text)),
            (.text, .text(let text)):
            scheme.containsCode(text)
        default: false
        }
    }
}
