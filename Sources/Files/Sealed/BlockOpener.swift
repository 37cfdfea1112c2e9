internal import Crypto

/// Reads blocks one after the other from bytes at an offset.
struct BlockOpener {
    private let key: SymmetricKey
    private let path: String
    private let start: Int
    /// Of the sealed blocks alone.
    private let sealedByteCount: Int
    private var offset = 0
    private var number: UInt64 = 0
    private var waiting: ArraySlice<UInt8> = []

    init(key: SymmetricKey, path: String, start: Int, sealedByteCount: Int) {
        self.key = key
        self.path = path
        self.start = start
        self.sealedByteCount = sealedByteCount
    }

    /// The next block's plaintext; nil after the last one.
    mutating func nextBlock(_ read: (_ byteCount: Int, _ offset: Int) throws -> [UInt8]) throws -> [UInt8]? {
        if number > 0, offset >= sealedByteCount { return nil }
        let byteCount = min(SealedBlocks.sealedByteCount, sealedByteCount - offset)
        let last = offset + byteCount >= sealedByteCount
        let sealed = try read(max(0, byteCount), start + offset)
        guard sealed.count == byteCount,
            let plain = SealedBlocks.open(sealed, number: number, last: last, key: key),
            last || plain.count == SealedBlocks.plainByteCount
        else { throw FileError.altered(path: path) }
        offset += byteCount
        number += 1
        return plain
    }

    /// Up to `byteCount` bytes; empty only at the end.
    mutating func read(
        upTo byteCount: Int, _ read: (_ byteCount: Int, _ offset: Int) throws -> [UInt8]
    ) throws -> [UInt8] {
        while waiting.isEmpty {
            guard let block = try nextBlock(read) else { return [] }
            waiting = block[...]
        }
        let part = waiting.prefix(max(1, byteCount))
        waiting = waiting.dropFirst(part.count)
        return Array(part)
    }
}
