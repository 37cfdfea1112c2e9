/// A file of separated values with a header line (RFC 4180).
public struct CSVSource: TableSource {
    public var file: TextFile
    public var delimiter: CSVDelimiter
    /// Whether decimal numbers are written 12,50 and not 12.50.
    public var hasDecimalComma: Bool
    /// An empty field, or one that equals this, is null; in quotation marks not so where the column is text.
    public var nullText: String?
    /// Whether quotation marks make no difference in text either.
    public var quotedNull: Bool

    public init(
        file: TextFile, delimiter: CSVDelimiter = .detect, decimalComma: Bool = false, nullText: String? = nil,
        quotedNull: Bool = false
    ) {
        self.file = file
        self.delimiter = delimiter
        hasDecimalComma = decimalComma
        self.nullText = nullText
        self.quotedNull = quotedNull
    }

    /// A file in UTF-8, compressed if its name says so.
    public init(
        path: String, delimiter: CSVDelimiter = .detect, decimalComma: Bool = false, nullText: String? = nil,
        quotedNull: Bool = false
    ) {
        self.init(
            file: TextFile(path: path), delimiter: delimiter, decimalComma: decimalComma, nullText: nullText,
            quotedNull: quotedNull)
    }

    public var name: String { file.path }

    public func makeReader() throws(RegisterError) -> any SourceReader {
        let blocks = try file.open()
        return try reader(blocks)
    }

    private func reader(_ blocks: some ByteBlocks) throws(RegisterError) -> any SourceReader {
        try CSVReader(
            blocks: blocks, file: name, delimiter: delimiter, nullText: nullText, quotedNull: quotedNull)
    }
}
