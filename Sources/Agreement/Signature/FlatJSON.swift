/// Reads one JSON object whose values are texts without escapes and whole numbers: what a signature file is. Stricter
/// than JSON, so that a file has one reading: a field twice, an escape, a nested value are refused.
enum FlatJSON {
    enum Value: Equatable {
        case text(String)
        /// The digits.
        case number(String)
    }

    /// The fields, or nil for anything else. The caller bounds the length.
    static func read(_ bytes: [UInt8]) -> [String: Value]? {
        var reader = Reader(rest: bytes[...])
        guard let fields = reader.object(), reader.atEnd() else { return nil }
        return fields
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func object() -> [String: Value]? {
            guard take("{") else { return nil }
            var fields: [String: Value] = [:]
            if take("}") { return fields }
            repeat {
                guard let name = text(), take(":"), let value = value(), fields.updateValue(value, forKey: name) == nil
                else {
                    return nil
                }
            } while take(",")
            return take("}") ? fields : nil
        }

        mutating func atEnd() -> Bool {
            skipSpace()
            return rest.isEmpty
        }

        private mutating func value() -> Value? {
            if rest.first == UInt8(ascii: "\"") { return text().map { .text($0) } }
            let digits = rest.prefix { (48...57).contains($0) }
            guard (1...18).contains(digits.count), digits.count == 1 || digits.first != 48 else { return nil }
            rest = rest.dropFirst(digits.count)
            return .number(String(decoding: digits, as: UTF8.self))
        }

        private mutating func text() -> String? {
            guard take("\"") else { return nil }
            let body = rest.prefix { $0 != UInt8(ascii: "\"") }
            rest = rest.dropFirst(body.count)
            guard rest.popFirst() != nil, body.allSatisfy({ $0 >= 32 && $0 < 127 && $0 != UInt8(ascii: "\\") }) else {
                return nil
            }
            skipSpace()
            return String(decoding: body, as: UTF8.self)
        }

        /// Skips white space, takes the sign if it comes, skips white space again (but none at the start of a text).
        private mutating func take(_ sign: Unicode.Scalar) -> Bool {
            skipSpace()
            guard rest.first == UInt8(ascii: sign) else { return false }
            rest = rest.dropFirst()
            if sign != "\"" { skipSpace() }
            return true
        }

        private mutating func skipSpace() {
            rest = rest.drop { $0 == 32 || $0 == 10 || $0 == 13 || $0 == 9 }
        }
    }
}
