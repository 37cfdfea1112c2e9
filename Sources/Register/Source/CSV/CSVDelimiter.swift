/// What separates the fields of a line.
public enum CSVDelimiter: String, Sendable, CaseIterable {
    case comma
    case semicolon
    case tab
    /// The vertical bar.
    case pipe
    /// The one that occurs in the header line, or that a line `sep=;` before it names; a header with several is
    /// refused.
    case detect
}

extension CSVDelimiter {
    /// In the plural, for messages.
    var word: String {
        switch self {
        case .comma: "commas"
        case .semicolon: "semicolons"
        case .tab: "tabs"
        case .pipe: "vertical bars"
        case .detect: "a delimiter that was not found"
        }
    }

    var byte: UInt8? {
        switch self {
        case .comma: UInt8(ascii: ",")
        case .semicolon: UInt8(ascii: ";")
        case .tab: UInt8(ascii: "\t")
        case .pipe: UInt8(ascii: "|")
        case .detect: nil
        }
    }

    static let written: [CSVDelimiter] = [.comma, .semicolon, .tab, .pipe]
}
