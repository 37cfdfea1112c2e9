internal import Crypto

/// Long lists kept across restarts, sealed under a key that the caller keeps.
///
/// File: `mark (16) ‖ salt (32) ‖ sealed blocks`. The blocks' key is HKDF-SHA256(key, salt, "SIDOS-V1 sealed file" 0x00
/// ‖ label), so two files under one key share none, and a file can't be passed off as one with another label.
public enum SealedFile {
    static let mark = Array("SIDOS-V1 file\0\0\n".utf8)
    static let headerByteCount = 16 + 32

    static func blockKey(_ key: SymmetricKey, salt: some Collection<UInt8>, label: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, salt: Array(salt), info: Array("SIDOS-V1 sealed file\0".utf8) + Array(label.utf8),
            outputByteCount: 32)
    }

    /// What a finished file holds.
    public struct Contents: Sendable, Equatable {
        public let byteCount: Int
        /// SHA-256 of the plaintext, 32 bytes.
        public let digest: [UInt8]
    }
}
