import Files
import TestDirectories
import Testing

@testable import Agreement
@testable import Daemon
@testable import Node
@testable import Register
@testable import RoundSimulation
@testable import StrictYAML

/// `config.yaml` of a node.
@Suite("A node's configuration")
struct NodeConfigurationTests {
    @Test("All that can be said is read, and files are looked for beside it")
    func whole() throws {
        let fixture = try NodeFixture(policy: "rounds_allowed: 2")
        try fixture.configure(
            """
            registers:
              - id: left
                identity: hetu
                person: number
                csv: {file: data/left.csv}
                columns: {year: vuosi, note: teksti}
                match_fields: {birth: syntymaaika}
                history: {csv: {file: codes.csv}, former: old, current: new}
                never_release_if: {column: kielto, values: ["1"], otherwise: ["0", ""]}
              - id: other
                sqlite: {file: /srv/other.sqlite, table: people}
                identity: code
            never_release:
              - {csv: {file: objections.csv}, identity: hetu}
            """)
        let read = try NodeConfiguration(home: fixture.home)
        #expect(read.workers.count == 2 && read.policy.roundsAllowed == 2)
        #expect(read.coordinator.address?.url == "https://localhost:1")
        #expect(read.registers.keys.sorted() == ["left", "other"])
        let left = try #require(read.registers["left"])
        #expect(left.identityColumn == "hetu" && left.personColumn == "number")
        #expect(left.columnNames == ["year": "vuosi", "note": "teksti"])
        #expect(left.matchColumns == ["birth": "syntymaaika"])
        #expect((left.table as? CSVSource)?.file.path == fixture.place.file("node/data/left.csv"))
        #expect(left.history?.formerColumn == "old" && left.history?.currentColumn == "new")
        #expect(left.neverReleaseColumn?.values == ["1"] && left.neverReleaseColumn?.others == ["0", ""])
        // A list holds for every register of the node.
        for source in read.registers.values {
            #expect(source.neverRelease.map(\.identityColumn) == ["hetu"] && source.screensPeople)
        }
    }

    @Test("Files say how they are written")
    func files() throws {
        let fixture = try NodeFixture()
        try fixture.configure(
            """
            registers:
              - id: old
                csv: {file: old.txt, encoding: windows-1252, compression: zstd, delimiter: pipe}
                identity: hetu
              - id: fixed
                fixed_width:
                  file: fixed.dat.gz
                  encoding: utf-16le
                  trim: end
                  empty: text
                  skip_lines: 1
                  line_length: 80
                  decimal_comma: true
                  null_text: "99"
                  layout:
                    - {name: hetu, start: 1, length: 11}
                    - {name: euros, start: 12, length: 10, trim: start}
                identity: hetu
            """)
        let read = try NodeConfiguration(home: fixture.home)
        let old = try #require(read.registers["old"]?.table as? CSVSource)
        let path = { (name: String) in fixture.place.file("node/" + name) }
        #expect(old.file == TextFile(path: path("old.txt"), encoding: .windows1252, compression: .zstd))
        #expect(old.delimiter == .pipe)
        let fixed = try #require(read.registers["fixed"]?.table as? FixedWidthSource)
        #expect(fixed.file == TextFile(path: path("fixed.dat.gz"), encoding: .utf16LittleEndian))
        #expect(
            fixed.layout == [
                FixedWidthColumn(name: "hetu", start: 1, length: 11, trim: .end),
                FixedWidthColumn(name: "euros", start: 12, length: 10, trim: .start),
            ])
        #expect(fixed.empty == .text && fixed.lineLength == 80 && fixed.skippedLineCount == 1)
        #expect(fixed.hasDecimalComma && fixed.nullText == "99")
    }

    @Test("A register in another database says how ODBC reaches it, and where the password is")
    func odbc() throws {
        let fixture = try NodeFixture()
        try fixture.configure(
            """
            registers:
              - id: one
                odbc: {connection: "DRIVER={A b};SERVER=db;DATABASE=d", credentials: secret, schema: s, table: t}
                identity: hetu
              - id: two
                odbc: {dsn: source, credential: word, table: t, login_timeout: 3, statement_timeout: 4, lock_timeout: 5}
                identity: hetu
            """)
        let read = try NodeConfiguration(home: fixture.home)
        let one = try #require(read.registers["one"]?.table as? ODBCSource)
        #expect(one.credentials == .file(fixture.place.file("node/secret")) && one.schema == "s" && one.table == "t")
        #expect(one.name == "A b db/d, s.t")
        #expect(one.loginTimeout == 10 && one.statementTimeout == 600 && one.lockTimeout == 30)
        let two = try #require(read.registers["two"]?.table as? ODBCSource)
        #expect(two.credentials == .systemd("word") && two.schema == nil && two.name == "source, t")
        #expect(two.loginTimeout == 3 && two.statementTimeout == 4 && two.lockTimeout == 5)
    }

    @Test("A mixer has no registers, and without a policy the agreement's limits hold")
    func mixer() throws {
        let fixture = try NodeFixture()
        try fixture.configure("")
        let read = try NodeConfiguration(home: fixture.home)
        #expect(read.registers.isEmpty && read.policy == LocalPolicy())
    }

    static let mistakenTexts: [(String, [String])] = [
        (
            "registers: [{id: a, csv: {file: a}, identity: x}, {id: a, csv: {file: b}, identity: x}]",
            ["registers: Two registers have one id. Give each its own."]
        ),
        ("registers: [{csv: {file: a}}]", ["registers[0].id: This field is missing. Write text."]),
        (
            "registers: [{id: a, csv: {file: a}, sqlite: {file: b, table: t}}]",
            [
                "registers[0].sqlite: A table is read from one source. "
                    + "Keep one of csv, fixed_width, sqlite, postgresql or odbc."
            ]
        ),
        (
            "registers: [{id: a, odbc: {connection: 'DRIVER={x};PWD=hunter2', table: t}, identity: x}]",
            ["registers[0].odbc.connection: A secret does not belong here (\"PWD\")."]
        ),
        (
            "registers: [{id: a, odbc: {connection: 'DRIVER=x;UID=u', credentials: c, table: ''}, identity: x}]",
            [
                "registers[0].odbc.connection: The user stands here and in the credentials.",
                "registers[0].odbc.table: This name is empty or holds a NUL.",
            ]
        ),
        (
            "registers: [{id: a, odbc: {dsn: 'x;PWD=y', password: hunter2, query: SELECT 1}, identity: x}]",
            [
                "registers[0].odbc.table: This field is missing.",
                "registers[0].odbc.dsn: This is not a data source's name.",
                "registers[0].odbc.password: User and password do not belong here.",
                "registers[0].odbc.query: A query cannot be held to reading through ODBC.",
            ]
        ),
        (
            "registers: [{id: a, odbc: {connection: DSN=x, dsn: x, credentials: c, credential: a/b, table: t}, "
                + "identity: x}]",
            [
                "registers[0].odbc.dsn: Give connection or dsn, not both.",
                "registers[0].odbc.credential: Give credentials (a file) or credential (one of systemd's), not both.",
                "registers[0].odbc.credential: Write the name of a systemd credential, without a path.",
            ]
        ),
        (
            "registers: [{id: a, odbc: {table: t}, identity: x}]",
            ["registers[0].odbc.connection: This field is missing."]
        ),
        (
            "registers: [{id: a, csv: {file: a, encoding: latin1, compression: zip}, identity: x}]",
            ["registers[0].csv.encoding: ", "registers[0].csv.compression: "]
        ),
        ("registers: [{id: a, fixed_width: {file: a}, identity: x}]", ["registers[0].fixed_width.layout: "]),
        (
            "registers: [{id: a, fixed_width: {file: a, line_length: 3, layout: [{name: b, start: 1, length: 4}]}, "
                + "identity: b}]",
            ["registers[0].fixed_width.line_length: The layout's last column ends with the character 4."]
        ),
        (
            "registers: [{id: a, fixed_width: {file: a, layout: [{name: b, start: 1, length: 4}, "
                + "{name: b, start: 5, length: 1}]}, identity: b}]",
            ["registers[0].fixed_width.layout: Two columns have one name. Give each its own."]
        ),
        (
            "registers: [{id: a, fixed_width: {file: a, layout: [{name: b, start: 0, length: 0}]}, identity: b}]",
            ["registers[0].fixed_width.layout[0].start: ", "registers[0].fixed_width.layout[0].length: "]
        ),
        (
            "registers: [{id: a, csv: {file: a}, never_release_if: {column: c, values: []}}]",
            ["registers[0].never_release_if.values: "]
        ),
        (
            "registers: [{id: a, csv: {file: a}, history: {csv: {file: h}, former: f}}]",
            ["registers[0].history.current: This field is missing. Write text."]
        ),
        (
            "never_release: [{csv: {file: a}}]\nregsters: []",
            [
                "never_release[0].identity: This field is missing. Write text.",
                "regsters: This field is unknown; did you mean registers?",
            ]
        ),
    ]

    @Test("A mistake is told with file, line and field, and all of them at once", arguments: mistakenTexts)
    func mistakes(_ text: String, _ expected: [String]) throws {
        let fixture = try NodeFixture()
        try fixture.configure(text)
        let error = try #require(throws: ConfigurationError.self) { try NodeConfiguration(home: fixture.home) }
        let lines = ErrorReport(error).lines(program: "sidos-node")
        #expect(lines.count == expected.count, "\(lines)")
        for (line, words) in zip(lines, expected) {
            #expect(line.hasPrefix("sidos-node: error: \(fixture.home.configurationPath): line "), "\(line)")
            #expect(line.contains(words), "\(line)")
        }
    }

    @Test("A policy that is not there or has a mistake stops the node: it never runs without its limits")
    func policy() throws {
        let missing = try NodeFixture(policy: "rounds_allowed: 2")
        try AtomicFile.remove(missing.place.file("node/policy.yaml"))
        #expect(throws: (any Error).self) { try NodeConfiguration(home: missing.home) }
        let wrong = try NodeFixture(policy: "rounds_alowed: 2")
        let error = try #require(throws: AgreementError.self) { try NodeConfiguration(home: wrong.home) }
        #expect("\(ErrorReport(error).lines(program: "x"))".contains("did you mean rounds_allowed?"))
    }
}
