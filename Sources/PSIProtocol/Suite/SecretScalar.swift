/// A secret scalar of a suite, 1…q−1, in the suite's encoding.
public struct SecretScalar<S: Suite>: ~Copyable, Sendable {
    public let bytes: SecretBytes

    /// For bytes that came from `randomScalar` or from a sealed state written from one.
    public init(_ bytes: consuming SecretBytes) { self.bytes = bytes }
}
