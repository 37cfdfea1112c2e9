/// One field as its source has it, before its column's type is known. Secret; reflection shows no content.
public enum SourceField: Sendable, Equatable, CustomReflectable {
    case null
    /// Characters of a source without types (CSV). Valid UTF-8 without NUL.
    case characters(ArraySlice<UInt8>)
    /// A value that its database stores as text. Valid UTF-8 without NUL.
    case text(ArraySlice<UInt8>)
    case integer(Int64)
    case real(Double)
    /// A binary value; its content is not read.
    case binary

    /// What is written there, of numbers the digits; nil for anything but text and whole numbers.
    var written: ArraySlice<UInt8>? {
        switch self {
        case .null, .binary, .real: nil
        case .characters(let text), .text(let text): text
        case .integer(let number): Array(String(number).utf8)[...]
        }
    }

    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
