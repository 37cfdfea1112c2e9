/// How the header of a file of separated values was read, for whoever wonders why columns are missing.
public struct HeaderReading: Sendable, Equatable {
    /// 1 for the file's first.
    public var line: Int
    public var delimiter: CSVDelimiter
    public var columnCount: Int
    /// A line further down that has all the names.
    public var lineOfNames: Int?

    var sentence: String {
        let columns = columnCount == 1 ? "1 column" : "\(columnCount) columns"
        var sentence = " The header was read from line \(line) as \(columns) separated by \(delimiter.word)."
        if let lineOfNames {
            sentence += " Line \(lineOfNames) has the names: remove what stands above it, and check the delimiter."
        } else if columnCount == 1 {
            sentence += " Check the delimiter."
        }
        return sentence
    }
}
