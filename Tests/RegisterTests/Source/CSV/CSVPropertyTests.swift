import Testing

@testable import PSIProtocol
@testable import Register

@Suite struct CSVPropertyTests {
    /// Bytes that mean something to the parser, and some that don't.
    private static let awkward: [UInt8] =
        Array("\"\",,;;\n\n\r\r\nab1 ".utf8) + [0, 0xC3, 0xA4, 0xFF, 0xEF, 0xBB, 0xBF]

    /// Bytes that are often a record.
    private static let mild: [UInt8] = Array("\"\",;\n\na1 b".utf8)

    /// What a reading ends in.
    private enum Outcome: Equatable {
        case records([[Seen]])
        case error(RegisterError)
    }

    private func outcome(_ bytes: [UInt8], delimiter: CSVDelimiter, blockByteCount: Int) throws -> Outcome {
        do {
            return .records(try csv(bytes, delimiter: delimiter, nullText: "a", blockByteCount: blockByteCount))
        } catch let error as RegisterError {
            return .error(error)
        }
    }

    @Test func anyBytesEndInRecordsOrAnErrorWhereverBlocksEnd() throws {
        var generator = SeededGenerator(seed: 4180)
        var recordCount = 0
        var errorKinds: Set<String> = []
        for round in 0..<20_000 {
            let count = Int.random(in: 0...(round.isMultiple(of: 10) ? 60 : 14), using: &generator)
            let random = (0..<count).map { _ in
                switch round % 6 {
                case 0: UInt8.random(in: 0...255, using: &generator)
                case 1, 2: Self.awkward.randomElement(using: &generator) ?? 0
                default: Self.mild.randomElement(using: &generator) ?? 0
                }
            }
            // Behind a sound header the bytes are data, and more of them are records.
            let header = ["", "", "x\n", "x;y\r\n", "x,y\n"][round % 5]
            let bytes = Array(header.utf8) + random
            let delimiter = CSVDelimiter.allCases[round / 30 % CSVDelimiter.allCases.count]
            let whole = try outcome(bytes, delimiter: delimiter, blockByteCount: 1 << 16)
            for blockByteCount in [1, 2, 5] {
                let parts = try outcome(bytes, delimiter: delimiter, blockByteCount: blockByteCount)
                #expect(parts == whole, "\(bytes)")
            }
            switch whole {
            case .records(let records): recordCount += records.count
            case .error(let error):
                var name = String(describing: error.kind).prefix { $0 != "(" }.description
                if case .source(let source) = error.kind { name = String(describing: source.failure) }
                errorKinds.insert(name)
                #expect(error.description.hasSuffix("."))
            }
        }
        // The bytes lead everywhere: records and every kind of malformed text.
        #expect(recordCount > 1000)
        #expect(
            errorKinds.isSuperset(of: [
                "emptyFile", "invalidUTF8", "nulByte", "strayQuote", "textAfterClosingQuote", "unterminatedQuote",
                "strayCarriageReturn", "tooManyFields", "tooFewFields", "ambiguousDelimiter",
            ]), "\(errorKinds)")
    }

    /// Every text of up to seven characters over a small alphabet, against a slow reading of the grammar.
    @Test func agreesWithTheGrammarOnAllShortTexts() throws {
        let alphabet: [UInt8] = Array("\",\na".utf8)
        var texts: [[UInt8]] = [[]]
        var checked = 0
        for _ in 0..<7 {
            texts = texts.flatMap { text in alphabet.map { text + [$0] } }
            for text in texts {
                // A text of one column is none of two, so both outcomes occur.
                for header in ["x\n", "x,y\n"] {
                    let expected = Grammar.records(text, fieldCount: header == "x\n" ? 1 : 2)
                    let found = try? csv(Array(header.utf8) + text, delimiter: .comma)
                    #expect(
                        found == expected, "\(String(decoding: header.utf8 + text, as: UTF8.self).debugDescription)")
                    checked += 1
                }
            }
        }
        #expect(checked == 2 * (4 + 16 + 64 + 256 + 1024 + 4096 + 16_384))
    }

    @Test func generatedTablesComeBack() throws {
        var generator = SeededGenerator(seed: 99)
        let pieces = ["", "a", "\"", "\"\"", ",", ";", "\n", "\r\n", "\r", " ", "ä", "€", "😀", "NA", "\t", "0"]
        for round in 0..<3000 {
            let delimiter = round.isMultiple(of: 2) ? CSVDelimiter.comma : .semicolon
            let separator = delimiter == .comma ? "," : ";"
            let ending = round.isMultiple(of: 3) ? "\r\n" : "\n"
            let columnCount = Int.random(in: 1...5, using: &generator)
            let table: [[Seen]] = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                (0..<columnCount).map { _ in
                    if Int.random(in: 0..<5, using: &generator) == 0 { return .null }
                    return .characters(
                        (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                            pieces.randomElement(using: &generator) ?? ""
                        }.joined())
                }
            }
            var text = (0..<columnCount).map { "\"column \($0)\"" }.joined(separator: separator) + ending
            for row in table {
                text += row.map { written($0, mayBeBare: Bool.random(using: &generator)) }.joined(separator: separator)
                text += ending
            }
            for blockByteCount in [1, 3, 1 << 16] {
                #expect(
                    try csv(text, delimiter: delimiter, nullText: "NA", blockByteCount: blockByteCount) == table,
                    "\(text.debugDescription)")
            }
        }
    }

    private func written(_ field: Seen, mayBeBare: Bool) -> String {
        guard case .characters(let text) = field else { return mayBeBare ? "" : "NA" }
        let isBare = !text.isEmpty && text != "NA" && !text.utf8.contains { "\"\r\n,;".utf8.contains($0) }
        if isBare && mayBeBare { return text }
        return "\"" + text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
    }
}

/// RFC 4180's grammar read by trial, for texts without CR: record by record, field by field.
private enum Grammar {
    /// The records, or nil when the text is not in the grammar or a record has another number of fields.
    static func records(_ text: [UInt8], fieldCount: Int) -> [[Seen]]? {
        var rest = text[...]
        var all: [[Seen]] = []
        while !rest.isEmpty {
            var record: [Seen] = []
            while true {
                guard let (field, after) = field(rest) else { return nil }
                record.append(field)
                rest = after
                guard let next = rest.first else { break }
                rest = rest.dropFirst()
                if next == UInt8(ascii: "\n") { break }
            }
            if record.count != fieldCount { return nil }
            all.append(record)
        }
        return all
    }

    /// A field and what follows it, which begins with a comma or a line feed unless it is empty.
    private static func field(_ text: ArraySlice<UInt8>) -> (Seen, ArraySlice<UInt8>)? {
        guard text.first == UInt8(ascii: "\"") else {
            let plain = text.prefix { !"\",\n".utf8.contains($0) }
            let rest = text.dropFirst(plain.count)
            if rest.first == UInt8(ascii: "\"") { return nil }
            return (plain.isEmpty ? .null : .characters(String(decoding: plain, as: UTF8.self)), rest)
        }
        var inner: [UInt8] = []
        var rest = text.dropFirst()
        while let byte = rest.first {
            rest = rest.dropFirst()
            if byte != UInt8(ascii: "\"") {
                inner.append(byte)
            } else if rest.first == UInt8(ascii: "\"") {
                inner.append(byte)
                rest = rest.dropFirst()
            } else {
                guard rest.isEmpty || rest.first == UInt8(ascii: ",") || rest.first == UInt8(ascii: "\n") else {
                    return nil
                }
                return (.characters(String(decoding: inner, as: UTF8.self)), rest)
            }
        }
        return nil
    }
}
