import Foundation
import Testing

@testable import Dataset
@testable import PSIProtocol

/// Parquet by pyarrow, read back by pyarrow and DuckDB, and the newest pandas. Runs with `make check-parquet`, which
/// installs both and names their Python; nothing else needs PyPI.
@Suite("Parquet", .enabled(if: ProcessInfo.processInfo.environment["SIDOS_PARQUET_PYTHON"] != nil))
struct ParquetTests {
    @Test("types, values and labels arrive")
    func written() throws {
        let directory = try Scratch()
        try AwkwardStudy.write(in: directory)
        let python = try SampleStudy.required(ProcessInfo.processInfo.environment["SIDOS_PARQUET_PYTHON"])
        let out = directory.path("out")
        let load = directory.path("dataset/load.py")
        let (status, text) = try Self.run(python, ["-B", load, "--parquet", out])
        #expect(status == 0, "\(text)")
        #expect(try directory.names("out") == ["benefits.parquet", "persons.parquet", "visits.parquet"])
        #expect(try directory.mode("out") == 0o700 && directory.mode("out/visits.parquet") == 0o600)
        let again = try Self.run(python, ["-B", load, "--parquet", out])
        #expect(again.status == 1 && again.text.contains("exists already"))
        let check = try Self.run(python, ["-B", "-c", Self.check, out])
        #expect(check.status == 0 && check.text.contains("checked"), "\(check.text)")
    }

    /// Debian's pandas is of version 1; dates and texts are other types in later ones.
    @Test("the newest pandas reads the same")
    func pandas() throws {
        let directory = try Scratch()
        try AwkwardStudy.write(in: directory)
        let python = try SampleStudy.required(ProcessInfo.processInfo.environment["SIDOS_PARQUET_PYTHON"])
        let program = "import os\nos.chdir('\(directory.root)')\n" + LoadingTests.pythonScript
        let (status, text) = try Self.run(python, ["-B", "-c", program])
        #expect(status == 0 && text.contains("checked\n"), "\(text)")
    }

    private static func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    private static let check = #"""
        import datetime, decimal, json, sys
        import duckdb, pyarrow.parquet
        table = pyarrow.parquet.read_table(sys.argv[1] + "/visits.parquet")
        types = {field.name: str(field.type) for field in table.schema}
        assert types["code"].startswith("dictionary<values=string"), types
        assert types["big"] == "int64" and types["day"] == "date32[day]" and types["if"] == "bool", types
        assert types["amount"] == "decimal128(4, 3)" and types["precise"] == "decimal128(19, 2)", types
        assert table.schema.field("person").nullable is False and table.schema.field("code").nullable
        assert table["code"].to_pylist() == ["01", "1", "A b", "007", "", None]
        assert table["big"].to_pylist()[:4] == [9223372036854775807, 9007199254740993, -9223372036854775808, None]
        assert table["day"].to_pylist()[:4] == [
            datetime.date(1850, 2, 28), datetime.date(1, 1, 1), datetime.date(9999, 12, 31),
            datetime.date(2222, 11, 11)]
        assert table["precise"].to_pylist()[:2] == [decimal.Decimal("12345678901234567.89"), decimal.Decimal("0.10")]
        metadata = table.schema.field("code").metadata
        assert metadata[b"label"] == b"Code \\"
        assert json.loads(metadata[b"value_labels"])["A b"] == "\u00c4\u00e4kk\u00f6set \u20ac 'q' #{z}"
        read = duckdb.sql(f"SELECT plain, day, precise, \"if\" FROM '{sys.argv[1]}/visits.parquet'").fetchall()
        assert read[0] == ("00100", datetime.date(1850, 2, 28), decimal.Decimal("12345678901234567.89"), True), read[0]
        assert read[4][0] == "" and read[5][0] is None
        print("checked")
        """#
}
