internal import Values

/// A row's values as bytes, for the way through the sort. Equal rows have equal bytes. It never leaves the node.
enum SortableRow {
    private enum Tag: UInt8 {
        case null, integer, decimal, date, no, yes, code, text
    }

    static func encode(_ values: [FieldValue], into bytes: inout [UInt8]) {
        for value in values {
            switch value {
            case .null: bytes.append(Tag.null.rawValue)
            case .integer(let number):
                bytes.append(Tag.integer.rawValue)
                BigEndian.append(UInt64(bitPattern: number), byteCount: 8, to: &bytes)
            case .decimal(let number): append(number.digits, .decimal, to: &bytes)
            case .date(let date):
                bytes.append(Tag.date.rawValue)
                BigEndian.append(UInt64(date.year * 10_000 + date.month * 100 + date.day), byteCount: 4, to: &bytes)
            case .boolean(let answer): bytes.append(answer ? Tag.yes.rawValue : Tag.no.rawValue)
            case .code(let text): append(text, .code, to: &bytes)
            case .text(let text): append(text, .text, to: &bytes)
            }
        }
    }

    /// Reads `columnCount` values and moves `position` behind them; nil when the bytes are no such row.
    static func decode(_ bytes: [UInt8], columnCount: Int, at position: inout Int) -> [FieldValue]? {
        var values: [FieldValue] = []
        values.reserveCapacity(columnCount)
        for _ in 0..<columnCount {
            guard position < bytes.count, let tag = Tag(rawValue: bytes[position]) else { return nil }
            position += 1
            switch tag {
            case .null: values.append(.null)
            case .no: values.append(.boolean(false))
            case .yes: values.append(.boolean(true))
            case .integer:
                guard let bits = BigEndian.value(bytes, byteCount: 8, at: &position) else { return nil }
                values.append(.integer(Int64(bitPattern: bits)))
            case .date:
                guard let packed = BigEndian.value(bytes, byteCount: 4, at: &position),
                    let date = CalendarDate(
                        year: Int(packed / 10_000), month: Int(packed / 100 % 100), day: Int(packed % 100))
                else { return nil }
                values.append(.date(date))
            case .decimal:
                guard let digits = text(bytes, at: &position), let number = ExactDecimal(digits) else { return nil }
                values.append(.decimal(number))
            case .code:
                guard let code = text(bytes, at: &position) else { return nil }
                values.append(.code(code))
            case .text:
                guard let text = text(bytes, at: &position) else { return nil }
                values.append(.text(text))
            }
        }
        return values
    }

    private static func append(_ text: String, _ tag: Tag, to bytes: inout [UInt8]) {
        bytes.append(tag.rawValue)
        BigEndian.append(UInt64(text.utf8.count), byteCount: 4, to: &bytes)
        bytes.append(contentsOf: text.utf8)
    }

    private static func text(_ bytes: [UInt8], at position: inout Int) -> String? {
        guard let count = BigEndian.value(bytes, byteCount: 4, at: &position), count <= UInt64(bytes.count - position)
        else { return nil }
        defer { position += Int(count) }
        return String(validating: bytes[position..<(position + Int(count))], as: UTF8.self)
    }
}

/// Unsigned numbers of a fixed number of bytes, the most significant first.
enum BigEndian {
    static func append(_ value: UInt64, byteCount: Int, to bytes: inout [UInt8]) {
        for index in stride(from: byteCount - 1, through: 0, by: -1) {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index)))
        }
    }

    static func value(_ bytes: [UInt8], byteCount: Int, at position: inout Int) -> UInt64? {
        guard position >= 0, bytes.count - position >= byteCount else { return nil }
        var value: UInt64 = 0
        for byte in bytes[position..<(position + byteCount)] { value = value << 8 | UInt64(byte) }
        position += byteCount
        return value
    }
}
