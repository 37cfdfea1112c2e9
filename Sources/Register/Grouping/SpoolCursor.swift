/// Reads what `SpoolBytes` wrote. Nil is what is not there: the spool was damaged.
///
/// What it hands out are views of the bytes that it was given, and end with them.
struct SpoolCursor {
    private let record: UnsafeRawBufferPointer
    private(set) var position: Int

    init(_ record: UnsafeRawBufferPointer, at position: Int = 0) {
        self.record = record
        self.position = position
    }

    mutating func number(byteCount: Int) -> Int? {
        guard record.count - position >= byteCount else { return nil }
        var number = 0
        for index in position..<(position + byteCount) { number = number << 8 | Int(record[index]) }
        position += byteCount
        return number
    }

    mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, record.count - position >= count else { return nil }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: record[position..<(position + count)])
    }

    /// Bytes behind their length.
    mutating func bytes(lengthByteCount: Int) -> UnsafeRawBufferPointer? {
        guard let count = number(byteCount: lengthByteCount) else { return nil }
        return bytes(count)
    }

    /// Everything that is left.
    mutating func rest() -> UnsafeRawBufferPointer {
        defer { position = record.count }
        return UnsafeRawBufferPointer(rebasing: record[position...])
    }
}
