public import Values

/// A Finnish personal identity code (henkilötunnus): DDMMYY, a century sign, an individual number, a check character.
///
/// The century sign belongs to the code: since 2023 codes that differ in nothing else are different people. It is
/// secret, has no textual description, and reflection shows nothing of it.
///
/// Sources: Population Information System Act and Decree (the signs Y X W V U and B C D E F in force from 1.1.2023).
public struct PersonalIdentityCode: Sendable, Hashable, CustomReflectable {
    public enum Issuer: Sendable, Hashable {
        /// The Population Information System: individual number 002–899.
        case population
        /// An authority or employer for its own use: 900–999. Two of them may give one code to two people.
        case temporary
    }

    /// Eleven ASCII characters, letters in upper case. Secret.
    public let bytes: [UInt8]
    public let birthDate: CalendarDate
    public let issuer: Issuer

    /// Reads a code as it is issued: eleven ASCII characters, letters in capitals, nothing around or between them.
    ///
    /// - Parameters:
    ///   - text: UTF-8. Secret.
    ///   - today: when given, a later birth date is refused.
    public init(exact text: ArraySlice<UInt8>, today: CalendarDate? = nil) throws(RefusalReason) {
        (birthDate, issuer) = try Self.judged(text, today: today)
        bytes = Array(text)
    }

    /// What a code says, without a copy of it.
    static func judged(
        _ text: ArraySlice<UInt8>, today: CalendarDate?
    ) throws(RefusalReason) -> (birthDate: CalendarDate, issuer: Issuer) {
        if text.isEmpty { throw .missing }
        let parts = try Parts(text)
        guard let date = parts.date else { throw .impossibleDate }
        guard parts.number >= 2 else { throw .reservedNumber }
        guard parts.hasRightCheckCharacter else { throw .wrongCheckCharacter }
        if let today, date > today { throw .futureBirthDate }
        return (date, parts.number < 900 ? .population : .temporary)
    }

    /// Reads a code as a source has it: white space, lower case and look-alikes are forgiven, see `CodeText`.
    ///
    /// The century sign is never changed into another: `-` and `Y` are two people.
    public init(_ text: ArraySlice<UInt8>, today: CalendarDate? = nil) throws(RefusalReason) {
        try self.init(exact: CodeText(text).bytes, today: today)
    }

    public init(_ text: String, today: CalendarDate? = nil) throws(RefusalReason) {
        try self.init(Array(text.utf8)[...], today: today)
    }

    /// Without children, so that no reflection prints the code.
    public var customMirror: Mirror { Mirror(self, children: [:]) }

    /// First year of the sign's century; nil when it is no century sign.
    static func century(of sign: UInt8) -> Int? {
        switch sign {
        case UInt8(ascii: "+"): 1800
        case UInt8(ascii: "-"), UInt8(ascii: "U")...UInt8(ascii: "Y"): 1900
        case UInt8(ascii: "A")...UInt8(ascii: "F"): 2000
        default: nil
        }
    }

    /// A code's parts when its form is right, before they are judged.
    private struct Parts {
        let century: Int
        /// DDMMYY.
        let dayMonthYear: Int
        /// NNN.
        let number: Int
        /// Position of the check character in the alphabet.
        let check: Int

        /// The check characters: digits and letters without G, I, O, Q and Z.
        static let alphabet = Array("0123456789ABCDEFHJKLMNPRSTUVWXY".utf8)

        init(_ text: ArraySlice<UInt8>) throws(RefusalReason) {
            guard text.count == 11 else { throw .malformed }
            let start = text.startIndex
            guard let dayMonthYear = Digits.value(text[start..<(start + 6)]),
                let century = PersonalIdentityCode.century(of: text[start + 6]),
                let number = Digits.value(text[(start + 7)..<(start + 10)]),
                let check = Self.alphabet.firstIndex(of: text[start + 10])
            else { throw .malformed }
            self.century = century
            self.dayMonthYear = dayMonthYear
            self.number = number
            self.check = check
        }

        var date: CalendarDate? {
            CalendarDate(
                year: century + dayMonthYear % 100, month: dayMonthYear / 100 % 100, day: dayMonthYear / 10_000)
        }

        /// Modulo 31 over DDMMYYNNN; the century sign takes no part.
        var hasRightCheckCharacter: Bool { (dayMonthYear * 1000 + number) % 31 == check }
    }
}
