/// The random bytes that every part of a list begins with, at every stage.
///
/// A list's digest, which stands on the board, covers them, so that nobody can compare it with that of a list of their
/// own making. [P-30]
public enum ListPrefix {
    public static let byteCount = 32

    /// Fresh bytes from the system's generator.
    static func random() -> [UInt8] { SecretBytes(randomByteCount: byteCount).withUnsafeBytes { Array($0) } }
}
