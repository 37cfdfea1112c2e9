internal import Values

/// Lines of CSV after RFC 4180, in UTF-8: commas, CRLF, quotes where needed and doubled inside.
enum CSVLine {
    private static let comma = UInt8(ascii: ",")
    private static let quote = UInt8(ascii: "\"")

    static func append(names: [String], to line: inout [UInt8]) {
        for (index, name) in names.enumerated() {
            if index > 0 { line.append(comma) }
            append(text: name, to: &line)
        }
        end(&line)
    }

    /// Adds a comma and the value: nothing for null, `""` for an empty text.
    static func append(_ value: FieldValue, to line: inout [UInt8]) {
        line.append(comma)
        switch value {
        case .null: break
        case .integer(let number): line += String(number).utf8
        case .decimal(let decimal): line += decimal.digits.utf8
        case .date(let date): line += date.description.utf8
        case .boolean(let flag): line += (flag ? "true" : "false").utf8
        case .code(let text), .text(let text): append(text: text, to: &line)
        case .person(let bytes): line += Pseudonym(bytes: bytes)?.textBytes ?? []
        }
    }

    static func end(_ line: inout [UInt8]) {
        line.append(13)
        line.append(10)
    }

    /// Quotes an empty text, and one with a separator, a quote, a line break or blanks at an end that a reader might
    /// trim.
    private static func append(text: String, to line: inout [UInt8]) {
        let bytes = text.utf8
        let needsQuotes =
            bytes.isEmpty || isBlank(bytes.first) || isBlank(bytes.last)
            || bytes.contains { $0 == comma || $0 == quote || $0 == 13 || $0 == 10 }
        guard needsQuotes else {
            line += bytes
            return
        }
        line.append(quote)
        for byte in bytes {
            if byte == quote { line.append(quote) }
            line.append(byte)
        }
        line.append(quote)
    }

    private static func isBlank(_ byte: UInt8?) -> Bool { byte == 32 || byte == 9 }
}
