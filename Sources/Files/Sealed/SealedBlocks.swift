internal import Crypto
internal import Foundation
internal import Values

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
        try AES.GCM.Nonce(data: [last ? 1 : 0, 0, 0, 0] + BigEndian.u64(number))
    }
}
