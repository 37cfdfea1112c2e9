/// Reads one code's form from a place in text that `GuardedText` has folded.
struct CodeScan {
    private let text: [UInt8]
    private var position: Int
    /// Letters read as digits that they look like.
    private var lookAlikeCount = 0
    private var isMarked = false

    private static let mostLookAlikes = 2
    private static let mostSeparators = 3

    /// The forms, each read from its first character: whether it is one as a whole.
    private static let forms: [@Sendable (inout CodeScan) -> Bool] = [
        { $0.isFinnish() }, { $0.isSwedish(hasCentury: false) }, { $0.isSwedish(hasCentury: true) },
        { $0.isSwedishOfBirthNumber() }, { $0.isEstonian() },
    ]

    private init(_ text: [UInt8], at position: Int) {
        self.text = text
        self.position = position
    }

    /// A code that begins there, ends before no digit, and is not the beginning of a word with more digits.
    static func code(at start: Int, of text: [UInt8]) -> CodeGuard.Finding? {
        var found: CodeGuard.Finding?
        for form in forms {
            var scan = CodeScan(text, at: start)
            guard form(&scan), scan.isAtWordEnd else { continue }
            if scan.isMarked { return .marked }
            found = .digits
        }
        return found
    }

    /// A code that the letters and digits are from the first to the last.
    static func wholeCode(_ text: [UInt8]) -> CodeGuard.Finding? {
        guard (9...13).contains(text.count) else { return nil }
        for form in forms {
            var scan = CodeScan(text, at: 0)
            if form(&scan), scan.position == text.count { return scan.isMarked ? .marked : .digits }
        }
        return nil
    }

    /// Whether a number may begin with it.
    static func mayBeDigit(_ byte: UInt8) -> Bool { digit(byte) != nil }

    private var next: UInt8? { position < text.count ? text[position] : nil }

    private var isAtWordEnd: Bool {
        for byte in text[position...] {
            if Digits.isDigit(byte) { return false }
            if !GuardedText.isLetter(byte) { return true }
        }
        return true
    }

    // MARK: Parts

    private static func digit(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "O"): 0
        case UInt8(ascii: "I"), UInt8(ascii: "L"), UInt8(ascii: "|"): 1
        default: nil
        }
    }

    /// So many digits, nothing between them.
    private mutating func digits(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let byte = next, let digit = Self.digit(byte) else { return nil }
            if !Digits.isDigit(byte) {
                lookAlikeCount += 1
                guard lookAlikeCount <= Self.mostLookAlikes else { return nil }
            }
            value = value * 10 + digit
            position += 1
        }
        return value
    }

    /// Goes on behind separators, if any stand here.
    private mutating func skipSeparators(_ separators: StaticString = " ./_'-") {
        var count = 0
        while count < Self.mostSeparators, let byte = next,
            separators.withUTF8Buffer({ $0.contains(byte) })
        {
            position += 1
            count += 1
        }
    }

    /// Takes one of the signs, if it stands here, and what separates it from the digits.
    private mutating func sign(_ signs: StaticString) -> Bool {
        let start = position
        skipSeparators(" ./_'")
        guard let byte = next, signs.withUTF8Buffer({ $0.contains(byte) }) else {
            position = start
            skipSeparators()
            return false
        }
        position += 1
        skipSeparators()
        isMarked = true
        return true
    }

    private static func isDay(_ month: Int, _ day: Int) -> Bool {
        (1...12).contains(month) && (1...31).contains(day)
    }

    // MARK: Forms

    /// DDMMYY, a century sign of any time or none, NNN, a check character.
    private mutating func isFinnish() -> Bool {
        guard let day = digits(2) else { return false }
        skipSeparators()
        guard let month = digits(2), Self.isDay(month, day) else { return false }
        skipSeparators()
        guard let year = digits(2) else { return false }
        _ = sign("-+ABCDEFUVWXY")
        guard let number = digits(3), let last = next else { return false }
        position += 1
        if !Digits.isDigit(last) { isMarked = true }
        let character = last == UInt8(ascii: "O") ? UInt8(ascii: "0") : last == UInt8(ascii: "I") ? 0x31 : last
        let remainder = ((day * 100 + month) * 100 + year) * 1_000 + number
        return Self.finnishAlphabet[remainder % 31] == character
    }

    private static let finnishAlphabet = Array("0123456789ABCDEFHJKLMNPRSTUVWXY".utf8)

    /// YYMMDD or YYYYMMDD; of coordination numbers the day has 60 more, and month and day may be unknown, 00 and 60.
    private mutating func swedishDay(hasCentury: Bool) -> Int? {
        if hasCentury {
            guard let century = digits(2), (18...20).contains(century) else { return nil }
            skipSeparators()
        }
        guard let year = digits(2) else { return nil }
        skipSeparators()
        guard let month = digits(2) else { return nil }
        skipSeparators()
        guard let day = digits(2) else { return nil }
        guard Self.isDay(month, day) || (0...12).contains(month) && (60...91).contains(day) else { return nil }
        return (year * 100 + month) * 100 + day
    }

    /// The day, a sign or none, NNNC. An interim number has a letter for its first N: who issued it may not have worked
    /// out a right check digit, so with a sign any will do.
    private mutating func isSwedish(hasCentury: Bool) -> Bool {
        guard let day = swedishDay(hasCentury: hasCentury) else { return false }
        let hasSign = sign("-+")
        var isInterim = false
        var number: Int
        if let letter = next, Self.interimLetters.contains(letter) {
            isInterim = true
            position += 1
            guard let rest = digits(2) else { return false }
            number = 100 + rest
        } else {
            guard let digits = digits(3) else { return false }
            number = digits
        }
        guard let check = digits(1) else { return false }
        if isInterim { isMarked = true }
        return isInterim && hasSign || Self.luhn(day * 1_000 + number, check: check)
    }

    private static let interimLetters = Array("TRSUWXKLJMN".utf8)

    /// Birth numbers of 1947 to 1966 had no check digit: YYMMDD, a sign directly after it, NNN.
    private mutating func isSwedishOfBirthNumber() -> Bool {
        guard let day = digits(6), Self.isDay(day / 100 % 100, day % 100), day / 10_000 <= 66,
            next == UInt8(ascii: "-") || next == UInt8(ascii: "+")
        else { return false }
        position += 1
        // Not marked: numbers of cases and of letters look like it too.
        return digits(3) != nil
    }

    /// The sum over nine digits, every other one doubled, from the first on.
    private static func luhn(_ number: Int, check: Int) -> Bool {
        var rest = number
        var sum = check
        for place in 0..<9 {
            let digit = (rest % 10) * (place.isMultiple(of: 2) ? 2 : 1)
            sum += digit > 9 ? digit - 9 : digit
            rest /= 10
        }
        return sum.isMultiple(of: 10)
    }

    /// GYYMMDDNNNK.
    private mutating func isEstonian() -> Bool {
        guard let century = digits(1), (1...8).contains(century) else { return false }
        skipSeparators()
        guard let year = digits(2) else { return false }
        skipSeparators()
        guard let month = digits(2) else { return false }
        skipSeparators()
        guard let day = digits(2), Self.isDay(month, day) else { return false }
        skipSeparators()
        guard let number = digits(3) else { return false }
        skipSeparators()
        guard let check = digits(1) else { return false }
        var rest = (((century * 100 + year) * 100 + month) * 100 + day) * 1_000 + number
        var sums = (first: 0, second: 0)
        for place in 0..<10 {
            let digit = rest % 10
            rest /= 10
            sums.first += digit * [1, 9, 8, 7, 6, 5, 4, 3, 2, 1][place]
            sums.second += digit * [3, 2, 1, 9, 8, 7, 6, 5, 4, 3][place]
        }
        let first = sums.first % 11
        return check == (first < 10 ? first : sums.second % 11 % 10)
    }
}
