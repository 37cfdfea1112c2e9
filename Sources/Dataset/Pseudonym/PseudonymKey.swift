internal import Crypto
public import Foundation
internal import PSIProtocol

/// K_R: the secret with which the research environment turns person tags into one study's pseudonyms.
///
/// One key a study, made fresh and never used for another: that, and nothing else, keeps the pseudonyms of two studies
/// apart. Who holds it together with a round's tags can recompute the pseudonyms, so it is destroyed with the round's
/// other secrets once no more data will be joined to the dataset. Wiped when it goes out of scope.
public struct PseudonymKey: ~Copyable, Sendable {
    public static let byteCount = 32

    /// `SymmetricKey` keeps its bytes in one allocation that it wipes.
    private let key: SymmetricKey

    /// A fresh key from the system's random source.
    public init() { key = SymmetricKey(size: .bits256) }

    /// Reads a kept key; nil unless it has 32 bytes. The bytes are copied: the caller wipes its own.
    public init?(_ bytes: some ContiguousBytes) {
        let read = SymmetricKey(data: bytes)
        guard read.bitCount == Self.byteCount * 8 else { return nil }
        key = read
    }

    /// Lends the 32 secret bytes, for sealing them into kept state.
    public borrowing func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
    {
        try key.withUnsafeBytes(body)
    }

    /// By which the dates of a study whose pseudonyms last are moved in all its datasets:
    /// HMAC-SHA256(K_R, "SIDOS-V1 date shift" ‖ 0x00), 32 secret bytes. [P-83]
    public borrowing func dateShiftKey() -> [UInt8] { authenticate(Label.dateShift.bytes) }

    /// HMAC-SHA256 of `message`, 32 bytes.
    borrowing func authenticate(_ message: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
    }
}
