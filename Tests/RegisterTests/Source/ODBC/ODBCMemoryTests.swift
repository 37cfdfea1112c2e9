import Files
import Foundation
import PostgreSQLCluster
import TestDirectories
import Testing

@testable import Register

/// A long table takes no more memory than a short one.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ODBCMemoryTests {
    private static let variable = "REGISTER_LONG_TABLE"
    private static let rowCount = 200_000

    /// In a process of its own, since other tests take memory in this one: it runs `aLongTable` only.
    @Test("Long tables take no more memory")
    func longTables() async throws {
        try await LoneTest.run("aLongTable", environment: [Self.variable: "1"])
    }

    /// 200 MB, in batches that are let go; a hundredth of it, whose memory is not looked at, where other tests run.
    @Test("200 MB are read in a part of that memory")
    func aLongTable() throws {
        let isAlone = ProcessInfo.processInfo.environment[Self.variable] != nil
        let count = isAlone ? Self.rowCount : Self.rowCount / 100
        let database = try TestDatabase(
            "CREATE TABLE t AS SELECT n, repeat('x', 1000) AS x FROM generate_series(1, \(count)) n")
        let folder = try TemporaryFolder()
        let path = try folder.database(
            "CREATE TABLE t (n, x)",
            "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < \(count)) "
                + "INSERT INTO t SELECT n, printf('%1000d', n) FROM s")
        var standard = try database.odbc()
        standard.dialect = .other
        for source in [try database.odbc(), standard, try ODBCDatabase.sqlite(path)] {
            let before = try #require(MemoryUse.current()?.residentByteCount)
            var highest = before
            let reader = try ODBCReader(source)
            var rows = 0
            while let batch = try reader.nextBatch() {
                rows += batch.split().count
                highest = max(highest, MemoryUse.current()?.residentByteCount ?? .max)
            }
            #expect(rows == count)
            if isAlone { #expect(highest - before < 48 << 20, "\(source.name): \((highest - before) >> 20) MiB") }
        }
    }

    @Test("Where a driver would hold all rows, more than it may are refused before they are asked for")
    func heldRows() throws {
        let server = try MariaDBServer.shared.get()
        let database = try server.makeDatabase(
            """
            CREATE VIEW t AS SELECT seq AS n, repeat('x', 10000) AS x FROM seq_1_to_40000;
            CREATE VIEW small AS SELECT seq AS n, repeat('x', 1000) AS x FROM seq_1_to_4000;
            """)
        var source = try ODBCDatabase.mariaDB(server, database)
        let reader = try ODBCReader(source)
        let error = registerError { _ = try reader.nextBatch()?.split().failure.map { throw $0 } }
        if ODBCDialect.mariaDB.streams(version: try Self.version()) {
            #expect(error == nil)
        } else {
            #expect(error?.odbcFailure == .tooLargeForDriver(byteLimit: 256 << 20))
            // Of the same view a narrow column is few bytes.
            let narrow = try ODBCReader(source)
            narrow.select([0])
            #expect(try records(narrow).count == 40_000)
        }
        source.table = "small"
        #expect(try records(ODBCReader(source)).count == 4_000)
    }

    /// Of MariaDB's driver, as its package has it.
    private static func version() throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/dpkg-query")
        process.arguments = ["-W", "-f", "${Version}", "odbc-mariadb"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        process.waitUntilExit()
        return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }

    @Test("Since which version MariaDB's driver gives rows as they come")
    func versions() {
        let streaming = ["03.02.0001", "3.2.5", "04.00.0000"]
        for version in streaming { #expect(ODBCDialect.mariaDB.streams(version: version)) }
        for version in ["03.01.0015", "3.1.15-3", "", "x"] { #expect(!ODBCDialect.mariaDB.streams(version: version)) }
        #expect(ODBCDialect.postgreSQL.streams(version: "13.02.0000") && ODBCDialect.other.streams(version: ""))
    }
}
