/// Where a register's rows are and what its columns are called there: one entry of a node's configuration.
public struct RegisterSource: Sendable, Equatable {
    public var location: Location
    /// Name in the source of the column that holds the personal identity code; nil if it has none.
    public var identityColumn: String?
    /// Name in the source of the column by which the owner itself tells people apart, such as a client number; rows of people
    /// without an identity code are gathered by it.
    public var personColumn: String?
    /// The source's column for each of the agreement's match fields that the register has, by the field's name.
    public var matchColumns: [String: String]
    /// Codes that people had before, if the owner keeps them.
    public var history: IdentityHistorySource?
    /// The source's name for a column of the agreement where the two differ, by the agreement's name.
    public var columnNames: [String: String]
    /// Lists of people who are never to be released; read anew whenever the register is.
    public var neverRelease: [NeverReleaseSource] = []
    /// The column that marks rows of people who are never to be released.
    public var neverReleaseColumn: NeverReleaseColumn?

    public enum Location: Sendable, Equatable {
        /// A file of comma-separated values with a header line, UTF-8 (RFC 4180).
        ///
        /// An empty field, or one that equals `nullText`, is null; in quotation marks not so where the column is text.
        /// - `decimalComma`: decimal numbers are written 12,50 and not 12.50.
        /// - `quotedNull`: quotation marks make no difference in text either.
        case csv(
            path: String, delimiter: CSVDelimiter = .detect, decimalComma: Bool = false, nullText: String? = nil,
            quotedNull: Bool = false)
        /// A table or a view of an SQLite database.
        case sqlite(path: String, table: String)
        /// A table, a view or a query of a PostgreSQL database.
        case postgreSQL(PostgreSQLSource)
    }

    public init(
        _ location: Location, identityColumn: String?, columnNames: [String: String] = [:],
        personColumn: String? = nil, matchColumns: [String: String] = [:], history: IdentityHistorySource? = nil
    ) {
        self.location = location
        self.identityColumn = identityColumn
        self.columnNames = columnNames
        self.personColumn = personColumn
        self.matchColumns = matchColumns
        self.history = history
    }

    /// Whether somebody may have to be left out.
    var screensPeople: Bool { !neverRelease.isEmpty || neverReleaseColumn != nil }

    /// The file, or what stands for it in errors: server, database and table.
    public var path: String {
        switch location {
        case .csv(let path, _, _, _, _): path
        case .sqlite(let path, _): path
        case .postgreSQL(let source): source.name
        }
    }

    /// Whether text in decimal columns has a comma as its decimal sign.
    var hasDecimalComma: Bool {
        switch location {
        case .csv(_, _, let decimalComma, _, _): decimalComma
        case .sqlite, .postgreSQL: false
        }
    }

    /// The text that stands for a missing value.
    var nullText: [UInt8]? {
        guard case .csv(_, _, _, let nullText?, _) = location else { return nil }
        return Array(nullText.utf8)
    }

    /// Opens the source and reads its columns' names. A database is read from the state it has at this moment.
    public func makeReader() throws(RegisterError) -> any SourceReader {
        switch location {
        case .csv(let path, let delimiter, _, let nullText, let quotedNull):
            try CSVReader(
                blocks: try FileBlocks(path: path), file: path, delimiter: delimiter, nullText: nullText,
                quotedNull: quotedNull)
        case .sqlite(let path, let table):
            try SQLiteReader(path: path, table: table)
        case .postgreSQL(let source):
            try PostgreSQLReader(source)
        }
    }
}
