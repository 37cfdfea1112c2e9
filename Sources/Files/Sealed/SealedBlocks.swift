internal import Crypto
internal import Foundation

/// A byte stream in sealed blocks: each is up to 64 KiB of plaintext under AES-256-GCM with a 16-byte tag.
///
/// The nonce is `last (1) ‖ zeros (3) ‖ block number (8)`, big-endian, under a key that seals one stream. All blocks
/// but the last are full and the last says so in its nonce, so cutting, reordering or joining streams is noticed. An
/// empty stream is one empty last block.
enum SealedBlocks {
    static let plainByteCount = 1 << 16
    static let tagByteCount = 16
    static let sealedByteCount = plainByteCount + tagByteCount

    static func seal(_ plain: ArraySlice<UInt8>, number: UInt64, last: Bool, key: SymmetricKey) throws -> [UInt8] {
        let box = try AES.GCM.seal(plain, using: key, nonce: nonce(number, last))
        var sealed: [UInt8] = []
        sealed.reserveCapacity(plain.count + tagByteCount)
        sealed += box.ciphertext
        sealed += box.tag
        return sealed
    }

    /// Nil when the block was altered, isn't this one, or isn't the last as claimed.
    static func open(_ sealed: [UInt8], number: UInt64, last: Bool, key: SymmetricKey) -> [UInt8]? {
        guard sealed.count >= tagByteCount, let nonce = try? nonce(number, last),
            let box = try? AES.GCM.SealedBox(
                nonce: nonce, ciphertext: sealed.dropLast(tagByteCount), tag: sealed.suffix(tagByteCount)),
            let plain = try? AES.GCM.open(box, using: key)
        else { return nil }
        return Array(plain)
    }

    private static func nonce(_ number: UInt64, _ last: Bool) throws -> AES.GCM.Nonce {
        var bytes: [UInt8] = [last ? 1 : 0, 0, 0, 0]
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
        return try AES.GCM.Nonce(data: bytes)
    }
}

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
