/// Reads RFC 4180 records: fields by `,` or `;`, lines by CR LF or LF, fields in quotation marks with `""` for one of
/// them and line breaks inside. UTF-8 with or without a byte order mark.
///
/// The parser is the project's own because a register is read once, as a stream of any length, and each mistake must
/// be named with its row, line and column: parsers at hand read the whole file, accept what is malformed, or can't say
/// where it stands. It works on bytes; all characters that mean something in CSV are ASCII, which UTF-8 never uses
/// within another character.
struct CSVRecordReader<Blocks: ByteBlocks>: RecordReader {
    private(set) var columns: [String] = []
    private var input: CSVInput<Blocks>
    private let file: String
    private let nullText: [UInt8]?
    private var isSelected: [Bool] = []
    private var row = 0
    /// Size of the last record, which the next one probably has too.
    private var likelyByteCount = 0

    init(blocks: Blocks, file: String, delimiter: CSVDelimiter, nullText: String?) throws(RegisterError) {
        self.file = file
        self.nullText = nullText.map { Array($0.utf8) }
        input = try CSVInput(blocks: blocks, file: file, delimiter: delimiter)
        guard let header = try input.next(expectedFieldCount: nil, byteCapacity: 0, place: .header(file)) else {
            throw RegisterError(.emptyFile, file: file)
        }
        columns = try CSVHeader.names(of: header, file: file)
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
            if !isSelected[index] || (!field.isQuoted && isNull(record.bytes[start..<field.end])) {
                cells.append(.null)
            } else {
                cells.append(.characters(start: Int32(start), end: Int32(field.end)))
            }
        }
        return SourceRecord(place: RecordPlace(file: file, row: row, line: line), bytes: record.bytes, cells: cells)
    }

    private func isNull(_ text: ArraySlice<UInt8>) -> Bool {
        if text.isEmpty { return true }
        guard let nullText, nullText.count == text.count else { return false }
        return text.elementsEqual(nullText)
    }
}

/// The header line of a CSV file.
private enum CSVHeader {
    static func names(of record: CSVRecord, file: String) throws(RegisterError) -> [String] {
        var names: [String] = []
        var numbers: [String: Int] = [:]
        var start = 0
        for field in record.fields {
            let bytes = record.bytes[start..<field.end]
            start = field.end
            // A file without a header must not have a person's code shown as a column's name.
            if FinnishIdentityScheme().containsCode(bytes) {
                throw RegisterError(.identityCodeInHeader, file: file, line: 1, column: "#\(names.count + 1)")
            }
            let name = String(decoding: bytes, as: UTF8.self)
            names.append(name)
            if let earlier = numbers.updateValue(names.count, forKey: name) {
                throw RegisterError(.duplicateColumns(earlier, names.count), file: file, line: 1)
            }
        }
        return names
    }
}
