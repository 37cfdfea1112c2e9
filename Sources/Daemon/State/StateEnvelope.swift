internal import Crypto
internal import Files
internal import Foundation

/// One sealed value as it lies in a file: `mark (16) ‖ salt (32) ‖ AES-256-GCM ciphertext ‖ tag (16)`.
///
/// The key is HKDF-SHA256(state key, salt, "SIDOS-V1 state" 0x00 ‖ name) with a fresh random salt for every writing, so
/// no key seals twice and the nonce can be zero. Without the salt the value can't be opened, even with the state key.
enum StateEnvelope {
    static let mark = Array("SIDOS-V1 state\0\n".utf8)
    static let saltByteCount = 32
    static let tagByteCount = 16
    static let overheadByteCount = 16 + saltByteCount + tagByteCount
    /// What the index is sealed under: not an allowed name, so it can't be taken for a value's.
    static let indexName = "~index"
    /// Where in the file the salt lies.
    static let saltRange = 16..<(16 + saltByteCount)

    static func seal(_ value: UnsafeRawBufferPointer, name: String, key: SymmetricKey) -> [UInt8]? {
        let salt = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        let box = try? AES.GCM.seal(
            value, using: valueKey(key, salt: salt, name: name), nonce: AES.GCM.Nonce(data: zeroNonce),
            authenticating: mark)
        guard let box else { return nil }
        return mark + salt + box.ciphertext + box.tag
    }

    /// The value, or nil if the envelope isn't one sealed under this key and name.
    static func open(_ envelope: [UInt8], name: String, key: SymmetricKey) -> WipedBuffer? {
        guard envelope.count >= overheadByteCount, envelope.starts(with: mark) else { return nil }
        let salt = Array(envelope[saltRange])
        let sealed = envelope[saltRange.upperBound..<(envelope.count - tagByteCount)]
        guard
            let box = try? AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: zeroNonce), ciphertext: sealed, tag: envelope.suffix(tagByteCount)),
            var plain = try? AES.GCM.open(box, using: valueKey(key, salt: salt, name: name), authenticating: mark)
        else { return nil }
        defer { wipe(&plain) }
        return WipedBuffer(copying: plain)
    }

    private static let zeroNonce = [UInt8](repeating: 0, count: 12)

    static func valueKey(_ key: SymmetricKey, salt: [UInt8], name: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, salt: salt, info: Array("SIDOS-V1 state\0".utf8) + Array(name.utf8),
            outputByteCount: 32)
    }
}
