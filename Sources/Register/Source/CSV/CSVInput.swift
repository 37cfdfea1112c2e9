/// Splits a stream of bytes into records and fields.
struct CSVInput<Blocks: ByteBlocks> {
    /// Names for errors; empty while the header is read.
    var columns: [String] = []
    /// The line that the next byte belongs to, 1 for the first.
    private(set) var line = 1
    /// `detect` where none was found: then one column is read.
    let delimiterFound: CSVDelimiter

    private var blocks: Blocks
    private let delimiter: UInt8
    private var block: [UInt8]
    private var position = 0
    private var limit: Int

    private static var blockByteCount: Int { 1 << 16 }

    /// What the last byte has led to.
    private enum State {
        case fieldStart, unquoted, quoted
        /// After a quotation mark in a quoted field: its end, or the first half of a doubled one.
        case quoteInQuoted
        /// After a carriage return outside quotation marks.
        case carriageReturn
    }

    /// Reads as far as the header goes, to find its delimiter and drop a byte order mark.
    init(blocks: Blocks, file: String, delimiter: CSVDelimiter) throws(RegisterError) {
        self.blocks = blocks
        var prefix: [UInt8] = []
        var scan = CSVDelimiterScan()
        block = Array(repeating: 0, count: Self.blockByteCount)
        // A header beyond the limit is left to the parser, which says what is wrong with it.
        while !scan.isAtEnd, prefix.count <= RecordLimit.recordByteCount {
            let count = try self.blocks.read(into: &block)
            if count == 0 { break }
            prefix += block[..<count]
            scan.read(block[..<count])
        }
        var start = prefix.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        if let mark = CSVSeparatorLine(prefix[start...]) {
            guard let named = mark.delimiter, delimiter == .detect || delimiter == named else {
                throw RegisterError(.csv(.separatorLineDiffers), file: file, line: 1)
            }
            delimiterFound = named
            start = mark.end
            line = 2
        } else if delimiter == .detect {
            if scan.found.count > 1 { throw RegisterError(.csv(.ambiguousDelimiter), file: file, line: 1) }
            delimiterFound = scan.found.first ?? .detect
        } else {
            delimiterFound = delimiter
        }
        self.delimiter = delimiterFound.byte ?? UInt8(ascii: ",")
        position = start
        limit = prefix.count
        block = prefix
    }

    /// Makes more bytes available; false at the end.
    private mutating func fill() throws(RegisterError) -> Bool {
        if block.count != Self.blockByteCount { block = Array(repeating: 0, count: Self.blockByteCount) }
        position = 0
        limit = 0
        limit = try blocks.read(into: &block)
        return limit > 0
    }

    /// The next record, or nil at the end.
    ///
    /// - Parameters:
    ///   - expectedFieldCount: how many fields it must have; nil for the header.
    ///   - byteCapacity: bytes to set aside for it.
    mutating func next(
        expectedFieldCount: Int?, byteCapacity: Int, place: CSVPlace
    ) throws(RegisterError) -> CSVRecord? {
        if position == limit, try !fill() { return nil }
        var record = CSVRecord(bytes: [])
        record.bytes.reserveCapacity(byteCapacity)
        if let expectedFieldCount { record.fields.reserveCapacity(expectedFieldCount) }
        var state = State.fieldStart
        var fieldStart = 0
        var fieldLine = line
        var isQuoted = false
        var hasNonASCII = false
        /// Bytes of the record taken so far, delimiters and quotation marks counted.
        var byteCount = 0

        /// The error at the field being read.
        func failure(_ kind: RegisterError.Kind, line: Int) -> RegisterError {
            let index = record.fields.count
            let column = index < columns.count && !columns[index].isEmpty ? columns[index] : "#\(index + 1)"
            return Self.error(kind, place, line: line, column: column)
        }

        func endField() throws(RegisterError) {
            if hasNonASCII {
                guard UTF8Validity.isValid(record.bytes[fieldStart...]) else {
                    throw failure(.invalidUTF8, line: fieldLine)
                }
            }
            let count = record.fields.count
            if let expectedFieldCount, count == expectedFieldCount {
                throw Self.error(.tooManyFields(expected: expectedFieldCount), place, line: line, column: nil)
            }
            if count == RecordLimit.columnCount, expectedFieldCount == nil {
                throw Self.error(.tooManyColumns(limit: RecordLimit.columnCount), place, line: line, column: nil)
            }
            record.fields.append(CSVRecord.Field(end: record.bytes.count, isQuoted: isQuoted))
            fieldStart = record.bytes.count
            fieldLine = line
            isQuoted = false
            hasNonASCII = false
            state = .fieldStart
        }

        func endRecord() throws(RegisterError) -> CSVRecord {
            try endField()
            if let expectedFieldCount, record.fields.count < expectedFieldCount {
                throw Self.error(
                    .tooFewFields(expected: expectedFieldCount, found: record.fields.count), place, line: line,
                    column: nil)
            }
            return record
        }

        while true {
            if position == limit, try !fill() {
                if state == .quoted { throw failure(.csv(.unterminatedQuote), line: fieldLine) }
                if state == .carriageReturn { throw failure(.csv(.strayCarriageReturn), line: line) }
                return try endRecord()
            }
            let start = position
            let byte = block[start]
            switch state {
            case .fieldStart where byte == Self.quote:
                isQuoted = true
                state = .quoted
                position += 1
            case .fieldStart, .unquoted:
                // The longest run of plain characters at once, then the byte that ends it.
                let end = endOfPlainRun(&hasNonASCII)
                if end > start {
                    record.bytes += block[start..<end]
                    state = .unquoted
                    position = end
                    break
                }
                position += 1
                if byte == delimiter {
                    try endField()
                } else if byte == Self.lineFeed {
                    defer { line += 1 }
                    return try endRecord()
                } else if byte == Self.carriageReturn {
                    state = .carriageReturn
                } else {
                    throw failure(byte == Self.quote ? .csv(.strayQuote) : .nulByte, line: line)
                }
            case .quoted:
                let end = endOfQuotedRun(&hasNonASCII)
                if end > start {
                    record.bytes += block[start..<end]
                    position = end
                    break
                }
                if byte != Self.quote { throw failure(.nulByte, line: line) }
                position += 1
                state = .quoteInQuoted
            case .quoteInQuoted:
                position += 1
                if byte == Self.quote {
                    record.bytes.append(byte)
                    state = .quoted
                } else if byte == delimiter {
                    try endField()
                } else if byte == Self.lineFeed {
                    defer { line += 1 }
                    return try endRecord()
                } else if byte == Self.carriageReturn {
                    state = .carriageReturn
                } else {
                    throw failure(byte == 0 ? .nulByte : .csv(.textAfterClosingQuote), line: line)
                }
            case .carriageReturn:
                guard byte == Self.lineFeed else { throw failure(.csv(.strayCarriageReturn), line: line) }
                position += 1
                defer { line += 1 }
                return try endRecord()
            }
            byteCount += position - start
            if record.bytes.count - fieldStart > RecordLimit.fieldByteCount {
                throw failure(.fieldTooLong(byteLimit: RecordLimit.fieldByteCount), line: fieldLine)
            }
            if byteCount > RecordLimit.recordByteCount {
                throw Self.error(
                    .recordTooLong(byteLimit: RecordLimit.recordByteCount), place, line: line, column: nil)
            }
        }
    }

    /// The end of the characters from `position` on that are neither delimiter, quotation mark, line break nor NUL.
    private func endOfPlainRun(_ hasNonASCII: inout Bool) -> Int {
        var index = position
        var joined: UInt8 = 0
        while index < limit {
            let byte = block[index]
            if byte == delimiter || byte == Self.lineFeed || byte == Self.carriageReturn || byte == Self.quote
                || byte == 0
            {
                break
            }
            joined |= byte
            index += 1
        }
        if joined >= 0x80 { hasNonASCII = true }
        return index
    }

    /// The end of the characters from `position` on that are neither quotation mark nor NUL; counts their lines.
    private mutating func endOfQuotedRun(_ hasNonASCII: inout Bool) -> Int {
        var index = position
        var joined: UInt8 = 0
        while index < limit {
            let byte = block[index]
            if byte == Self.quote || byte == 0 { break }
            if byte == Self.lineFeed { line += 1 }
            joined |= byte
            index += 1
        }
        if joined >= 0x80 { hasNonASCII = true }
        return index
    }

    private static func error(
        _ kind: RegisterError.Kind, _ place: CSVPlace, line: Int, column: String?
    ) -> RegisterError {
        switch place {
        case .header(let file): RegisterError(kind, file: file, line: line, column: column)
        case .row(let row, let file): RegisterError(kind, file: file, row: row, line: line, column: column)
        }
    }

    private static var quote: UInt8 { UInt8(ascii: "\"") }
    private static var lineFeed: UInt8 { UInt8(ascii: "\n") }
    private static var carriageReturn: UInt8 { UInt8(ascii: "\r") }
}
