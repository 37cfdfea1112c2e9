/// Why a row's identity is not used. Such a row is left out and counted; the reading goes on.
public enum RefusalReason: String, CaseIterable, Sendable, Error {
    /// There is no code: null, empty or white space.
    case missing
    /// The text doesn't have a code's form.
    case malformed
    /// The birth date is not in the calendar.
    case impossibleDate = "impossible_date"
    /// The birth date is later than today.
    case futureBirthDate = "future_birth_date"
    /// The individual number is one that is never issued.
    case reservedNumber = "reserved_number"
    /// The check character doesn't fit the digits.
    case wrongCheckCharacter = "wrong_check_character"
    /// The owner's own records give the person different codes.
    case severalCodes = "several_codes"
}
