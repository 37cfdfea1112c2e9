internal import Crypto
internal import Values

/// What turns a fully blinded element into a tag; known to the nodes only. [P-35]
public struct ExitSalt: Sendable {
    let key: SymmetricKey
    let round: RoundID

    public static let tagByteCount = 16
    static let keyByteCount = 32

    /// HMAC-SHA256 of the element under the salt, bound to round and kind, cut to 16 bytes.
    func tag(_ element: ArraySlice<UInt8>, kind: String) -> [UInt8] {
        let code = code(kind: kind)
        return element.withUnsafeBytes { Array(code.code(of: $0).prefix(Self.tagByteCount)) }
    }

    /// What makes the tags of one kind: HMAC-SHA256 of what begins them all, ready to take elements.
    func code(kind: String) -> RepeatedHMAC {
        RepeatedHMAC(key: key, prefix: Label.tag.bytes + round.bytes + Self.framed(kind))
    }

    /// What tokens are drawn under: known to the nodes only, so that the coordinator cannot tell which tokens are
    /// likely. [P-23]
    var tokenSeed: SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, salt: round.bytes, info: Label.tokens.bytes, outputByteCount: 32)
    }

    static func framed(_ kind: String) -> [UInt8] {
        let name = Array(kind.utf8)
        return BigEndian.u16(name.count) + name
    }
}
