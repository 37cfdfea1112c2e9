/// Checks that the keys of records, which begin them, strictly increase as bytes over all blocks that it is shown.
/// [P-01]
struct IncreasingOrder {
    private let keyByteCount: Int
    private var last: [UInt8] = []

    init(keyByteCount: Int) { self.keyByteCount = keyByteCount }

    /// The index in `block` of the first record whose key is not greater than the one before.
    mutating func firstViolation(in block: [UInt8], width: Int) -> Int? {
        let count = block.count / width
        guard count > 0 else { return nil }
        let first = block[..<keyByteCount]
        if !last.isEmpty, !last.lexicographicallyPrecedes(first) { return 0 }
        let violation = block.withUnsafeBytes { bytes -> Int? in
            guard keyByteCount >= 8 else {
                return (1..<count).first { !Self.precedes(bytes, ($0 - 1) * width, $0 * width, keyByteCount) }
            }
            var before = Self.prefix(bytes, at: 0)
            for index in 1..<count {
                let now = Self.prefix(bytes, at: index * width)
                if before > now || before == now,
                    !Self.precedes(bytes, (index - 1) * width, index * width, keyByteCount)
                {
                    return index
                }
                before = now
            }
            return nil
        }
        let start = (count - 1) * width
        last = Array(block[start..<(start + keyByteCount)])
        return violation
    }

    private static func prefix(_ bytes: UnsafeRawBufferPointer, at start: Int) -> UInt64 {
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
    }

    private static func precedes(_ bytes: UnsafeRawBufferPointer, _ left: Int, _ right: Int, _ count: Int) -> Bool {
        bytes[left..<(left + count)].lexicographicallyPrecedes(bytes[right..<(right + count)])
    }
}
