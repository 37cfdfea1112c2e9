internal import Crypto
internal import Values

/// Moves every date of a person by one number of days that nobody knows, so that the time between them stays.
struct DateShifter {
    private let key: SymmetricKey
    private let days: Int

    /// - Parameter key: 32 random bytes of the round's store. Secret.
    init(key: [UInt8], days: Int) {
        self.key = SymmetricKey(data: key)
        self.days = days
    }

    /// A person's days, -`days`…`days`, all equally likely but for a part in 2^100.
    func offset(of person: Pseudonym) -> Int {
        var code = HMAC<SHA256>(key: key)
        code.update(data: Array("sidos date shift".utf8))
        code.update(data: person.textBytes)
        var number: UInt128 = 0
        for byte in code.finalize().prefix(16) { number = number << 8 | UInt128(byte) }
        return Int(number % UInt128(2 * days + 1)) - days
    }

    /// The date so many days later; the calendar's first or last day where it ends.
    static func move(_ date: CalendarDate, by days: Int) -> CalendarDate { date.adding(days: days) }
}
