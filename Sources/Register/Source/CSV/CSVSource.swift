/// A file of separated values with a header line, UTF-8 (RFC 4180).
public struct CSVSource: TableSource {
    public var path: String
    public var delimiter: CSVDelimiter
    /// Whether decimal numbers are written 12,50 and not 12.50.
    public var hasDecimalComma: Bool
    /// An empty field, or one that equals this, is null; in quotation marks not so where the column is text.
    public var nullText: String?
    /// Whether quotation marks make no difference in text either.
    public var quotedNull: Bool

    public init(
        path: String, delimiter: CSVDelimiter = .detect, decimalComma: Bool = false, nullText: String? = nil,
        quotedNull: Bool = false
    ) {
        self.path = path
        self.delimiter = delimiter
        hasDecimalComma = decimalComma
        self.nullText = nullText
        self.quotedNull = quotedNull
    }

    public var name: String { path }

    public func makeReader() throws(RegisterError) -> any SourceReader {
        try CSVReader(
            blocks: try FileBlocks(path: path), file: path, delimiter: delimiter, nullText: nullText,
            quotedNull: quotedNull)
    }
}
