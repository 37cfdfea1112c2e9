/// A file without separators, in whose lines each column stands at its place.
public struct FixedWidthSource: TableSource {
    public var file: TextFile
    public var layout: [FixedWidthColumn]
    /// Characters of every line; nil if a line ends where its last column does.
    public var lineLength: Int?
    /// Lines at the beginning that hold no rows.
    public var skippedLineCount: Int
    public var empty: FixedWidthEmpty
    public var hasDecimalComma: Bool
    /// A field that equals this is null.
    public var nullText: String?

    /// The last character that a column may have.
    static let longestLine = 1 << 20

    public init(
        file: TextFile, layout: [FixedWidthColumn], lineLength: Int? = nil, skippedLineCount: Int = 0,
        empty: FixedWidthEmpty = .missing, decimalComma: Bool = false, nullText: String? = nil
    ) {
        self.file = file
        self.layout = layout
        self.lineLength = lineLength
        self.skippedLineCount = skippedLineCount
        self.empty = empty
        hasDecimalComma = decimalComma
        self.nullText = nullText
    }

    public var name: String { file.path }

    public func makeReader() throws(RegisterError) -> any SourceReader {
        let blocks = try file.open()
        return try reader(blocks)
    }

    func reader(_ blocks: some ByteBlocks) throws(RegisterError) -> any SourceReader {
        try FixedWidthReader(blocks, self)
    }
}
