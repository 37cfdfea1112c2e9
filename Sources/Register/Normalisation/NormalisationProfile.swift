public import Agreement

/// The rules by which fields of different registers become equal bytes: a version of `docs/normalisation.md`.
///
/// A profile never changes, since every authority must compute the same for ever. Everything it does is decided by its
/// own tables; no library that knows Unicode, locales or calendars takes part.
public struct NormalisationProfile: Sendable, Equatable {
    /// The name that agreements use.
    public var name: String { version.rawValue }
    let version: NormalisationVersion

    public init(_ version: NormalisationVersion) { self.version = version }

    public static let sidos1 = NormalisationProfile(.sidos1)
    public static let sidos2 = NormalisationProfile(.sidos2)

    /// Longest field that is read, in bytes (N-02).
    static let fieldByteCount = 256
    /// Longest code, in bytes (N-50).
    static let codeByteCount = 64

    /// The normal form of a field; nil if it is missing (N-02, N-20, N-41, N-42, N-50).
    ///
    /// - Parameters:
    ///   - text: the field as the source has it, any bytes. Secret.
    ///   - kind: what the field holds.
    public func normalise(_ text: ArraySlice<UInt8>, as kind: MatchFieldKind) -> NormalisedField? {
        guard text.count <= Self.fieldByteCount else { return nil }
        if kind == .date {
            // N-71: a time after any day, as in released columns.
            guard let day = version == .sidos1 ? text : DateText.withoutTime(WhiteSpace.trimmed(text)) else {
                return nil
            }
            return DateParts(day).map { NormalisedField(date: $0) }
        }
        guard let words = Spelling.words(text), !MissingText.isMissing(words) else { return nil }
        if version != .sidos1, MissingText.isProgramWord(words) || MissingText.isBackslashN(text) { return nil }
        switch kind {
        case .givenNames, .familyName:
            return NormalisedField(words: NameWords.words(words, isFamilyName: kind == .familyName))
        case .text:
            return NormalisedField(words: words.map(StreetWords.folded))
        case .code, .date:
            let code = Array(words.joined())
            guard code.count <= Self.codeByteCount, code.contains(where: { $0 != UInt8(ascii: "0") })
            else { return nil }
            return NormalisedField(words: [code])
        }
    }

    /// The phonetic key of a normalised word (N-30). Secret, as the word is.
    ///
    /// Endings of Slavic family names count only in words of the kind `familyName`.
    public func phonetic(_ word: [UInt8], as kind: MatchFieldKind) -> [UInt8] {
        PhoneticKey.key(of: word, isFamilyName: kind == .familyName)
    }

    /// The digits of a normalised code; nil if there are none (N-50). Secret, as the code is.
    public func digits(_ code: [UInt8]) -> [UInt8]? {
        let digits = code.filter(Digits.isDigit)
        return digits.isEmpty ? nil : digits
    }
}
