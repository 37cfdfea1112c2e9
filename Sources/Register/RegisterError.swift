public import Values

/// Why a register could not be read: what is wrong, where, and what the operator can do.
///
/// It names files, rows and columns and never holds a value of a row. Names that come from a file are shortened and
/// their control characters replaced in `description`.
public struct RegisterError: Error, Sendable, Equatable {
    public let kind: Kind
    /// The file as the configuration names it; of a database server, its host, database and table.
    public let file: String
    /// Data row, 1 for the first after the header; nil when the trouble is not in one row.
    public let row: Int?
    /// Of a file of lines, which one it is, 1 for the first.
    public let line: Int?
    /// The column's name in the source, or `#` and its number where it has no name.
    public let column: String?
    /// Where columns are missing in a file of separated values, how its header was read.
    public let header: HeaderReading?

    public init(
        _ kind: Kind, file: String, row: Int? = nil, line: Int? = nil, column: String? = nil,
        header: HeaderReading? = nil
    ) {
        self.header = header
        self.kind = kind
        self.file = file
        self.row = row
        self.line = line
        self.column = column
    }

    init(_ kind: Kind, at place: RecordPlace, column: String? = nil) {
        self.init(kind, file: place.file, row: place.row, line: place.line, column: column)
    }

    /// What is wrong. An error of its own where the place is not known yet.
    public enum Kind: Error, Equatable {
        // The file.
        case fileNotFound
        case permissionDenied
        case notAFile
        /// The system's error number.
        case readFailed(errno: Int32)
        /// The file was written to while it was read.
        case fileChanged
        case emptyFile

        // Its form.
        case invalidUTF8
        case nulByte
        case tooManyFields(expected: Int)
        case tooFewFields(expected: Int, found: Int)
        case fieldTooLong(byteLimit: Int)
        case recordTooLong(byteLimit: Int)
        case tooManyColumns(limit: Int)
        /// Two columns have one name that is asked for; their numbers, 1 for the first.
        case duplicateColumns(Int, Int)
        /// A header field is a personal identity code: the file has no header.
        case identityCodeInHeader

        // Its kind.
        /// `others`: some that are there, where none is near.
        case missingTable(name: String, suggestion: String?, others: [String] = [])
        /// What only this kind of source has.
        case source(AnySourceFailure)

        // What the configuration asks for.
        case missingColumns([MissingColumn])
        /// The configuration renames columns that the agreement doesn't declare.
        case unknownMapping([String])
        /// The agreement would release the column that holds the identity.
        case identityColumnReleased
        /// The configuration has no columns for these match fields of the agreement.
        case unmappedFields([String])
        /// There is neither a column of identity codes nor a match key that does without.
        case noIdentityColumn
        /// The configuration names one column of a history twice.
        case historyColumnsAreOne
        /// A history has more pairs than can be held.
        case tooManyFormerCodes(limit: Int)

        // The values.
        case wrongType(expected: ColumnType)
        case nullNotAllowed(expected: ColumnType)
        case binaryValue
        case valueTooLong(expected: ColumnType, byteLimit: Int)
        case identityCodeInColumn
        /// Columns and how many of their values the agreement's maps lack.
        case unmappedValues([UnmappedValues])
        /// A number cannot be rounded within its type.
        case notRoundable

        // Who is never to be released.
        /// A list has something that is no usable code.
        case badNeverReleaseCode(RefusalReason)
        case tooManyNeverReleased(limit: Int)
        /// A list of people who withdraw from a study has several columns.
        case columnNotChosen
        /// It has something that is no code.
        case badWithdrawnCode(RefusalReason)
        case tooManyWithdrawn(limit: Int)
        /// The column that marks people holds a value that is not foreseen.
        case unreadableMark
        /// A row marks somebody whose code cannot be read.
        case markWithoutCode(RefusalReason)
        /// Under the agreement, nobody can be kept out of this cohort.
        case neverReleaseNotKept(cohort: String)

        // What is only counted.
        case tooFewUsableCodes(usable: Int, rows: Int, percent: Int, shapes: CodeShapes)
        case tooFewUsablePairs(usable: Int, rows: Int, percent: Int)
        case tooFewReadableDates(field: String, readable: Int, rows: Int, percent: Int)
        case tooFewPeople(Int, least: Int)

        // Gathering a person's rows.
        case tooManyRowsOfPerson(limit: Int)
        case personTooLarge(byteLimit: Int)
        /// A column of people names one person in more rows than anybody may have.
        case tooManyRowsNamePerson(limit: Int)
        /// A column of people names one person so often that the links need more cells than agreed.
        case tooManyCellsOfNamed(Int, limit: Int)
        /// What the spool said.
        case spoolFailed(String)
        case spoolDamaged
        case cancelled
    }

    /// A column's values that its map lacks.
    public struct UnmappedValues: Sendable, Equatable {
        public let column: String
        public let count: Int
    }

    /// A column that is asked for and is not there, and the nearest name that is.
    public struct MissingColumn: Sendable, Equatable {
        public let name: String
        public let suggestion: String?

        public init(name: String, suggestion: String?) {
            self.name = name
            self.suggestion = suggestion
        }
    }
}

extension RegisterError: CustomStringConvertible {
    /// One or two sentences: where, what, and what to do.
    public var description: String {
        var place = ShownName.of(file)
        if let row { place += ", row \(row)" }
        if let line { place += row == nil ? ", line \(line)" : " (line \(line))" }
        if let column { place += ", column \(ShownName.of(column))" }
        return "\(place): \(kind.sentence)\(header?.sentence ?? "")"
    }
}
