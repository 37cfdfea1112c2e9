/// What can be wrong with the form of separated values.
public enum CSVFailure: SourceFailure {
    case strayQuote
    case textAfterClosingQuote
    case unterminatedQuote
    case strayCarriageReturn
    case ambiguousDelimiter
    /// A line `sep=` before the header names no delimiter that can be read, or another than the configuration.
    case separatorLineDiffers

    public var sentence: String {
        switch self {
        case .strayQuote:
            "a quotation mark stands inside a field that doesn't begin with one. "
                + "Put the whole field in quotation marks and double those inside."
        case .textAfterClosingQuote:
            "text follows a field's closing quotation mark. Double the quotation marks that belong to the field."
        case .unterminatedQuote:
            "the quotation mark that opens this field is never closed. Close it, or double it if it belongs to the "
                + "text."
        case .strayCarriageReturn:
            "a carriage return stands without a line feed. End lines with CR LF or LF, or quote the field."
        case .ambiguousDelimiter:
            "the header has several of comma, semicolon, tab and vertical bar. "
                + "Say in the configuration which one is the delimiter."
        case .separatorLineDiffers:
            "the line sep= before the header names another delimiter than the configuration, or one that cannot be "
                + "read. Make the two agree: comma, semicolon, tab or pipe."
        }
    }
}

extension RegisterError.Kind {
    static func csv(_ failure: CSVFailure) -> RegisterError.Kind { .source(AnySourceFailure(failure)) }
}
