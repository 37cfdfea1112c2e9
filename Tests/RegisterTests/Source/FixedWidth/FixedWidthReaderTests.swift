import Foundation
import Testing

@testable import Register

@Suite struct FixedWidthReaderTests {
    private static let layout = [
        FixedWidthColumn(name: "id", start: 1, length: 3), FixedWidthColumn(name: "name", start: 4, length: 5),
        FixedWidthColumn(name: "n", start: 9, length: 2),
    ]

    private func c(_ text: String) -> Seen { .characters(text) }

    private func read(
        _ bytes: [UInt8], _ change: (inout FixedWidthSource) -> Void = { _ in }, blockByteCount: Int = 1 << 16
    ) throws -> [[Seen]] {
        var source = FixedWidthSource(file: TextFile(path: "f.txt"), layout: Self.layout)
        change(&source)
        let blocks = try source.file.text(MemoryBlocks(bytes: bytes, blockByteCount: blockByteCount))
        var reader = try source.reader(blocks)
        var rows: [[Seen]] = []
        while let record = try reader.next() { rows.append((0..<record.count).map { Seen(record[$0]) }) }
        return rows
    }

    private func read(_ text: String, _ change: (inout FixedWidthSource) -> Void = { _ in }) throws -> [[Seen]] {
        try read(Array(text.utf8), change)
    }

    private func error(
        _ text: String, _ change: (inout FixedWidthSource) -> Void = { _ in }
    ) -> RegisterError? { registerError { _ = try read(text, change) } }

    private func at(_ kind: RegisterError.Kind, row: Int?, line: Int?, column: String? = nil) -> RegisterError {
        RegisterError(kind, file: "f.txt", row: row, line: line, column: column)
    }

    @Test func everyFieldStandsAtItsPlace() throws {
        let lines = ["001Åsa   12", "002 Öö😀   3", "003      4 ", "\"; ,\"\"   x "]
        let wanted = [
            [c("001"), c("Åsa"), c("12")], [c("002"), c("Öö😀"), c("3")], [c("003"), .null, c("4")],
            [c("\";"), c(",\"\""), c("x")],
        ]
        #expect(lines.allSatisfy { $0.unicodeScalars.count == 11 })
        for ending in ["\n", "\r\n"] {
            for last in ["", ending] {
                for mark in ["", "\u{FEFF}"] {
                    for blockByteCount in [1, 2, 3, 7, 1 << 16] {
                        let bytes = Array((mark + lines.joined(separator: ending) + last).utf8)
                        let found = try read(
                            bytes,
                            {
                                $0.lineLength = 11
                                $0.layout[2].length = 3
                            }, blockByteCount: blockByteCount)
                        #expect(found == wanted, "\(ending.debugDescription) \(blockByteCount)")
                    }
                }
            }
        }
    }

    @Test func trimmingAndEmptyFieldsAreAsAsked() throws {
        let text = "  1 a   -9\n"
        #expect(try read(text) == [[c("1"), c("a"), c("-9")]])
        func trimmed(_ trim: FixedWidthTrim) throws -> [Seen] {
            try read(text) { source in for index in 0..<3 { source.layout[index].trim = trim } }[0]
        }
        #expect(try trimmed(.none) == [c("  1"), c(" a   "), c("-9")])
        #expect(try trimmed(.start) == [c("1"), c("a   "), c("-9")])
        #expect(try trimmed(.end) == [c("  1"), c(" a"), c("-9")])
        #expect(try read("          \n") == [[.null, .null, .null]])
        #expect(try read("          \n") { $0.empty = .text } == [[c(""), c(""), c("")]])
        #expect(try read("999     99\n") { $0.nullText = "99" } == [[c("999"), .null, .null]])
        // What was not trimmed is not empty.
        #expect(try read("          \n") { $0.layout[1].trim = .none }[0][1] == c("     "))
    }

    @Test func columnsMayOverlapLeaveGapsAndStandInAnyOrder() throws {
        let found = try read("131052-308T xx\n131052-308Uyyy\n") { source in
            source.lineLength = 14
            source.layout = [
                FixedWidthColumn(name: "x", start: 13, length: 2), FixedWidthColumn(name: "hetu", start: 1, length: 11),
                FixedWidthColumn(name: "day", start: 1, length: 6),
            ]
        }
        #expect(
            found == [
                [c("xx"), c("131052-308T"), c("131052")], [c("yy"), c("131052-308U"), c("131052")],
            ])
    }

    @Test func linesOfAnotherLengthAreRefused() {
        #expect(
            error("0123456789\n012345678\n")
                == at(.fixedWidth(.lineTooShort(expected: 10, found: 9)), row: 2, line: 2))
        #expect(error("0123456789\n\n") == at(.fixedWidth(.lineTooShort(expected: 10, found: 0)), row: 2, line: 2))
        #expect(error("0123456789\n01") == at(.fixedWidth(.lineTooShort(expected: 10, found: 2)), row: 2, line: 2))
        #expect(error("01234567890\n") == at(.fixedWidth(.lineTooLong(expected: 10)), row: 1, line: 1))
        #expect(error("0123456789 \r\n") == at(.fixedWidth(.lineTooLong(expected: 10)), row: 1, line: 1))
        #expect(
            error("head\n012\n") { $0.skippedLineCount = 1 }
                == at(.fixedWidth(.lineTooShort(expected: 10, found: 3)), row: 1, line: 2))
        #expect(error("01234\r6789\n") == at(.fixedWidth(.strayCarriageReturn), row: 1, line: 1))
        #expect(error("012\u{0}456789\n") == at(.nulByte, row: 1, line: 1, column: "name"))
        #expect(
            error("one\ntwo") { $0.skippedLineCount = 2 }
                == at(.fixedWidth(.tooFewLines(skipped: 2)), row: nil, line: nil))
        #expect(error("") == at(.emptyFile, row: nil, line: nil))
        #expect(
            error(String(repeating: "x", count: 9 << 20)) == at(.recordTooLong(byteLimit: 8 << 20), row: 1, line: 1))
        #expect(error("secret\n")?.description.contains("secret") == false)
    }

    @Test func skippedLinesMayHaveAnyLength() throws {
        let title = String(repeating: "t", count: 1 << 20)
        #expect(try read("\u{FEFF}\(title)\n\n0123456789\n") { $0.skippedLineCount = 2 }.count == 1)
        #expect(try read("one\ntwo\n") { $0.skippedLineCount = 2 } == [])
    }

    @Test func charactersAreThoseOfTheEncoding() throws {
        let latin = Array("001".utf8) + [0xC5, 0x73, 0x61, 0x20, 0x80] + Array("12\n".utf8)
        #expect(
            try read(latin) { $0.file.encoding = .windows1252 } == [[c("001"), c("Åsa €"), c("12")]])
        let bad = Array("0123456789\n001".utf8) + [0x81]
        #expect(
            registerError { _ = try read(bad) { $0.file.encoding = .windows1252 } }
                == at(.textFile(.undefinedByte(.windows1252)), row: 2, line: 2))
        #expect(
            registerError { _ = try read(bad) } == at(.invalidUTF8, row: 2, line: 2, column: "name"))
    }

    @Test func unselectedFieldsAreNull() throws {
        var reader = try FixedWidthReader(
            MemoryBlocks(bytes: Array("001Anna  12\n".utf8)),
            FixedWidthSource(file: TextFile(path: "f.txt"), layout: Self.layout, lineLength: 11))
        reader.select([1])
        #expect(try records(reader) == [[.null, c("Anna"), .null]])
    }
}
