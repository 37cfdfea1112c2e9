import Files
import Testing

@testable import Agreement
@testable import Daemon
@testable import Node
@testable import Register
@testable import Values

/// Who has withdrawn, as an authority's node keeps it. [P-95] [P-97]
@Suite("A node's list of who has withdrawn")
struct NodeWithdrawalsTests {
    private let fixture: NodeFixture
    private let withdrawals: Withdrawals

    init() throws {
        fixture = try NodeFixture()
        withdrawals = Withdrawals(home: fixture.home)
    }

    private func read(_ source: (table: any TableSource, column: String?)) throws -> WithdrawnCodes {
        try WithdrawnCodes.read(
            source.table, column: source.column, owner: NodeFixture.node,
            scheme: IdentitySchemeID.finland.scheme(today: CalendarDate(iso: "2026-06-01")), limit: 100
        ).codes
    }

    private func codes(_ numbers: Range<Int>) throws -> WithdrawnCodes {
        try fixture.place.write("hetu\n" + numbers.map { NodeFixture.code($0) + "\n" }.joined(), to: "list.csv")
        return try read((CSVSource(path: fixture.place.file("list.csv")), nil))
    }

    @Test("Lists only grow, each code once, up to the limit; more than that is refused before anything is written")
    func limit() throws {
        #expect(try withdrawals.add(codes(0..<3), to: "study", limit: 5).codes.count == 3)
        #expect(try withdrawals.add(codes(1..<5), to: "study", limit: 5).codes.count == 5)
        let path = fixture.home.directory.file("withdrawals/study")
        let before = try PublicFile.read(path, maxByteCount: 10_000)
        #expect(throws: WithdrawalError.tooMany(study: "study", limit: 5)) {
            try withdrawals.add(codes(4..<6), to: "study", limit: 5)
        }
        #expect(try PublicFile.read(path, maxByteCount: 10_000) == before)
        #expect(try withdrawals.codes(of: "study").codes == codes(0..<5).codes)
        #expect(try withdrawals.codes(of: "other").isEmpty)
        #expect(WithdrawalError.tooMany(study: "study", limit: 5).sentence.contains("nothing was noted"))
    }

    @Test("A list that was changed releases nobody by mistake")
    func altered() throws {
        _ = try withdrawals.add(codes(0..<3), to: "study", limit: 5)
        let path = fixture.home.directory.file("withdrawals/study")
        var bytes = try PublicFile.read(path, maxByteCount: 10_000)
        bytes[bytes.count / 2] ^= 1
        try AtomicFile.write(bytes, to: path)
        #expect(throws: FileError.self) { try withdrawals.codes(of: "study") }
        #expect(throws: FileError.self) { try withdrawals.add(codes(3..<4), to: "study", limit: 5) }
    }

    @Test("A list comes from a CSV file, or from any table that a description names as that of a register")
    func tables() throws {
        let expected = try codes(0..<3).codes
        func source(_ options: String...) throws -> (table: any TableSource, column: String?) {
            try #require(try WithdrawCommand.parse(["--study", "study", "-d", "x"] + options).source())
        }
        #expect(try read(source("--list", fixture.place.file("list.csv"))).codes == expected)
        let lines = (0..<3).map { "x" + NodeFixture.code($0) + "y\n" }.joined()
        try fixture.place.write(lines, to: "list.txt")
        try fixture.place.write(
            """
            fixed_width:
              file: list.txt
              layout: [{name: hetu, start: 2, length: 11}]
              line_length: 13
            identity: hetu
            """, to: "table.yaml")
        let table = fixture.place.file("table.yaml")
        #expect(try read(source("--table", table)).codes == expected)
        try fixture.place.write("csv: {file: list.csv, delimiter: semicolon}\nidentity: hetu\n", to: "table.yaml")
        #expect(try read(source("--table", table)).codes == expected)
        for wrong in [
            "identity: hetu\n", "csv: {file: list.csv}\n", "csv: {file: list.csv}\nidentity: hetu\nmore: 1\n",
            "csv: {file: list.csv}\nsqlite: {file: x, table: y}\nidentity: hetu\n",
        ] {
            try fixture.place.write(wrong, to: "table.yaml")
            #expect(throws: ConfigurationError.self, "\(wrong)") { try source("--table", table) }
        }
        #expect(try WithdrawCommand.parse(["--study", "study", "-d", "x"]).source() == nil)
        for options in [["--table", table, "--list", "x"], ["--column", "x"], ["--table", table, "--column", "x"]] {
            #expect(throws: (any Error).self) { try WithdrawCommand.parse(["--study", "s", "-d", "x"] + options) }
        }
    }
}
