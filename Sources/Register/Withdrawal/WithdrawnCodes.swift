public import Values

/// Identity codes of people who have withdrawn from a study, as they were listed. Secret; it shows nothing of itself.
public struct WithdrawnCodes: Sendable, CustomReflectable {
    /// In ascending order, each once; as the scheme read them, without white space around them.
    public private(set) var codes: [[UInt8]]

    public init() { codes = [] }

    public var isEmpty: Bool { codes.isEmpty }

    /// Adds those of another list.
    public mutating func add(_ other: WithdrawnCodes) {
        codes = Set(codes).union(other.codes).sorted { $0.lexicographicallyPrecedes($1) }
    }

    // MARK: A list

    /// What is told of a list to whoever gives it.
    public struct Reading: Sendable {
        public var codes = WithdrawnCodes()
        /// Codes that the owner has issued for itself: nobody else knows the person by them.
        public var temporaryCount = 0
    }

    /// Reads a list, all of it or nothing.
    ///
    /// - Parameters:
    ///   - column: its column of codes; nil where it has only one.
    ///   - limit: how many codes there may be.
    /// - Throws: `RegisterError`; for codes that cannot be used with the row of the first, and without any code.
    public static func read(
        _ table: any TableSource, column: String?, owner: ParticipantID, scheme: any IdentityScheme, limit: Int
    ) throws(RegisterError) -> Reading {
        let file = table.name
        var records = try table.makeReader()
        let names = try ColumnNames(records, file: file)
        guard let column = column ?? (records.columns.count == 1 ? records.columns[0] : nil) else {
            throw RegisterError(.columnNotChosen, file: file)
        }
        let indices = try names.indices(of: [column], reader: &records)
        guard let index = indices[column] else { throw RegisterError(.missingColumns([]), file: file) }
        records.select([index])
        var found: Set<[UInt8]> = []
        var temporary: Set<[UInt8]> = []
        while let record = try records.next() {
            let field = record[index]
            do throws(RefusalReason) {
                let read = try scheme.read(field, owner: owner).code
                let text = Array(WhiteSpace.trimmed(field.written ?? []))
                found.insert(text)
                if read.codeClass == .temporary { temporary.insert(text) }
            } catch {
                throw RegisterError(.badWithdrawnCode(error), at: record.place, column: column)
            }
            guard found.count <= limit else { throw RegisterError(.tooManyWithdrawn(limit: limit), file: file) }
        }
        var reading = Reading()
        reading.codes.codes = found.sorted { $0.lexicographicallyPrecedes($1) }
        reading.temporaryCount = temporary.count
        return reading
    }

    // MARK: Kept

    /// One code a line.
    public init?(serialized bytes: [UInt8]) {
        guard bytes.isEmpty || bytes.last == UInt8(ascii: "\n") else { return nil }
        codes = bytes.split(separator: UInt8(ascii: "\n")).map { Array($0) }
    }

    public var serialized: [UInt8] { codes.reduce(into: []) { $0 += $1 + [UInt8(ascii: "\n")] } }

    /// Without children, so that no reflection prints a code.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
