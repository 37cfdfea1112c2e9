import Foundation
import Testing

@testable import Register

/// The line of docs/operate-node.md that turns Parquet into CSV, and what a node reads of that. Runs with
/// `make check-parquet`, which installs DuckDB and names its Python; nothing else needs PyPI.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["SIDOS_PARQUET_PYTHON"] != nil))
struct RegisterParquetTests {
    private static let program = #"""
        import duckdb
        duckdb.sql(r"""COPY (SELECT * FROM (VALUES
            ('a', NULL, DATE '2024-01-31', 1.50::DECIMAL(9,2), TRUE, 9223372036854775807),
            ('b ä', '', NULL, NULL, NULL, NULL),
            ('"q"', E'two\r\nlines\n', DATE '1899-12-31', -12345.00, FALSE, -1)
            ) t(id, x, day, euros, open, n)) TO 'clients.parquet' (FORMAT parquet)""")
        """#

    private func run(_ line: String, in folder: TemporaryFolder) throws {
        let python = try #require(ProcessInfo.processInfo.environment["SIDOS_PARQUET_PYTHON"])
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", line]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        let programs = URL(fileURLWithPath: python).deletingLastPathComponent().path
        process.environment = ["PATH": programs + ":/usr/bin:/bin", "HOME": folder.path]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    @Test func theLineOfTheManualKeepsEveryValue() throws {
        let folder = try TemporaryFolder()
        let root = (0..<5).reduce(URL(fileURLWithPath: #filePath)) { path, _ in path.deletingLastPathComponent() }
        let manual = try String(contentsOf: root.appending(path: "docs/operate-node.md"), encoding: .utf8)
        let line = try #require(manual.split(separator: "\n").first { $0.contains("'clients.parquet'") })
        _ = try folder.write(Self.program, to: "write.py")
        try run("python3 write.py", in: folder)
        try run(String(line), in: folder)
        var reader = try CSVSource(path: folder.path + "/clients.csv.zst").makeReader()
        #expect(reader.columns == ["id", "x", "day", "euros", "open", "n"])
        var rows: [[Seen]] = []
        while let record = try reader.next() { rows.append((0..<record.count).map { Seen(record[$0]) }) }
        func c(_ text: String) -> Seen { .characters(text) }
        #expect(
            rows == [
                [c("a"), .null, c("2024-01-31"), c("1.50"), c("true"), c("9223372036854775807")],
                [c("b ä"), c(""), .null, .null, .null, .null],
                [c("\"q\""), c("two\r\nlines\n"), c("1899-12-31"), c("-12345.00"), c("false"), c("-1")],
            ])
    }
}
