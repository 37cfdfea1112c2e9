internal import Crypto

/// SHA-256 of an agreement file's exact bytes.
public struct AgreementID: Sendable, Hashable, CustomStringConvertible {
    /// 32 bytes.
    public let bytes: [UInt8]

    public init(ofFile bytes: [UInt8]) { self.bytes = Array(SHA256.hash(data: bytes)) }

    /// Reads 64 lower-case hexadecimal digits.
    public init?(hex: some StringProtocol) {
        guard let bytes = Hex.decode(hex), bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    public var description: String { Hex.encode(bytes) }
}
