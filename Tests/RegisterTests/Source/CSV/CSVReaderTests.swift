import Files
import Foundation
import Testing

@testable import PSIProtocol
@testable import Register

@Suite struct CSVReaderTests {
    private func c(_ text: String) -> Seen { .characters(text) }

    private func failure(_ text: String, nullText: String? = nil) -> RegisterError? {
        registerError { _ = try csv(text, nullText: nullText) }
    }

    private func error(
        _ kind: RegisterError.Kind, row: Int? = nil, line: Int? = nil, column: String? = nil
    ) -> RegisterError {
        RegisterError(kind, file: "f.csv", row: row, line: line, column: column)
    }

    @Test func readsWhatRFC4180Allows() throws {
        let expected = [
            [c("1"), c("a,b;c"), c("say \"hi\"")],
            [c("2"), c("two\r\nlines\n"), .null],
            [c("3"), c(""), c(" äö€😀 ")],
            [.null, .null, c("\"")],
        ]
        let lines = [
            "id,x,y", "1,\"a,b;c\",\"say \"\"hi\"\"\"", "2,\"two\r\nlines\n\",", "3,\"\", äö€😀 ", ",,\"\"\"\"",
        ]
        for ending in ["\n", "\r\n"] {
            for last in ["", ending] {
                for mark in ["", "\u{FEFF}"] {
                    for blockByteCount in [1, 2, 3, 7, 1 << 16] {
                        let text = mark + lines.joined(separator: ending) + last
                        #expect(
                            try csv(text, delimiter: .comma, blockByteCount: blockByteCount) == expected,
                            "\(ending.debugDescription) \(blockByteCount)")
                    }
                }
            }
        }
    }

    @Test func findsTheDelimiterInTheHeader() throws {
        #expect(try csv("a;b\n1,5;2\n") == [[c("1,5"), c("2")]])
        #expect(try csv("a,b\n1;5,2\n") == [[c("1;5"), c("2")]])
        #expect(try csv("\"a,b\";c\n1;2\n") == [[c("1"), c("2")]])
        #expect(try csv("\"a;\"\"b\nc\",d\n1,2\n", blockByteCount: 3) == [[c("1"), c("2")]])
        #expect(try csv("a\n1 2\n") == [[c("1 2")]])
        // A delimiter that is given is not looked for.
        #expect(try csv("a;b\n1;2\n", delimiter: .comma) == [[c("1;2")]])
        #expect(try csv("a,b\n1,2\n", delimiter: .semicolon) == [[c("1,2")]])
        #expect(try csv("a,b;c\n1,2;3\n", delimiter: .semicolon) == [[c("1,2"), c("3")]])
    }

    @Test func nullIsAnEmptyFieldWithoutQuotationMarks() throws {
        #expect(try csv("a,b\n,\"\"\n") == [[.null, c("")]])
        #expect(try csv("a,b\nNA,\"NA\"\n,NAN\n", nullText: "NA") == [[.null, c("NA")], [.null, c("NAN")]])
        // With one column an empty line is a row.
        #expect(try csv("a\n1\n\n2\n\n") == [[c("1")], [.null], [c("2")], [.null]])
        #expect(try csv("a\n") == [])
        #expect(try csv("a") == [])
    }

    @Test func namesRowAndLine() throws {
        var reader = try CSVReader(
            blocks: MemoryBlocks(bytes: Array("\"a\n\",b\n1,\"x\ny\nz\"\n\r\n".utf8)), file: "f.csv",
            delimiter: .detect,
            nullText: nil)
        #expect(reader.columns == ["a\n", "b"])
        let first = try #require(try reader.next())
        #expect(first.place == RecordPlace(file: "f.csv", row: 1, line: 3))
        #expect(
            registerError { _ = try reader.next() }
                == error(.tooFewFields(expected: 2, found: 1), row: 2, line: 6))
    }

    @Test func unselectedFieldsAreNullAndStillChecked() throws {
        func reader(_ text: String) throws -> CSVReader<MemoryBlocks> {
            var reader = try CSVReader(
                blocks: MemoryBlocks(bytes: Array(text.utf8)), file: "f.csv", delimiter: .comma, nullText: nil)
            reader.select([1])
            return reader
        }
        #expect(try records(reader("a,b,c\n1,2,3\n")) == [[.null, c("2"), .null]])
        #expect(registerError { _ = try records(reader("a,b,c\n1,2,3\"\n")) }?.kind == .csv(.strayQuote))
    }

    @Test func namesEveryMistakeAndItsPlace() {
        #expect(failure("") == error(.emptyFile))
        #expect(failure("\u{FEFF}") == error(.emptyFile))
        #expect(failure("a,b\n1,x\"y\n") == error(.csv(.strayQuote), row: 1, line: 2, column: "b"))
        #expect(failure("a,b\n1,2\n\"x\"y,2\n") == error(.csv(.textAfterClosingQuote), row: 2, line: 3, column: "a"))
        #expect(failure("a,b\n\"x\" ,2\n") == error(.csv(.textAfterClosingQuote), row: 1, line: 2, column: "a"))
        #expect(failure("a,b\n1,\"x\ny\n") == error(.csv(.unterminatedQuote), row: 1, line: 2, column: "b"))
        #expect(failure("a,b\n1,\"") == error(.csv(.unterminatedQuote), row: 1, line: 2, column: "b"))
        #expect(failure("\"a,b\n") == error(.csv(.unterminatedQuote), line: 1, column: "#1"))
        #expect(failure("a,b\n1,2,3\n") == error(.tooManyFields(expected: 2), row: 1, line: 2))
        #expect(failure("a,b\n1,2,\n") == error(.tooManyFields(expected: 2), row: 1, line: 2))
        #expect(failure("a,b\n1\n") == error(.tooFewFields(expected: 2, found: 1), row: 1, line: 2))
        #expect(failure("a,b\n1,2\n\n") == error(.tooFewFields(expected: 2, found: 1), row: 2, line: 3))
        #expect(failure("a,b\n1,\0\n") == error(.nulByte, row: 1, line: 2, column: "b"))
        #expect(failure("a,b\n1,x\0\n") == error(.nulByte, row: 1, line: 2, column: "b"))
        #expect(failure("a,b\n1,\"\0\"\n") == error(.nulByte, row: 1, line: 2, column: "b"))
        #expect(failure("a,b\n1,\"\"\0\n") == error(.nulByte, row: 1, line: 2, column: "b"))
        #expect(failure("a,b\n1,2\r3,4\n") == error(.csv(.strayCarriageReturn), row: 1, line: 2, column: "b"))
        #expect(failure("a,b\n1,\"2\"\r,4\n") == error(.csv(.strayCarriageReturn), row: 1, line: 2, column: "b"))
        #expect(failure("a,b\n1,2\r") == error(.csv(.strayCarriageReturn), row: 1, line: 2, column: "b"))
        for text in ["a,b;c\n", "a\tb|c\n", "a|b,c\n"] {
            #expect(failure(text) == error(.csv(.ambiguousDelimiter), line: 1))
        }
        #expect(failure("a,131052-308T,c\n") == error(.identityCodeInHeader, line: 1, column: "#2"))
        #expect(failure(",b\n\"\"x,2\n") == error(.csv(.textAfterClosingQuote), row: 1, line: 2, column: "#1"))
        let names = (1...4097).map { "c\($0)" }.joined(separator: ",")
        #expect(failure(names) == error(.tooManyColumns(limit: 4096), line: 1))
    }

    @Test func refusesInvalidUTF8() {
        let sequences: [[UInt8]] = [
            [0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x9F, 0xBF], [0xE2, 0x82],
            [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
            [0xE4], [0xF0, 0x9F, 0x98],
        ]
        for sequence in sequences {
            for quote in [[], Array("\"".utf8)] {
                let text = Array("a,b\n1,2\n".utf8) + quote + Array("ä".utf8) + sequence + quote + Array(",x\n".utf8)
                for blockByteCount in [1, 64] {
                    #expect(
                        registerError { _ = try csv(text, blockByteCount: blockByteCount) }
                            == error(.invalidUTF8, row: 2, line: 3, column: "a"))
                }
            }
            #expect(
                registerError { _ = try csv(sequence + Array(",x\n".utf8)) }
                    == error(.invalidUTF8, line: 1, column: "#1"))
        }
        // A UTF-16 file is refused for its NUL bytes.
        #expect(registerError { _ = try csv([0xFF, 0xFE, 0x61, 0, 0x0A, 0]) }?.kind == .nulByte)
    }

    @Test func boundsFieldsAndRecords() throws {
        let longest = String(repeating: "x", count: 1 << 20)
        #expect(try csv("a\n\(longest)\n") == [[c(longest)]])
        #expect(failure("a\n\(longest)x\n") == error(.fieldTooLong(byteLimit: 1 << 20), row: 1, line: 2, column: "a"))
        #expect(failure("a\n\"\(longest)x\"\n")?.kind == .fieldTooLong(byteLimit: 1 << 20))
        #expect(failure("a\n\"" + String(repeating: "\n", count: 2 << 20))?.kind == .fieldTooLong(byteLimit: 1 << 20))
        let names = (1...9).map { "c\($0)" }.joined(separator: ",")
        let wide = Array(repeating: longest, count: 9).joined(separator: ",")
        #expect(failure("\(names)\n\(wide)\n") == error(.recordTooLong(byteLimit: 8 << 20), row: 1, line: 2))
        // Without any line end the header is bounded too, in a quoted field and out of it.
        #expect(failure(String(repeating: "y", count: 20 << 20))?.kind == .fieldTooLong(byteLimit: 1 << 20))
        #expect(failure("\"" + String(repeating: "y", count: 20 << 20))?.kind == .fieldTooLong(byteLimit: 1 << 20))
    }

    @Test func namesWhatIsWrongWithTheFile() throws {
        let folder = try TemporaryFolder()
        func kind(_ path: String) -> RegisterError.Kind? {
            registerError { _ = try CSVSource(path: path).makeReader() }?.kind
        }
        #expect(kind(folder.path + "/none.csv") == .fileNotFound)
        #expect(kind(folder.path) == .notAFile)
        #expect(kind(try folder.write("a\n") + "/x") == .fileNotFound)
        #expect(kind(try folder.write("")) == .emptyFile)
        let pipe = folder.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(kind(pipe) == .notAFile)
        // An account that may read everything can't be refused a file, so the rule is checked by itself.
        let kinds: [(Int32, RegisterError.Kind)] = [
            (EACCES, .permissionDenied), (EPERM, .permissionDenied), (ENOENT, .fileNotFound), (ENOTDIR, .fileNotFound),
            (EISDIR, .notAFile), (ENXIO, .notAFile), (ENODEV, .notAFile), (EIO, .readFailed(errno: EIO)),
            (ELOOP, .readFailed(errno: ELOOP)), (EMFILE, .readFailed(errno: EMFILE)),
        ]
        for (code, kind) in kinds {
            #expect(RegisterError.Kind(opening: FileError(code: code, operation: "opening", path: pipe)) == kind)
        }
        if geteuid() != 0 {
            let secret = try folder.write("a\n", to: "secret.csv")
            #expect(chmod(secret, 0) == 0)
            #expect(kind(secret) == .permissionDenied)
        }
    }

    @Test func aFileMayBeReachedOverALink() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a\n1\n")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link.csv", withDestinationPath: path)
        var reader = try CSVSource(path: folder.path + "/link.csv").makeReader()
        #expect(try reader.next() != nil)
        #expect(try reader.next() == nil)
    }

    @Test func noticesThatTheFileChanges() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a\n" + String(repeating: "1\n", count: 100_000))
        var reader = try CSVSource(path: path).makeReader()
        _ = try reader.next()
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("2\n".utf8))
        try handle.close()
        let failure = registerError { while try reader.next() != nil {} }
        #expect(failure == RegisterError(.fileChanged, file: path))
    }
}
