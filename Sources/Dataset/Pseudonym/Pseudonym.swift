internal import PSIProtocol
public import Values

/// The name under which a person appears in one study's dataset: 128 bits that say nothing without `PseudonymKey`.
///
/// Ordered by its bytes, which is also the order of its text. Its description is withheld, so that an interpolation
/// into a log or an error shows no person; write `text` where the dataset wants it.
public struct Pseudonym: Sendable, Hashable, Comparable, CustomStringConvertible {
    public static let byteCount = 16
    public static let characterCount = 26
    /// Length of a person tag, HMAC's first 16 bytes.
    public static let tagByteCount = 16

    /// Crockford's base32 in lower case: digits and letters without i, l, o and u, so that a name read off paper is not
    /// mistaken. The alphabet ascends in ASCII, so text sorts as bytes do.
    static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    private let high: UInt64
    private let low: UInt64

    /// The pseudonym of the person with `tag` in `round`: the first 16 bytes of
    /// HMAC-SHA256(K_R, "SIDOS-V1 pseudonym" ‖ 0x00 ‖ roundID ‖ tag).
    ///
    /// Nil unless the tag has 16 bytes. A round has its own tags, so the pseudonyms of two rounds differ even under one
    /// key.
    public init?(tag: [UInt8], round: RoundID, key: borrowing PseudonymKey) {
        guard tag.count == Self.tagByteCount else { return nil }
        self.init(bytes: key.authenticate(Label.pseudonym.bytes + round.bytes + tag).prefix(Self.byteCount))
    }

    /// The pseudonym of a person in all rounds of a study: the first 16 bytes of
    /// HMAC-SHA256(K_R, "SIDOS-V1 lasting pseudonym" ‖ 0x00 ‖ F). [P-83]
    ///
    /// - Parameter element: F, what the person's study capsule holds: 32 secret bytes. Nil for any other number.
    public init?(element: [UInt8], key: borrowing PseudonymKey) {
        guard element.count == 32 else { return nil }
        self.init(bytes: key.authenticate(Label.lastingPseudonym.bytes + element).prefix(Self.byteCount))
    }

    /// Reads 16 bytes, most significant first; nil for any other number.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// 16 bytes, most significant first.
    public var bytes: [UInt8] {
        [high, low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * UInt64($0))) } }
    }

    /// 26 characters of base32, most significant bit first; the last two bits of the last character are zero.
    public var text: String { String(decoding: textBytes, as: UTF8.self) }

    /// `text` as ASCII.
    var textBytes: [UInt8] {
        var characters: [UInt8] = []
        characters.reserveCapacity(Self.characterCount)
        for index in 0..<Self.characterCount {
            // The five bits that end `shift` bits above the low end of the 128.
            let shift = 123 - 5 * index
            let bits: UInt64
            if shift >= 64 {
                bits = high >> UInt64(shift - 64)
            } else if shift >= 0 {
                bits = high << UInt64(64 - shift) | low >> UInt64(shift)
            } else {
                bits = low << UInt64(-shift)
            }
            characters.append(Self.alphabet[Int(bits & 31)])
        }
        return characters
    }

    public var description: String { "Pseudonym(withheld)" }

    public static func < (left: Pseudonym, right: Pseudonym) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
