import Foundation
import PSIProtocol
import Testing

@testable import Register

/// What every kind of source promises (`SourceReader`), held against each of them.
@Suite struct SourceContractTests {
    /// Text of either kind; nil for anything else.
    private static func text(_ seen: Seen) -> String? {
        switch seen {
        case .characters(let text), .text(let text): text
        default: nil
        }
    }

    private func all(_ table: SourceUnderTest) throws -> [[String?]] {
        var reader = try table.location.makeReader()
        var rows: [[String?]] = []
        while let record = try reader.next() { rows.append((0..<record.count).map { Self.text(Seen(record[$0])) }) }
        return rows
    }

    @Test(arguments: SourceContract.all) func anEmptyTableHasColumnsAndNoRows(kind: SourceContract) throws {
        let table = try kind.table(["tunnus", "Ä \"x\"", "select"], [])
        #expect(try table.location.makeReader().columns == ["tunnus", "Ä \"x\"", "select"])
        #expect(try all(table) == [])
        #expect(try table.isFree())
    }

    @Test(arguments: SourceContract.all) func textComesAsItIs(kind: SourceContract) throws {
        var rows: [[String?]] = [
            ["a", nil], ["b", ""], ["c", " "], ["d", "NULL"], ["e", "\\N"], ["f", "two\r\nlines\n"],
            ["g", "\"quoted\", 'and'; more\t\\n"], ["h", "€😀 \u{202E}\u{FEFF}"], ["i", "1899-12-31"],
            ["j", "11.11.2222"], ["k", "2024-01-31T23:59:60+02:00"], ["l", "0.1000000000000000055511151231257827"],
        ]
        rows = rows.filter { $0.allSatisfy { $0.map(kind.holds) ?? true } }
        #expect(rows.count > 8)
        let table = try kind.table(["tunnus", "x"], rows)
        #expect(try all(table) == rows.map { $0.map { $0.flatMap(kind.readAs) } })
        #expect(try table.isFree())
    }

    @Test(arguments: SourceContract.all) func longTextIsReadToTheLimitAndNotBeyond(kind: SourceContract) throws {
        let limit = 1 << 20
        let longest = try kind.table(["tunnus", "x"], [["a", String(repeating: "x", count: limit)]])
        #expect(try all(longest)[0][1]?.utf8.count == limit)
        let longer = try kind.table(
            ["tunnus", "x"], [["a", "b"], ["c", String(repeating: "ä", count: limit / 2 + 1)]])
        let error = try #require(registerError { _ = try all(longer) })
        #expect(error.kind == .fieldTooLong(byteLimit: limit))
        #expect(error.row == 2 && error.column == "x" && error.file == longer.location.name)
        #expect(try longer.isFree())
        let cell = String(repeating: "x", count: 1_000_000)
        let wide = try kind.table(["tunnus"] + (1...8).map { "x\($0)" }, [["a"] + Array(repeating: cell, count: 8)])
        #expect(try all(wide).count == 1)
        let wider = try kind.table(["tunnus"] + (1...9).map { "x\($0)" }, [["a"] + Array(repeating: cell, count: 9)])
        #expect(registerError { _ = try all(wider) }?.kind == .recordTooLong(byteLimit: 8 << 20))
    }

    @Test(arguments: SourceContract.all) func columnsAreFoundByTheirNames(kind: SourceContract) throws {
        let table = try kind.table(["x", "tunnus", "Other"], [["1", "010594Y9032", "2"]])
        let reader = try RegisterReader(declaration: register([column("x", .text)]), source: table.source)
        #expect(try rows(reader).rows.map(\.values) == [[.text("1")]])
        let error = registerError {
            _ = try RegisterReader(
                declaration: register([column("other", .text), column("zzz", .text)]), source: table.source)
        }
        #expect(
            error?.kind
                == .missingColumns([
                    .init(name: "other", suggestion: "Other"), .init(name: "zzz", suggestion: nil),
                ]))
        #expect(error?.file == table.location.name)
    }

    @Test func columnsOfOneNameAreRefusedWhereTheyAreAskedFor() throws {
        let folder = try TemporaryFolder()
        let database = try TestDatabase()
        // SQLite gives the second of them another name.
        for table: any TableSource in [
            CSVSource(path: try folder.write("a,b,a\n")), database.query("SELECT 1 AS a, 2 AS b, 3 AS a"),
        ] {
            let source = RegisterSource(table, identityColumn: "a")
            #expect(
                registerError { _ = try RegisterReader(declaration: register([]), source: source) }?.kind
                    == .duplicateColumns(1, 3))
            let other = RegisterSource(table, identityColumn: "b")
            #expect(try rows(RegisterReader(declaration: register([]), source: other)).rows.isEmpty)
        }
        #expect(try database.cluster.hasNoSessions(database: database.name))
    }

    @Test(arguments: SourceContract.all) func textThatIsNoneIsRefusedWithItsPlace(kind: SourceContract) throws {
        let table = try kind.invalidText()
        let error = try #require(
            registerError {
                var reader = try table.location.makeReader()
                while try reader.next() != nil {}
            })
        #expect(error.kind == kind.invalidTextKind && error.file == table.location.name, "\(error)")
        #expect(!kind.tellsPlaceOfInvalidText || error.row == 2 && error.column == "b")
    }

    @Test(arguments: SourceContract.all) func allRowsAreOfOneMoment(kind: SourceContract) throws {
        let table = try kind.table(["tunnus", "x"], (0..<20_000).map { ["old", String($0)] })
        var reader = try table.location.makeReader()
        if kind.hasMoments { try table.change() }
        var count = 0
        if !kind.hasMoments {
            // A file has no moments: that it was written to is noticed, and nothing of it used.
            #expect(
                registerError {
                    while try reader.next() != nil {
                        count += 1
                        if count == 10 { try table.change() }
                    }
                }?.kind == .fileChanged)
        } else {
            while let record = try reader.next() {
                #expect(Self.text(Seen(record[0])) == "old")
                count += 1
                if count == 10 { try table.change() }
            }
            #expect(count == 20_000)
            #expect(try all(table).allSatisfy { $0[0] == "changed" })
        }
    }

    @Test(arguments: SourceContract.all) func aReaderThatIsLetGoLeavesNothing(kind: SourceContract) throws {
        let table = try kind.table(["tunnus", "x"], (0..<20_000).map { [String($0), "x"] })
        let before = try FileManager.default.contentsOfDirectory(atPath: table.folder.path).sorted()
        do {
            var reader = try table.location.makeReader()
            for _ in 0..<100 { _ = try reader.next() }
        }
        #expect(try table.isFree())
        let after = try FileManager.default.contentsOfDirectory(atPath: table.folder.path).sorted()
        #expect(after.filter { !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") } == before)
    }

    @Test(arguments: SourceContract.all) func aCancelledTaskEndsTheReading(kind: SourceContract) async throws {
        let table = try kind.table(["tunnus", "x"], (0..<20_000).map { ["010594Y9032", String($0)] })
        let source = table.source
        let error = await Task { () -> RegisterError? in
            withUnsafeCurrentTask { $0?.cancel() }
            do throws(RegisterError) {
                let reader = try RegisterReader(declaration: register([column("x", .text)]), source: source)
                _ = try await PersonGrouping(reader: reader, spool: MemorySpool()).run()
                return nil
            } catch {
                return error
            }
        }.value
        #expect(error?.kind == .cancelled)
        #expect(try table.isFree())
    }
}
