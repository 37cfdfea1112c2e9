/// What can be wrong with the form of lines of fixed width.
public enum FixedWidthFailure: SourceFailure {
    /// In characters.
    case lineTooShort(expected: Int, found: Int)
    case lineTooLong(expected: Int)
    case strayCarriageReturn
    /// The file ends before the lines that are to be skipped do.
    case tooFewLines(skipped: Int)

    public var sentence: String {
        switch self {
        case .lineTooShort(let expected, let found):
            "the line has \(found) characters, and by the layout \(expected). Check encoding and layout, that the line "
                + "is not cut, and that spaces at its end were kept."
        case .lineTooLong(let expected):
            "the line has more than the layout's \(expected) characters. Check encoding and layout, or write the "
                + "lines' length under line_length if columns are left out."
        case .strayCarriageReturn:
            "a carriage return stands without a line feed. End lines with CR LF or LF."
        case .tooFewLines(let skipped):
            "the file has fewer than the \(skipped) lines that are to be skipped. Check skip_lines, and the file."
        }
    }
}

extension RegisterError.Kind {
    static func fixedWidth(_ failure: FixedWidthFailure) -> RegisterError.Kind { .source(AnySourceFailure(failure)) }
}
