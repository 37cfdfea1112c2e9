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
    public static let sidos3 = NormalisationProfile(.sidos3)

    /// Longest field that is read, in bytes (N-02).
    static let fieldByteCount = 256
    /// Longest code, in bytes (N-50).
    static let codeByteCount = 64

    /// The normal form of a field; nil if it is missing (N-02, N-20, N-41, N-42, N-50, N-80, N-84).
    ///
    /// - Parameters:
    ///   - text: the field as the source has it, any bytes. Secret.
    ///   - kind: what the field holds.
    ///   - dates: what the agreement says of a field of the kind `date`.
    public func normalise(
        _ text: ArraySlice<UInt8>, as kind: MatchFieldKind, dates: DateFieldRules = DateFieldRules()
    ) -> NormalisedField? {
        guard text.count <= Self.fieldByteCount else { return nil }
        if kind == .date {
            // N-71: a time after any day, as in released columns.
            guard let day = version == .sidos1 ? text : DateText.withoutTime(WhiteSpace.trimmed(text)) else {
                return nil
            }
            let parts = version.hasDateRules ? DateParts(day, dates) : DateParts(day)
            return parts.map { NormalisedField(date: $0) }
        }
        guard let words = Spelling.words(text), !MissingText.isMissing(words, text, in: version) else { return nil }
        switch kind {
        case .givenNames, .familyName:
            let isFamilyName = kind == .familyName
            return NormalisedField(
                words: version == .sidos3
                    ? NameForms.words(words, isFamilyName: isFamilyName)
                    : NameWords.words(words, isFamilyName: isFamilyName))
        case .text:
            return NormalisedField(words: words.map(StreetWords.folded))
        case .code, .date:
            let code = Array(words.joined())
            guard code.count <= Self.codeByteCount, code.contains(where: { $0 != UInt8(ascii: "0") })
            else { return nil }
            return NormalisedField(words: [code])
        }
    }

    /// Whether the text of a field stands for no value, in words or by a program's.
    func isMissingText(_ text: ArraySlice<UInt8>) -> Bool {
        guard let words = Spelling.words(text) else { return false }
        // A program's words always were taken for such, whatever the profile.
        return MissingText.isMissing(words, text, in: version == .sidos1 ? .sidos2 : version)
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
