/// Where a record stands in its source.
public struct RecordPlace: Sendable, Equatable {
    /// The file as the configuration names it; of a database server, its host, database and table.
    public let file: String
    /// 1 for the first row of data.
    public let row: Int
    /// Of a file of lines, the one on which the record begins, 1 for the first.
    public let line: Int?

    public init(file: String, row: Int, line: Int?) {
        self.file = file
        self.row = row
        self.line = line
    }
}
