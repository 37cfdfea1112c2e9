internal import Crypto
internal import Values

/// The random bytes that every part of a list begins with, at every stage.
///
/// A list's digest, which stands on the board, covers them, so that nobody can compare it with that of a list of their
/// own making. [P-30]
public struct ListPrefix: Sendable {
    public static let byteCount = 32

    private enum Origin: Sendable {
        case seed(SymmetricKey)
        case list([[UInt8]])
    }

    private let origin: Origin

    /// Bytes that nobody makes again.
    static func random() -> ListPrefix { .following(SecretBytes(randomByteCount: byteCount).key) }

    /// Bytes that follow from a secret, for a list that may have to be made again. [P-68]
    static func following(_ seed: SymmetricKey) -> ListPrefix { ListPrefix(origin: .seed(seed)) }

    /// Those of another list, part by part.
    static func of(_ prefixes: [[UInt8]]) -> ListPrefix { ListPrefix(origin: .list(prefixes)) }

    func bytes(ofPart part: Int) -> [UInt8] {
        switch origin {
        case .seed(let seed):
            return HKDF<SHA256>.deriveKey(
                inputKeyMaterial: seed, info: Array("prefix".utf8) + BigEndian.u32(part),
                outputByteCount: Self.byteCount
            ).withUnsafeBytes { Array($0) }
        case .list(let prefixes): return prefixes.indices.contains(part) ? prefixes[part] : []
        }
    }
}
