public import Values

/// Swedish personal identity numbers (personnummer) and coordination numbers (samordningsnummer).
///
/// Read are ten digits YYMMDDNNNC, with `-` or `+` before the last four or without, and twelve YYYYMMDDNNNC, with
/// either sign or without. The century of ten digits follows from `today`: under `-`, or no sign, the birth date is the
/// latest one that is not after `today`, so its person is under 100; under `+` the birth year is the latest one of
/// those 100 or more years before the year of `today`, since the sign changes with the year in which a person becomes
/// 100. Of twelve digits the first two, 18, 19 or 20, are the century, whatever the sign.
///
/// Both kinds of number are issued by the Swedish Tax Agency and identify across registers; a coordination number has
/// 60 added to the day, and has month 00 or day 60 where these are not known. An interim number, issued by an authority
/// or a school for itself, has a letter for the first digit of its individual number and identifies within one owner's
/// registers only. A person who has had a number of two kinds is two identities unless `IdentityHistory` says
/// otherwise.
///
/// Sources: Population Registration Act (1991:481) section 18, Swedish Tax Agency SKV 704 and SKV 707. [P-22]
public struct SwedishIdentityScheme: IdentityScheme {
    public static let id = "se-personnummer"

    /// The day that tells the century of ten digits, the same for all owners of a round; without it such a number is
    /// malformed. Numbers with a later birth date are refused.
    public var today: CalendarDate?

    public init(today: CalendarDate? = nil) { self.today = today }

    public func read(_ text: ArraySlice<UInt8>, owner: ParticipantID) throws(RefusalReason) -> IdentityReading {
        let text = try CodeText(text)
        let number = try Number(text.bytes)
        guard let year = number.year(asOf: today) else { throw .malformed }
        guard let date = number.earliestDate(inYear: year) else { throw .impossibleDate }
        guard number.individualNumber != 0 else { throw .reservedNumber }
        guard number.hasRightCheckDigit else { throw .wrongCheckCharacter }
        if let today, date > today { throw .futureBirthDate }
        let code = number.canonical(inYear: year)
        let identity =
            number.isInterim
            ? CodeIdentity(label: "se-personnummer-temporary", owner: owner, code: code)
            : CodeIdentity(label: Self.id, owner: nil, code: code)
        return IdentityReading(identity, isRepaired: text.isRepaired)
    }

    /// A number's parts when its form is right, before they are judged.
    private struct Number {
        /// YY of the year's four digits, when there are four: 18, 19 or 20.
        let century: Int?
        let hasPlus: Bool
        /// YYMMDD, in a coordination number with 60 added to the day.
        let yearMonthDay: Int
        /// NNNC. The first is a digit, or an interim number's letter.
        let lastFour: ArraySlice<UInt8>
        /// NNN; of an interim number 1NN, as which it is checked.
        let individualNumber: Int
        let check: Int

        static let interimLetters = Array("TRSUWXKLJMN".utf8)

        var isInterim: Bool { lastFour.first.map(Self.interimLetters.contains) ?? false }

        /// - Parameter text: letters in capitals.
        init(_ text: ArraySlice<UInt8>) throws(RefusalReason) {
            guard (10...13).contains(text.count) else { throw .malformed }
            let lastFour = text.suffix(4)
            var birth = text.dropLast(4)
            var hasPlus = false
            if birth.count % 2 == 1, let sign = birth.popLast() {
                guard sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") else { throw .malformed }
                hasPlus = sign == UInt8(ascii: "+")
            }
            if birth.count == 8 {
                guard let century = Digits.value(birth.prefix(2)), (18...20).contains(century) else { throw .malformed }
                self.century = century
            } else {
                century = nil
            }
            guard let yearMonthDay = Digits.value(birth.suffix(6)), let first = lastFour.first,
                let rest = Digits.value(lastFour.dropFirst())
            else { throw .malformed }
            let isInterim = Self.interimLetters.contains(first)
            guard isInterim || Digits.isDigit(first) else { throw .malformed }
            let leading = isInterim ? 1 : Int(first - UInt8(ascii: "0"))
            self.hasPlus = hasPlus
            self.yearMonthDay = yearMonthDay
            self.lastFour = lastFour
            individualNumber = leading * 100 + rest / 10
            check = rest % 10
        }

        /// YY, MM and DD, without the 60 of a coordination number.
        private var parts: (year: Int, month: Int, day: Int) {
            let day = yearMonthDay % 100
            return (yearMonthDay / 10_000, yearMonthDay / 100 % 100, isCoordination ? day - 60 : day)
        }

        private var isCoordination: Bool { yearMonthDay % 100 >= 60 }

        /// The birth year; nil when it has no century and there is no day to tell it by.
        func year(asOf today: CalendarDate?) -> Int? {
            let birth = parts
            if let century { return century * 100 + birth.year }
            guard let today else { return nil }
            // The latest year that ends so and is not after today's.
            let year = today.year - (today.year + 100 - birth.year) % 100
            if hasPlus { return year - 100 }
            let isLater = year == today.year && (birth.month, birth.day) > (today.month, today.day)
            return isLater ? year - 100 : year
        }

        /// The birth date; where a coordination number says that month or day is not known, the first day that it can
        /// be.
        func earliestDate(inYear year: Int) -> CalendarDate? {
            var (_, month, day) = parts
            if isCoordination {
                guard (0...31).contains(day) else { return nil }
                // An unknown month can have any day.
                if month == 0 { (month, day) = (1, max(1, day)) }
                if day == 0 { day = 1 }
            }
            return CalendarDate(year: year, month: month, day: day)
        }

        /// YYYYMMDDNNNC.
        func canonical(inYear year: Int) -> [UInt8] {
            var code: [UInt8] = []
            code.reserveCapacity(12)
            var number = (year / 100) * 1_000_000 + yearMonthDay
            for _ in 0..<8 {
                code.append(UInt8(ascii: "0") + UInt8(number % 10))
                number /= 10
            }
            code.reverse()
            code.append(contentsOf: lastFour)
            return code
        }

        /// Luhn's sum over YYMMDDNNN: every other digit doubled, from the first on.
        var hasRightCheckDigit: Bool {
            var rest = yearMonthDay * 1000 + individualNumber
            var sum = check
            var isDoubled = true
            for _ in 0..<9 {
                let digit = (rest % 10) * (isDoubled ? 2 : 1)
                sum += digit > 9 ? digit - 9 : digit
                rest /= 10
                isDoubled.toggle()
            }
            return sum % 10 == 0
        }
    }
}
