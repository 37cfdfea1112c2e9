/// A table or a view of an SQLite database.
public struct SQLiteSource: TableSource {
    public var path: String
    public var table: String

    public init(path: String, table: String) {
        self.path = path
        self.table = table
    }

    public var name: String { path }

    public func makeReader() throws(RegisterError) -> any SourceReader {
        try SQLiteReader(path: path, table: table)
    }
}
