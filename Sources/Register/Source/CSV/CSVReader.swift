/// Reads RFC 4180 records: fields by `,`, `;`, a tab or `|`, lines by CR LF or LF, fields in quotation marks with `""`
/// for one of them and line breaks inside. UTF-8 with or without a byte order mark.
///
/// The parser is the project's own because a register is read once, as a stream of any length, and each mistake must
/// be named with its row, line and column: parsers at hand read the whole file, accept what is malformed, or can't say
/// where it stands. It works on bytes; all characters that mean something in CSV are ASCII, which UTF-8 never uses
/// within another character.
struct CSVReader<Blocks: ByteBlocks>: SourceReader {
    var columns: [String] { layout.columns ?? [] }
    private(set) var header: HeaderReading?
    var cursor = RecordCursor()
    private var cutter: CSVCutter<Blocks>
    private var layout: CSVLayout
    /// Lines read that no batch has told of.
    private var skippedLineCount: Int

    init(
        blocks: Blocks, file: String, delimiter: CSVDelimiter, nullText: String?, quotedNull: Bool = false
    ) throws(RegisterError) {
        let beginning = try CSVBeginning(blocks, file: file, delimiter: delimiter)
        cutter = beginning.cutter
        skippedLineCount = beginning.skippedLineCount
        layout = CSVLayout(file: file, delimiter: beginning.delimiter.byte ?? UInt8(ascii: ","))
        let line = skippedLineCount + 1
        guard let fields = try nextFields() else { throw RegisterError(.emptyFile, file: file) }
        let names = try CSVHeader.names(of: fields, file: file, line: line)
        header = HeaderReading(line: line, delimiter: beginning.delimiter, columnCount: names.count)
        layout.columns = names
        layout.isSelected = Array(repeating: true, count: names.count)
        layout.nullText = nullText.map { Array($0.utf8) }
        layout.quotedNull = quotedNull
    }

    mutating func select(_ columns: Set<Int>) {
        layout.isSelected = self.columns.indices.map(columns.contains)
    }

    mutating func nextBatch() throws(RegisterError) -> (any RecordBatch)? {
        guard let (bytes, ending) = try cutter.next() else { return nil }
        defer { skippedLineCount = 0 }
        return CSVBatch(layout: layout, bytes: bytes, ending: ending, skippedLineCount: skippedLineCount)
    }

    /// The fields of the next record, whatever there are; nil at the end.
    private mutating func nextFields() throws(RegisterError) -> [ArraySlice<UInt8>]? {
        guard let (bytes, ending) = try cutter.nextRecord() else { return nil }
        var layout = layout
        layout.columns = nil
        let records = CSVBatch(layout: layout, bytes: bytes, ending: ending, skippedLineCount: skippedLineCount)
            .split()
        if let failure = records.failure { throw failure }
        skippedLineCount = records.lineCount
        let record = records.record(0, from: BatchOrigin())
        return (0..<record.count).map { record[$0].written ?? [] }
    }

    /// Looks through a few lines, whatever they are separated by: a title above the names is met often.
    mutating func line(of names: [String]) -> Int? {
        for _ in 0..<Self.linesLookedThrough {
            let line = skippedLineCount + 1
            guard let written = try? nextFields() else { return nil }
            let fields = Set(written.map { String(decoding: $0, as: UTF8.self) })
            let text = String(decoding: written.joined(), as: UTF8.self)
            let isSplitOtherwise =
                written.count == 1
                && CSVDelimiter.written.compactMap(\.byte).contains { byte in
                    let parts = text.utf8.split(separator: byte, omittingEmptySubsequences: false).map(String.init)
                    return Set(names).isSubset(of: parts.compactMap(\.self))
                }
            if Set(names).isSubset(of: fields) || isSplitOtherwise { return line }
        }
        return nil
    }

    private static var linesLookedThrough: Int { 8 }
}
