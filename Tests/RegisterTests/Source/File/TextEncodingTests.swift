import Foundation
import Testing

@testable import Register

/// Encodings other than UTF-8: every character, every mistake, wherever a block ends.
@Suite(.timeLimit(.minutes(10))) struct TextEncodingTests {
    private static let blockByteCounts = [1, 2, 3, 5, 1 << 16]
    private static let single: [TextEncoding] = [.latin1, .latin9, .windows1252]

    private func decoded(_ bytes: [UInt8], _ encoding: TextEncoding, blockByteCount: Int) throws -> [UInt8] {
        var blocks = DecodedBlocks(
            MemoryBlocks(bytes: bytes, blockByteCount: blockByteCount), encoding: encoding, file: "f.csv")
        var (all, block) = ([UInt8](), [UInt8](repeating: 0, count: 7))
        while true {
            let count = try blocks.read(into: &block)
            if count == 0 { return all }
            all += block[..<count]
        }
    }

    /// What the C library makes of the bytes; nil if it refuses them.
    private func oracle(_ bytes: [UInt8], _ encoding: TextEncoding) throws -> [UInt8]? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/iconv")
        process.arguments = ["-f", encoding.rawValue, "-t", "utf-8"]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        process.standardError = FileHandle.nullDevice
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(bytes))
        try input.fileHandleForWriting.close()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? Array(text) : nil
    }

    @Test(arguments: single) func everyByteIsWhatTheCLibrarySays(encoding: TextEncoding) throws {
        var (defined, text) = ([UInt8](), [UInt8]())
        for byte in UInt8.min...UInt8.max {
            if let found = try? decoded([byte], encoding, blockByteCount: 1) {
                defined.append(byte)
                text += found
            } else if encoding == .windows1252 {
                #expect(try oracle([byte], encoding) == nil, "\(byte)")
            } else {
                // The C library takes them for control characters, which no register has: they are of Windows.
                #expect((0x80...0x9F).contains(byte))
            }
        }
        #expect(try oracle(defined, encoding) == text)
        #expect(defined.count == (encoding == .windows1252 ? 251 : 224))
    }

    private static let text = "id;nimi\r\n1;Åsa Öhman €\n2;\"Ÿ 😀 \u{10FFFF}\u{FFFD}\u{7F}\u{80}\u{7FF}\u{800}\"\n"

    private func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
        text.utf16.flatMap { unit in
            let bytes = [UInt8(truncatingIfNeeded: unit >> 8), UInt8(truncatingIfNeeded: unit)]
            return bigEndian ? bytes : bytes.reversed()
        }
    }

    @Test(arguments: blockByteCounts) func utf16IsReadInEitherOrder(blockByteCount: Int) throws {
        for isBig in [false, true] {
            let plain = utf16(Self.text, bigEndian: isBig)
            let marked = utf16("\u{FEFF}", bigEndian: isBig) + plain
            let named: TextEncoding = isBig ? .utf16BigEndian : .utf16LittleEndian
            let other: TextEncoding = isBig ? .utf16LittleEndian : .utf16BigEndian
            let wanted = Array(Self.text.utf8)
            #expect(try decoded(plain, named, blockByteCount: blockByteCount) == wanted)
            #expect(try decoded(marked, .utf16, blockByteCount: blockByteCount) == wanted)
            #expect(try oracle(plain, named) == wanted)
            // Whoever reads the text takes the mark for what it is.
            #expect(try decoded(marked, named, blockByteCount: blockByteCount) == [0xEF, 0xBB, 0xBF] + wanted)
            func failure(_ bytes: [UInt8], _ encoding: TextEncoding) -> RegisterError? {
                registerError { _ = try decoded(bytes, encoding, blockByteCount: blockByteCount) }
            }
            func error(_ failure: TextFileFailure, _ line: Int) -> RegisterError {
                RegisterError(.textFile(failure), file: "f.csv", line: line)
            }
            #expect(failure(plain, .utf16) == error(.noByteOrderMark, 1))
            #expect(failure(marked, other) == error(.otherByteOrder, 1))
            #expect(failure(plain + [0x20], named) == error(.endsWithinCharacter(named), 4))
            let pair = utf16("😀", bigEndian: isBig)
            let (high, low) = (Array(pair[..<2]), Array(pair[2...]))
            #expect(failure(plain + high, named) == error(.endsWithinCharacter(named), 4))
            #expect(failure(plain + low + plain, named) == error(.unpairedSurrogate, 4))
            #expect(failure(plain + high + plain, named) == error(.unpairedSurrogate, 4))
            #expect(failure(high + high + low, named) == error(.unpairedSurrogate, 1))
        }
    }

    @Test func aFileIsReadInItsEncoding() throws {
        let folder = try TemporaryFolder()
        let text = "tunnus;kunta\r\n1;Å\r\n2;\"ä\r\n\"\"ö\"\"\"\r\n3;"
        let wanted: [[Seen]] = [
            [.characters("1"), .characters("Å")], [.characters("2"), .characters("ä\r\n\"ö\"")],
            [.characters("3"), .null],
        ]
        var files: [(TextEncoding, [UInt8])] = Self.single.map { encoding in
            (encoding, text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
        }
        for isBig in [false, true] {
            files.append((.utf16, utf16("\u{FEFF}" + text, bigEndian: isBig)))
            files.append((isBig ? .utf16BigEndian : .utf16LittleEndian, utf16(text, bigEndian: isBig)))
            files.append((isBig ? .utf16BigEndian : .utf16LittleEndian, utf16("\u{FEFF}" + text, bigEndian: isBig)))
        }
        files += [(.utf8, Array(text.utf8)), (.utf8, Array(("\u{FEFF}" + text).utf8))]
        for (encoding, bytes) in files {
            let source = CSVSource(file: TextFile(path: try folder.write(bytes), encoding: encoding))
            var reader = try source.makeReader()
            #expect(reader.columns == ["tunnus", "kunta"], "\(encoding)")
            var rows: [[Seen]] = []
            while let record = try reader.next() { rows.append((0..<record.count).map { Seen(record[$0]) }) }
            #expect(rows == wanted, "\(encoding)")
        }
    }

    @Test(arguments: [1, 4, 1 << 16]) func whatCannotBeReadIsToldWithItsPlace(blockByteCount: Int) throws {
        func error(_ bytes: [UInt8]) throws -> RegisterError? {
            registerError {
                let blocks = DecodedBlocks(
                    MemoryBlocks(bytes: bytes, blockByteCount: blockByteCount), encoding: .windows1252, file: "f.csv")
                _ = try records(CSVReader(blocks: blocks, file: "f.csv", delimiter: .comma, nullText: nil))
            }
        }
        func undefined(row: Int?, line: Int, column: String?) -> RegisterError {
            RegisterError(
                .textFile(.undefinedByte(.windows1252)), file: "f.csv", row: row, line: line, column: column)
        }
        let bad: [UInt8] = [0x81]
        let header = Array("a,b\n".utf8)
        #expect(try error(header + Array("1,2\n3,x".utf8) + bad) == undefined(row: 2, line: 3, column: "b"))
        #expect(try error(header + Array("1,\"2\n\n".utf8) + bad) == undefined(row: 1, line: 4, column: "b"))
        #expect(try error(header + Array("1,2\n".utf8) + bad) == undefined(row: 2, line: 3, column: "a"))
        #expect(try error(header + bad)?.line == 2)
        #expect(try error(Array("a,".utf8) + bad)?.line == 1)
        #expect(try error(bad)?.kind == .textFile(.undefinedByte(.windows1252)))
        // A mistake that stands before it is told first.
        #expect(try error(header + Array("1\n".utf8) + bad)?.kind == .tooFewFields(expected: 2, found: 1))
        let text = try #require(try error(header + Array("secret,".utf8) + bad)).description
        #expect(text.hasPrefix("\"f.csv\", row 1 (line 2), column \"b\": ") && !text.contains("secret"))
    }
}
