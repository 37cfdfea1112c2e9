/// A tag of 16 bytes as two big-endian numbers.
struct Tag: Comparable {
    private let high: UInt64
    private let low: UInt64

    static let zero = Tag(high: 0, low: 0)

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameter bytes: hold a whole tag from `start`.
    init(_ bytes: UnsafeRawBufferPointer, at start: Int) {
        high = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
        low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self))
    }

    static func < (left: Tag, right: Tag) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }

    /// Writes the tag's 16 bytes to `bytes` from `start`.
    func store(in bytes: UnsafeMutableRawBufferPointer, at start: Int) {
        bytes.storeBytes(of: high.bigEndian, toByteOffset: start, as: UInt64.self)
        bytes.storeBytes(of: low.bigEndian, toByteOffset: start + 8, as: UInt64.self)
    }

    func append(to bytes: inout [UInt8]) {
        withUnsafeBytes(of: high.bigEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: low.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
