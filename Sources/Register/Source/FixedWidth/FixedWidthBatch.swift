/// How a file's lines are split into fields.
struct FixedWidthLayout: Sendable {
    let file: String
    let columns: [FixedWidthColumn]
    /// Characters of a line.
    let lineLength: Int
    let isEmptyMissing: Bool
    let nullText: [UInt8]?
    /// Of each column, whether its fields are asked for.
    var isSelected: [Bool]

    init(_ source: FixedWidthSource) {
        file = source.name
        columns = source.layout
        lineLength = source.lineLength ?? source.layout.map(\.end).max() ?? 0
        isEmptyMissing = source.empty == .missing
        nullText = source.nullText.map { Array($0.utf8) }
        isSelected = Array(repeating: true, count: columns.count)
    }
}

/// Text of whole lines, one after the other. Secret.
struct FixedWidthBatch: RecordBatch {
    let layout: FixedWidthLayout
    let bytes: [UInt8]
    let ending: TextEnding
    /// Lines before the text that belong to no batch.
    let skippedLineCount: Int

    var byteCount: Int { bytes.count }

    func split() -> SplitRecords {
        var splitter = FixedWidthSplitter(self)
        return splitter.split()
    }
}

/// Splits lines into fields.
private struct FixedWidthSplitter {
    private let batch: FixedWidthBatch
    private let layout: FixedWidthLayout
    private var cells: [SplitRecords.Cell] = []
    private var lines: [Int32] = []
    /// Where each character of the line begins, and where the last ends.
    private var places: [Int] = []

    init(_ batch: FixedWidthBatch) {
        self.batch = batch
        layout = batch.layout
    }

    private var line: Int { batch.skippedLineCount + lines.count + 1 }

    mutating func split() -> SplitRecords {
        var failure: RegisterError?
        do throws(RegisterError) {
            var start = 0
            while start < batch.bytes.count {
                guard let end = batch.bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else {
                    try splitRest(start)
                    break
                }
                try splitLine(start..<end)
                start = end + 1
            }
            if batch.bytes.isEmpty, case .failure(let error) = batch.ending { throw located(error) }
        } catch {
            failure = error
        }
        cells.removeSubrange((lines.count * layout.columns.count)...)
        return SplitRecords(
            file: layout.file, columnCount: layout.columns.count, count: lines.count, bytes: batch.bytes, cells: cells,
            lines: lines, lineCount: line - 1, failure: failure)
    }

    /// The last line, which has no end.
    private mutating func splitRest(_ start: Int) throws(RegisterError) {
        switch batch.ending {
        case .failure(let error): throw located(error)
        case .recordTooLong: throw error(.recordTooLong(byteLimit: RecordLimit.recordByteCount))
        case .recordEnd, .fileEnd: try splitLine(start..<batch.bytes.count)
        }
    }

    private mutating func splitLine(_ whole: Range<Int>) throws(RegisterError) {
        var range = whole
        if range.count > RecordLimit.recordByteCount {
            throw error(.recordTooLong(byteLimit: RecordLimit.recordByteCount))
        }
        if batch.bytes[range].last == UInt8(ascii: "\r") { range = range.lowerBound..<(range.upperBound - 1) }
        if range.count == layout.lineLength, isPlain(range) {
            try endLine { range.lowerBound + $0 }
            return
        }
        try findCharacters(range)
        let places = places
        try endLine { places[$0] }
    }

    /// Whether every character is one byte and may stand in a line.
    private func isPlain(_ range: Range<Int>) -> Bool {
        batch.bytes.withUnsafeBufferPointer { bytes in
            var other: UInt8 = 0
            for byte in UnsafeBufferPointer(rebasing: bytes[range]) {
                other |= byte >= 0x80 || byte == 0 || byte == UInt8(ascii: "\r") ? 1 : 0
            }
            return other == 0
        }
    }

    /// Finds where each character of a line begins, and that there are as many as there must be.
    private mutating func findCharacters(_ range: Range<Int>) throws(RegisterError) {
        let text = batch.bytes[range]
        if !UTF8Validity.isValid(text) { throw error(.invalidUTF8, column: columnOfInvalid(text)) }
        places.removeAll(keepingCapacity: true)
        for index in range where text[index] & 0xC0 != 0x80 {
            if text[index] == 0 { throw error(.nulByte, column: column(at: places.count)) }
            if text[index] == UInt8(ascii: "\r") { throw error(.fixedWidth(.strayCarriageReturn)) }
            if places.count == layout.lineLength { throw error(.fixedWidth(.lineTooLong(expected: layout.lineLength))) }
            places.append(index)
        }
        guard places.count == layout.lineLength else {
            throw error(.fixedWidth(.lineTooShort(expected: layout.lineLength, found: places.count)))
        }
        places.append(range.upperBound)
    }

    /// - Parameter place: where the character of the number begins, 0 for the first, and where the last ends.
    private mutating func endLine(_ place: (Int) -> Int) throws(RegisterError) {
        for (index, column) in layout.columns.enumerated() {
            let field = trimmed(place(column.start - 1)..<place(column.end), column.trim)
            if field.count > RecordLimit.fieldByteCount {
                throw error(.fieldTooLong(byteLimit: RecordLimit.fieldByteCount), column: column.name)
            }
            cells.append(!layout.isSelected[index] || isNull(field) ? .null : cell(field))
        }
        lines.append(Int32(truncatingIfNeeded: line))
    }

    private func cell(_ field: Range<Int>) -> SplitRecords.Cell {
        .characters(
            start: Int32(truncatingIfNeeded: field.lowerBound), end: Int32(truncatingIfNeeded: field.upperBound))
    }

    private func trimmed(_ field: Range<Int>, _ trim: FixedWidthTrim) -> Range<Int> {
        var (start, end) = (field.lowerBound, field.upperBound)
        let space = UInt8(ascii: " ")
        if trim == .both || trim == .end { while end > start, batch.bytes[end - 1] == space { end -= 1 } }
        if trim == .both || trim == .start { while start < end, batch.bytes[start] == space { start += 1 } }
        return start..<end
    }

    private func isNull(_ field: Range<Int>) -> Bool {
        if field.isEmpty { return layout.isEmptyMissing }
        guard let nullText = layout.nullText, nullText.count == field.count else { return false }
        return batch.bytes[field].elementsEqual(nullText)
    }

    // MARK: Errors

    /// The first column that has the character, 0 for the line's first.
    private func column(at character: Int) -> String? {
        layout.columns.first { $0.start - 1 <= character && character < $0.end }?.name
    }

    /// The column in which the first byte stands that is no UTF-8.
    private func columnOfInvalid(_ text: ArraySlice<UInt8>) -> String? {
        var (character, index) = (0, text.startIndex)
        while index < text.endIndex {
            let byteCount =
                switch text[index] {
                case 0xC0...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0...0xFF: 4
                default: 1
                }
            let end = min(index + byteCount, text.endIndex)
            guard UTF8Validity.isValid(text[index..<end]) else { break }
            (character, index) = (character + 1, end)
        }
        return column(at: character)
    }

    /// Why the file could not be read further: at this line, if it is the text that is wrong.
    private func located(_ error: RegisterError) -> RegisterError {
        error.line == nil ? error : self.error(error.kind)
    }

    private func error(_ kind: RegisterError.Kind, column: String? = nil) -> RegisterError {
        RegisterError(kind, file: layout.file, row: lines.count + 1, line: line, column: column)
    }
}
