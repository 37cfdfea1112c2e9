/// Reads what `SpoolBytes` wrote. Nil is what is not there: the spool was damaged.
struct SpoolCursor {
    private let record: [UInt8]
    private(set) var position: Int

    init(_ record: [UInt8], at position: Int = 0) {
        self.record = record
        self.position = position
    }

    mutating func number(byteCount: Int) -> Int? {
        guard record.count - position >= byteCount else { return nil }
        var number = 0
        for byte in record[position..<(position + byteCount)] { number = number << 8 | Int(byte) }
        position += byteCount
        return number
    }

    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard count >= 0, record.count - position >= count else { return nil }
        defer { position += count }
        return Array(record[position..<(position + count)])
    }

    /// Bytes behind their length.
    mutating func bytes(lengthByteCount: Int) -> [UInt8]? {
        guard let count = number(byteCount: lengthByteCount) else { return nil }
        return bytes(count)
    }

    /// Everything that is left.
    mutating func rest() -> [UInt8] {
        defer { position = record.count }
        return Array(record[position...])
    }
}
