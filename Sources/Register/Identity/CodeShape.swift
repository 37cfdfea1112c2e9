public import Agreement
internal import Values

/// How a code that is not used looks: enough to see what a spreadsheet or a program made of a column of codes, and
/// nothing of whom it is about.
public enum CodeShape: Sendable, Hashable {
    /// So many digits, then `.0`.
    case pointZero(digits: Int)
    /// A number with an exponent.
    case exponent
    /// So many digits and nothing else.
    case digits(Int)
    /// A floating-point number of a database.
    case real
    case binary
    /// Has characters that stand for hidden ones.
    case masked
    /// A code of another country.
    case other(IdentitySchemeID)
    /// Has a code's form, and is refused for another reason.
    case refused(RefusalReason)
    /// So many characters of any other form.
    case characters(Int)

    private static let mostCounted = 40

    /// - Parameters:
    ///   - field: what the column of codes has. Secret.
    ///   - reason: why it is not used.
    init(_ field: SourceField, _ reason: RefusalReason, owner: ParticipantID) {
        switch field {
        case .real: self = .real
        case .binary, .null: self = .binary
        case .integer(let number): self.init(Array(String(number).utf8)[...], reason, owner)
        case .characters(let text), .text(let text): self.init(WhiteSpace.trimmed(text), reason, owner)
        }
    }

    private init(_ text: ArraySlice<UInt8>, _ reason: RefusalReason, _ owner: ParticipantID) {
        let digits = text.prefix(while: Digits.isDigit)
        let rest = text.dropFirst(digits.count)
        func isNumber(_ text: ArraySlice<UInt8>) -> Bool { text.allSatisfy(Digits.isDigit) && !text.isEmpty }
        if reason != .malformed {
            self = .refused(reason)
        } else if rest.isEmpty, let other = Self.other(text, owner) {
            self = .other(other)
        } else if rest.isEmpty {
            self = .digits(min(digits.count, Self.mostCounted))
        } else if !digits.isEmpty, rest.count >= 2, rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ","),
            rest.dropFirst().allSatisfy({ $0 == UInt8(ascii: "0") })
        {
            self = .pointZero(digits: min(digits.count, Self.mostCounted))
        } else if let mark = rest.firstIndex(where: { $0 == UInt8(ascii: "E") || $0 == UInt8(ascii: "e") }),
            !digits.isEmpty, isNumber(rest[(mark + 1)...].drop { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") })
        {
            self = .exponent
        } else if text.contains(where: { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
        ) {
            self = .masked
        } else if let other = Self.other(text, owner) {
            self = .other(other)
        } else {
            self = .characters(min(String(decoding: text.prefix(256), as: UTF8.self).count, Self.mostCounted))
        }
    }

    /// The country whose scheme would read it.
    private static func other(_ text: ArraySlice<UInt8>, _ owner: ParticipantID) -> IdentitySchemeID? {
        IdentitySchemeID.allCases.first { (try? $0.scheme(today: nil).read(text, owner: owner)) != nil }
    }

    /// For messages.
    public var words: String {
        switch self {
        case .pointZero(let digits): "\(digits) digits and .0 (made a number: keep codes as text)"
        case .exponent: "a number with an exponent (made a number: keep codes as text)"
        case .digits(9): "9 digits (a leading zero may be lost: keep codes as text)"
        case .digits(let count): "\(count) digits"
        case .real: "a floating-point number (keep codes as text)"
        case .binary: "a binary value"
        case .masked: "characters in place of hidden ones"
        case .other(let scheme): "a code of \(scheme.rawValue)"
        case .refused(let reason): "\(reason.rawValue)"
        case .characters(let count): "\(count) characters of another form"
        }
    }
}
