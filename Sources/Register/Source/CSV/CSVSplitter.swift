/// Splits text into records and fields.
struct CSVSplitter {
    private let layout: CSVLayout
    private let ending: TextEnding
    private var cells: [SplitRecords.Cell] = []
    /// Characters of fields that have quotation marks within: what cells have behind the text's end.
    private var unquoted: [UInt8] = []
    private let textByteCount: Int
    private var lines: [Int32] = []
    /// The line that the next byte belongs to, 1 for the first.
    private var line: Int

    // Of the record that is being split.
    private var fieldCount = 0
    /// Where it begins.
    private var recordStart = 0
    private var fieldLine = 0

    init(_ batch: CSVBatch) {
        layout = batch.layout
        ending = batch.ending
        line = batch.skippedLineCount + 1
        textByteCount = batch.bytes.count
    }

    mutating func split(_ bytes: [UInt8]) -> SplitRecords {
        var failure: RegisterError?
        let columnCount = layout.columns?.count
        cells.reserveCapacity(bytes.count / 6)
        bytes.withUnsafeBufferPointer { text in
            var position = 0
            while position < text.count {
                let (cellCount, firstLine) = (cells.count, line)
                do throws(RegisterError) {
                    try splitRecord(text, &position)
                    lines.append(Int32(truncatingIfNeeded: firstLine))
                } catch {
                    cells.removeSubrange(cellCount...)
                    failure = error
                    return
                }
            }
        }
        if bytes.isEmpty, case .failure(let error) = ending {
            fieldCount = 0
            failure = located(error)
        }
        return SplitRecords(
            file: layout.file, columnCount: columnCount ?? cells.count, count: lines.count,
            bytes: unquoted.isEmpty ? bytes : bytes + unquoted, cells: cells, lines: lines, lineCount: line - 1,
            failure: failure)
    }

    private mutating func splitRecord(
        _ text: UnsafeBufferPointer<UInt8>, _ position: inout Int
    ) throws(RegisterError) {
        fieldCount = 0
        recordStart = position
        while true {
            fieldLine = line
            let isQuoted = position < text.count && text[position] == Self.quote
            if isQuoted {
                try splitQuoted(text, &position)
            } else {
                try splitPlain(text, &position)
            }
            // Behind the field is what ends it.
            guard position < text.count else {
                switch ending {
                case .fileEnd: return try endRecord()
                case .failure(let error): throw located(error)
                // Neither occurs: such text has a mistake further up.
                case .recordEnd, .recordTooLong: throw recordTooLong(line)
                }
            }
            let byte = text[position]
            position += 1
            if byte == layout.delimiter {
                try checkRecord(position)
                continue
            }
            // That a line feed follows it was checked.
            if byte == Self.carriageReturn { position += 1 }
            try endRecord()
            line += 1
            return
        }
    }

    // MARK: Fields

    /// A field without quotation marks, up to what ends it.
    private mutating func splitPlain(
        _ text: UnsafeBufferPointer<UInt8>, _ position: inout Int
    ) throws(RegisterError) {
        let start = position
        var index = start
        var joined: UInt8 = 0
        let delimiter = layout.delimiter
        while index < text.count {
            let byte = text[index]
            if byte <= Self.quote || byte == delimiter {
                if byte == delimiter || byte == Self.lineFeed || byte == Self.carriageReturn || byte == Self.quote
                    || byte == 0
                {
                    break
                }
            }
            joined |= byte
            index += 1
        }
        try checkRun(text, start..<index, fieldByteCount: 0)
        position = index
        if index < text.count {
            switch text[index] {
            case Self.quote: throw failure(.csv(.strayQuote), line: line)
            case 0: throw failure(.nulByte, line: line)
            default: break
            }
        } else if case .failure(let error) = ending {
            throw located(error)
        }
        // A carriage return that nothing good follows is told before what is wrong with the field.
        if index < text.count, text[index] == Self.carriageReturn {
            try checkLineEnd(text, index)
        }
        try endField(
            .characters(start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: index)),
            UnsafeBufferPointer(rebasing: text[start..<index]), hasNonASCII: joined >= 0x80, mayBeNull: true)
    }

    /// A field in quotation marks, up to what ends it.
    private mutating func splitQuoted(
        _ text: UnsafeBufferPointer<UInt8>, _ position: inout Int
    ) throws(RegisterError) {
        position += 1
        try checkRecord(position)
        let start = position
        let unquotedStart = unquoted.count
        var runStart = start
        var joined: UInt8 = 0
        while true {
            var index = runStart
            var lineCount = 0
            while index < text.count, text[index] != Self.quote, text[index] != 0 {
                if text[index] == Self.lineFeed { lineCount += 1 }
                joined |= text[index]
                index += 1
            }
            try checkRun(text, runStart..<index, fieldByteCount: unquoted.count - unquotedStart)
            line += lineCount
            position = index
            guard index < text.count else {
                if case .failure(let error) = ending { throw located(error) }
                throw failure(.csv(.unterminatedQuote), line: fieldLine)
            }
            guard text[index] == Self.quote else { throw failure(.nulByte, line: line) }
            position += 1
            try checkRecord(position)
            let isDoubled = position < text.count && text[position] == Self.quote
            if isDoubled || unquoted.count > unquotedStart {
                unquoted.append(contentsOf: UnsafeBufferPointer(rebasing: text[runStart..<index]))
            }
            guard isDoubled else { break }
            unquoted.append(Self.quote)
            position += 1
            if unquoted.count - unquotedStart > RecordLimit.fieldByteCount { throw fieldTooLong() }
            try checkRecord(position)
            runStart = position
        }
        if position < text.count {
            let byte = text[position]
            guard byte == layout.delimiter || byte == Self.lineFeed || byte == Self.carriageReturn else {
                throw failure(byte == 0 ? .nulByte : .csv(.textAfterClosingQuote), line: line)
            }
            if byte == Self.carriageReturn { try checkLineEnd(text, position) }
        } else if case .failure(let error) = ending {
            throw located(error)
        }
        let mayBeNull = layout.quotedNull
        if unquoted.count > unquotedStart {
            let cell = SplitRecords.Cell.characters(
                start: Int32(truncatingIfNeeded: textByteCount + unquotedStart),
                end: Int32(truncatingIfNeeded: textByteCount + unquoted.count))
            let field = Array(unquoted[unquotedStart...])
            return try field.withUnsafeBufferPointer { field throws(RegisterError) in
                try endField(cell, field, hasNonASCII: joined >= 0x80, mayBeNull: mayBeNull)
            }
        }
        let end = position - 1
        try endField(
            .characters(start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: end)),
            UnsafeBufferPointer(rebasing: text[start..<end]), hasNonASCII: joined >= 0x80, mayBeNull: mayBeNull)
    }

    /// That a line feed follows a carriage return.
    private func checkLineEnd(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) throws(RegisterError) {
        try checkRecord(index + 1)
        if index + 1 == text.count, case .failure(let error) = ending { throw located(error) }
        guard index + 1 < text.count, text[index + 1] == Self.lineFeed else {
            throw failure(.csv(.strayCarriageReturn), line: line)
        }
    }

    private mutating func endField(
        _ cell: SplitRecords.Cell, _ field: UnsafeBufferPointer<UInt8>, hasNonASCII: Bool, mayBeNull: Bool
    ) throws(RegisterError) {
        if hasNonASCII, !UTF8Validity.isValid(field) { throw failure(.invalidUTF8, line: fieldLine) }
        guard let columns = layout.columns else {
            if fieldCount == RecordLimit.columnCount {
                throw error(.tooManyColumns(limit: RecordLimit.columnCount), line: line)
            }
            fieldCount += 1
            cells.append(cell)
            return
        }
        if fieldCount == columns.count { throw error(.tooManyFields(expected: columns.count), line: line) }
        cells.append(!layout.isSelected[fieldCount] || mayBeNull && isNull(field) ? .null : cell)
        fieldCount += 1
    }

    private func endRecord() throws(RegisterError) {
        guard let columns = layout.columns, fieldCount < columns.count else { return }
        throw error(.tooFewFields(expected: columns.count, found: fieldCount), line: line)
    }

    private func isNull(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if text.isEmpty { return true }
        guard let nullText = layout.nullText, nullText.count == text.count else { return false }
        return text.elementsEqual(nullText)
    }

    // MARK: Limits

    /// - Parameters:
    ///   - run: characters of a field.
    ///   - fieldByteCount: how many the field has before them.
    private func checkRun(
        _ text: UnsafeBufferPointer<UInt8>, _ run: Range<Int>, fieldByteCount: Int
    ) throws(RegisterError) {
        // How many of the run are too many.
        let ofField = RecordLimit.fieldByteCount - fieldByteCount + 1
        let ofRecord = RecordLimit.recordByteCount - (run.lowerBound - recordStart) + 1
        if run.count < min(ofField, ofRecord) { return }
        if ofField <= ofRecord { throw fieldTooLong() }
        let lineCount = text[run.prefix(ofRecord)].count { $0 == Self.lineFeed }
        throw recordTooLong(line + lineCount)
    }

    private func checkRecord(_ position: Int) throws(RegisterError) {
        if position - recordStart > RecordLimit.recordByteCount { throw recordTooLong(line) }
    }

    // MARK: Errors

    private func fieldTooLong() -> RegisterError {
        failure(.fieldTooLong(byteLimit: RecordLimit.fieldByteCount), line: fieldLine)
    }

    private func recordTooLong(_ line: Int) -> RegisterError {
        error(.recordTooLong(byteLimit: RecordLimit.recordByteCount), line: line)
    }

    /// Why the file could not be read further: at the field that is being read, if it is the text that is wrong.
    private func located(_ error: RegisterError) -> RegisterError {
        error.line == nil ? error : failure(error.kind, line: line)
    }

    /// The error at the field that is being read.
    private func failure(_ kind: RegisterError.Kind, line: Int) -> RegisterError {
        let names = layout.columns ?? []
        let isNamed = fieldCount < names.count && !names[fieldCount].isEmpty
        return error(kind, line: line, column: isNamed ? names[fieldCount] : "#\(fieldCount + 1)")
    }

    private func error(_ kind: RegisterError.Kind, line: Int, column: String? = nil) -> RegisterError {
        RegisterError(
            kind, file: layout.file, row: layout.columns == nil ? nil : lines.count + 1, line: line, column: column)
    }

    private static var quote: UInt8 { UInt8(ascii: "\"") }
    private static var lineFeed: UInt8 { UInt8(ascii: "\n") }
    private static var carriageReturn: UInt8 { UInt8(ascii: "\r") }
}
