/// Looks through a header line for the delimiters that stand outside quotation marks.
struct CSVDelimiterScan {
    private(set) var found: Set<CSVDelimiter> = []
    /// Whether the line's end has been seen.
    private(set) var isAtEnd = false
    private var isQuoted = false

    mutating func read(_ bytes: ArraySlice<UInt8>) {
        for byte in bytes where !isAtEnd {
            switch byte {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted: found.insert(.comma)
            case UInt8(ascii: ";") where !isQuoted: found.insert(.semicolon)
            case UInt8(ascii: "\t") where !isQuoted: found.insert(.tab)
            case UInt8(ascii: "|") where !isQuoted: found.insert(.pipe)
            case UInt8(ascii: "\n") where !isQuoted: isAtEnd = true
            default: break
            }
        }
    }
}
