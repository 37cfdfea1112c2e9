/// Texts as string literals of the languages that load a dataset, whatever they hold. All literals are ASCII, so that
/// scripts mean the same under every locale.
enum ScriptText {
    /// A literal of R: `"…"` with `\uXXXX` and `\UXXXXXXXX`. R's strings cannot hold U+0000, which becomes U+FFFD.
    static func r(_ text: String) -> String { quoted(text, null: "\\ufffd") }

    /// A literal of Python.
    static func python(_ text: String) -> String { quoted(text, null: "\\u0000") }

    /// A comment's text: on one line.
    static func comment(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.isPrintableASCII ? $0 : "?" }))
    }

    private static func quoted(_ text: String, null: String) -> String {
        var literal = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{0}": literal += null
            case "\"", "\\":
                literal += "\\"
                literal.unicodeScalars.append(scalar)
            case _ where scalar.isPrintableASCII: literal.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16)
                let isShort = scalar.value <= 0xFFFF
                literal +=
                    (isShort ? "\\u" : "\\U")
                    + String(repeating: "0", count: (isShort ? 4 : 8) - digits.count) + digits
            }
        }
        return literal + "\""
    }
}

extension Unicode.Scalar {
    fileprivate var isPrintableASCII: Bool { (32...126).contains(value) }
}
