/// A reader of RFC 4180 written apart from the writer: nil for an unquoted empty field, "" for a quoted one.
struct CSVReader {
    struct Malformed: Error { var offset: Int }

    static func read(_ bytes: some Sequence<UInt8>) throws -> [[String?]] {
        let bytes = Array(bytes)
        var rows: [[String?]] = []
        var row: [String?] = []
        var index = 0
        while index < bytes.count {
            var field: [UInt8] = []
            var isQuoted = false
            if bytes[index] == UInt8(ascii: "\"") {
                isQuoted = true
                index += 1
                while true {
                    guard index < bytes.count else { throw Malformed(offset: index) }
                    if bytes[index] == UInt8(ascii: "\"") {
                        index += 1
                        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { break }
                    }
                    field.append(bytes[index])
                    index += 1
                }
            } else {
                while index < bytes.count, ![44, 13, 10, 34].contains(bytes[index]) {
                    field.append(bytes[index])
                    index += 1
                }
            }
            guard let text = String(validating: field, as: UTF8.self) else { throw Malformed(offset: index) }
            row.append(text.isEmpty && !isQuoted ? nil : text)
            guard index < bytes.count else { throw Malformed(offset: index) }
            if bytes[index] == UInt8(ascii: ",") {
                index += 1
                // A comma at the end of a line or file opens one more, empty field.
                if index < bytes.count, bytes[index] == 13 { row.append(nil) } else { continue }
            }
            guard index + 1 < bytes.count, bytes[index] == 13, bytes[index + 1] == 10 else {
                throw Malformed(offset: index)
            }
            index += 2
            rows.append(row)
            row = []
        }
        return rows
    }
}
