/// A field's normal form (N-01). Secret; it shows nothing of itself.
public struct NormalisedField: Sendable, Equatable, CustomReflectable {
    /// Words of 1 byte or more in the field's order: ASCII `a`…`z`, `0`…`9`, and letters of scripts that are not
    /// transliterated, in UTF-8. Empty for a date.
    public let words: [[UInt8]]
    /// The parts of a date; nil for any other kind.
    public let date: DateParts?

    init(words: [[UInt8]]) {
        self.words = words
        date = nil
    }

    init(date: DateParts) {
        words = []
        self.date = date
    }

    /// Without children, so that no reflection prints what is known of a person.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
