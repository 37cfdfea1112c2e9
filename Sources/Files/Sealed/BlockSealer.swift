internal import Crypto

/// Cuts what is appended into blocks and hands the sealed ones on. A class, for a copy would use nonces again.
final class BlockSealer {
    private let key: SymmetricKey
    private var number: UInt64 = 0
    private var waiting: [UInt8] = []
    private(set) var plainByteCount = 0

    init(key: SymmetricKey) {
        self.key = key
        waiting.reserveCapacity(SealedBlocks.plainByteCount)
    }

    /// A full block is kept back until more comes, since it may be the last.
    func append(_ bytes: [UInt8], to write: ([UInt8]) throws -> Void) throws {
        plainByteCount += bytes.count
        var rest = bytes[...]
        while !rest.isEmpty {
            if waiting.count == SealedBlocks.plainByteCount { try flush(last: false, to: write) }
            let part = rest.prefix(SealedBlocks.plainByteCount - waiting.count)
            waiting += part
            rest = rest.dropFirst(part.count)
        }
    }

    func finish(to write: ([UInt8]) throws -> Void) throws { try flush(last: true, to: write) }

    private func flush(last: Bool, to write: ([UInt8]) throws -> Void) throws {
        try write(try SealedBlocks.seal(waiting[...], number: number, last: last, key: key))
        number += 1
        waiting.removeAll(keepingCapacity: true)
    }
}
