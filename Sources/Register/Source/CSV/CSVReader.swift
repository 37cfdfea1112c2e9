/// Reads RFC 4180 records: fields by `,`, `;`, a tab or `|`, lines by CR LF or LF, fields in quotation marks with `""`
/// for one of them and line breaks inside. UTF-8 with or without a byte order mark.
///
/// The parser is the project's own because a register is read once, as a stream of any length, and each mistake must
/// be named with its row, line and column: parsers at hand read the whole file, accept what is malformed, or can't say
/// where it stands. It works on bytes; all characters that mean something in CSV are ASCII, which UTF-8 never uses
/// within another character.
struct CSVReader<Blocks: ByteBlocks>: SourceReader {
    private(set) var columns: [String] = []
    private(set) var header: HeaderReading?
    private var input: CSVInput<Blocks>
    private let file: String
    private let nullText: [UInt8]?
    private let quotedNull: Bool
    private var isSelected: [Bool] = []
    private var row = 0
    /// Size of the last record, which the next one probably has too.
    private var likelyByteCount = 0

    init(
        blocks: Blocks, file: String, delimiter: CSVDelimiter, nullText: String?, quotedNull: Bool = false
    ) throws(RegisterError) {
        self.file = file
        self.nullText = nullText.map { Array($0.utf8) }
        self.quotedNull = quotedNull
        input = try CSVInput(blocks: blocks, file: file, delimiter: delimiter)
        let line = input.line
        guard let header = try input.next(expectedFieldCount: nil, byteCapacity: 0, place: .header(file)) else {
            throw RegisterError(.emptyFile, file: file)
        }
        columns = try CSVHeader.names(of: header, file: file, line: line)
        self.header = HeaderReading(line: line, delimiter: input.delimiterFound, columnCount: columns.count)
        isSelected = Array(repeating: true, count: columns.count)
        input.columns = columns
    }

    mutating func select(_ columns: Set<Int>) {
        isSelected = self.columns.indices.map(columns.contains)
    }

    mutating func next() throws(RegisterError) -> SourceRecord? {
        let line = input.line
        let place = CSVPlace.row(row + 1, file)
        guard
            let record = try input.next(
                expectedFieldCount: columns.count, byteCapacity: likelyByteCount, place: place)
        else { return nil }
        row += 1
        likelyByteCount = record.bytes.count
        var cells: [SourceRecord.Cell] = []
        cells.reserveCapacity(columns.count)
        var start = 0
        for (index, field) in record.fields.enumerated() {
            defer { start = field.end }
            let mayBeNull = quotedNull || !field.isQuoted
            if !isSelected[index] || (mayBeNull && isNull(record.bytes[start..<field.end])) {
                cells.append(.null)
            } else {
                cells.append(.characters(start: Int32(start), end: Int32(field.end)))
            }
        }
        return SourceRecord(place: RecordPlace(file: file, row: row, line: line), bytes: record.bytes, cells: cells)
    }

    /// Looks through a few lines, whatever they are separated by: a title above the names is met often.
    mutating func line(of names: [String]) -> Int? {
        for _ in 0..<Self.linesLookedThrough {
            let line = input.line
            guard let record = try? input.next(expectedFieldCount: nil, byteCapacity: 0, place: .header(file)) else {
                return nil
            }
            var fields: Set<String> = []
            var start = 0
            for field in record.fields {
                fields.insert(String(decoding: record.bytes[start..<field.end], as: UTF8.self))
                start = field.end
            }
            let text = String(decoding: record.bytes, as: UTF8.self)
            let isSplitOtherwise =
                record.fields.count == 1
                && CSVDelimiter.written.compactMap(\.byte).contains { byte in
                    let parts = text.utf8.split(separator: byte, omittingEmptySubsequences: false).map(String.init)
                    return Set(names).isSubset(of: parts.compactMap(\.self))
                }
            if Set(names).isSubset(of: fields) || isSplitOtherwise { return line }
        }
        return nil
    }

    private static var linesLookedThrough: Int { 8 }

    private func isNull(_ text: ArraySlice<UInt8>) -> Bool {
        if text.isEmpty { return true }
        guard let nullText, nullText.count == text.count else { return false }
        return text.elementsEqual(nullText)
    }
}
