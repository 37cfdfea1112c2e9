internal import Crypto

/// The three public values that an agreement pins for a participant, as text: `ed25519:`, `xwing:` or `sha256:` and
/// base64 with padding.
public enum ParticipantKey: String, Sendable, CaseIterable {
    /// Ed25519 public key, 32 bytes.
    case signing = "ed25519"
    /// X-Wing public key, 1,216 bytes: ML-KEM-768's 1,184, then X25519's 32.
    case hpke = "xwing"
    /// SHA-256 of the TLS certificate's SubjectPublicKeyInfo, 32 bytes.
    case tlsPin = "sha256"

    public var byteCount: Int {
        switch self {
        case .signing, .tlsPin: 32
        case .hpke: 1216
        }
    }

    /// `ed25519:…`, whatever the bytes are.
    public func text(_ bytes: [UInt8]) -> String { "\(rawValue):\(StrictBase64.encode(bytes))" }

    /// Reads the text form and checks that the value can be used as what it says it is.
    ///
    /// Not usable: an Ed25519 key that is no point of the curve, not canonical, or of small order (with which one
    /// signature is good for any message); an X-Wing key whose ML-KEM part has a coefficient out of range; all zeros.
    public static func parse(_ text: String, as kind: ParticipantKey) throws(ParticipantKeyError) -> [UInt8] {
        let utf8 = Array(text.utf8.prefix(4096))
        let prefix = Array("\(kind.rawValue):".utf8)
        guard utf8.starts(with: prefix) else { throw .wrongPrefix(expected: kind.rawValue) }
        guard let bytes = StrictBase64.decode(utf8.dropFirst(prefix.count)) else { throw .notBase64 }
        guard bytes.count == kind.byteCount else { throw .wrongLength(expected: kind.byteCount, found: bytes.count) }
        let isUsable =
            switch kind {
            case .signing: Ed25519Encoding.isUsablePublicKey(bytes)
            case .hpke: isUsableXWing(bytes)
            case .tlsPin: bytes.contains { $0 != 0 }
            }
        guard isUsable else { throw .unusable(kind) }
        return bytes
    }

    private static func isUsableXWing(_ bytes: [UInt8]) -> Bool {
        guard bytes.suffix(32).contains(where: { $0 != 0 }),
            (try? MLKEM768.PublicKey(rawRepresentation: bytes.prefix(1184))) != nil,
            let key = try? XWingMLKEM768X25519.PublicKey(rawRepresentation: bytes)
        else { return false }
        return (try? key.encapsulate()) != nil
    }
}

/// Why the text of a public value was refused.
public enum ParticipantKeyError: Error, Sendable, Equatable, CustomStringConvertible {
    case wrongPrefix(expected: String)
    case notBase64
    case wrongLength(expected: Int, found: Int)
    case unusable(ParticipantKey)

    public var description: String {
        switch self {
        case .wrongPrefix(let expected): "This value must begin with '\(expected):'."
        case .notBase64: "What follows the colon is not base64 (A-Z, a-z, 0-9, + and /, padded with =). Copy it again."
        case .wrongLength(let expected, let found):
            "The value has \(found) bytes where \(expected) are needed. Copy it again, whole."
        case .unusable(.signing): "This is no usable Ed25519 public key. Ask the participant for its card again."
        case .unusable(.hpke): "This is no usable X-Wing public key. Ask the participant for its card again."
        case .unusable(.tlsPin): "This is no SHA-256 value of a key. Ask the participant for its card again."
        }
    }
}

/// Base64 (RFC 4648 section 4) with padding, in its one canonical form: nothing but the alphabet, spare bits zero.
enum StrictBase64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = Array(bytes[start..<min(start + 3, bytes.count)])
            let word = group.enumerated().reduce(UInt32(0)) { $0 | UInt32($1.element) << UInt32(16 - 8 * $1.offset) }
            for position in 0..<4 {
                let digit = alphabet[Int(word >> UInt32(18 - 6 * position)) & 63]
                text.append(position <= group.count ? digit : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil unless the text is canonical. Variable time: public values only.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        let padding = text.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding <= 2 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var word: UInt32 = 0
        var bitCount = 0
        for digit in text.dropLast(padding) {
            guard let value = value(digit) else { return nil }
            word = (word << 6 | UInt32(value)) & 0xFFFF
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(bitCount)))
            }
        }
        guard word & ((1 << UInt32(bitCount)) - 1) == 0 else { return nil }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
