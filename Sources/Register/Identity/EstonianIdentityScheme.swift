public import Values

/// Estonian personal identification codes (isikukood): eleven digits CYYMMDDNNNK.
///
/// The first digit gives the century: 1 and 2 stand for 1800, 3 and 4 for 1900, 5 and 6 for 2000, 7 and 8 for 2100. It
/// belongs to the code and nothing else is derived from it. All codes come from the population register and identify
/// across registers.
///
/// Sources: Population Register Act; the check digit as in EVS 585. [P-22]
public struct EstonianIdentityScheme: IdentityScheme {
    public static let id = "ee-isikukood"

    /// When given, codes with a later birth date are refused.
    public var today: CalendarDate?

    public init(today: CalendarDate? = nil) { self.today = today }

    public func read(_ text: ArraySlice<UInt8>, owner: ParticipantID) throws(RefusalReason) -> IdentityReading {
        let text = try CodeText(text)
        let code = try Code(text.bytes)
        guard let date = code.date else { throw .impossibleDate }
        guard code.hasRightCheckDigit else { throw .wrongCheckCharacter }
        if let today, date > today { throw .futureBirthDate }
        return IdentityReading(
            CodeIdentity(label: Self.id, owner: nil, code: text.bytes), isRepaired: text.isRepaired)
    }

    /// A code's digits when its form is right, before they are judged.
    private struct Code {
        /// CYYMMDD.
        let birth: Int
        /// NNNK.
        let lastFour: Int

        init(_ text: ArraySlice<UInt8>) throws(RefusalReason) {
            guard text.count == 11, let birth = Digits.value(text.prefix(7)),
                let lastFour = Digits.value(text.suffix(4)),
                (1...8).contains(birth / 1_000_000)
            else { throw .malformed }
            self.birth = birth
            self.lastFour = lastFour
        }

        var date: CalendarDate? {
            let century = 1800 + (birth / 1_000_000 - 1) / 2 * 100
            return CalendarDate(
                year: century + birth / 10_000 % 100, month: birth / 100 % 100, day: birth % 100)
        }

        /// The first weights' sum modulo 11; if that is 10 the second ones'; if that is 10 too, 0.
        var hasRightCheckDigit: Bool {
            let check = lastFour % 10
            let first = remainder([1, 2, 3, 4, 5, 6, 7, 8, 9, 1])
            if first < 10 { return first == check }
            return remainder([3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 10 == check
        }

        /// The weighted sum of CYYMMDDNNN modulo 11.
        private func remainder(_ weights: [Int]) -> Int {
            var rest = birth * 1000 + lastFour / 10
            var sum = 0
            for weight in weights.reversed() {
                sum += rest % 10 * weight
                rest /= 10
            }
            return sum % 11
        }
    }
}
