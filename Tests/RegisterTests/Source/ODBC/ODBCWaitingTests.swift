import Foundation
import GRDB
import PostgreSQLCluster
import Testing

@testable import PSIProtocol
@testable import Register

/// What a reader does while its database does not answer.
@Suite(.timeLimit(.minutes(10))) struct ODBCWaitingTests {
    private func kind(_ source: ODBCSource) -> RegisterError.Kind? {
        registerError { _ = try records(ODBCReader(source)) }?.kind
    }

    private func failure(_ source: ODBCSource) -> ODBCFailure? {
        registerError { _ = try records(ODBCReader(source)) }?.odbcFailure
    }

    private func slowMariaDB() throws -> (MariaDBServer, database: String, ODBCSource) {
        let server = try MariaDBServer.shared.get()
        let database = try server.makeDatabase("CREATE VIEW t AS SELECT sleep(60) AS n FROM seq_1_to_2")
        return (server, database, try ODBCDatabase.mariaDB(server, database))
    }

    @Test("A database that is slow is not waited for longer")
    func slow() throws {
        let database = try TestDatabase("CREATE VIEW t AS SELECT pg_sleep(60)::text AS n")
        var source = try database.odbc()
        source.statementTimeout = 1
        #expect(failure(source) == .timedOut(code: ODBCCode(state: "57014", native: 1)))
        #expect(try database.hasNoSessions())
        // Its driver has no limit, so the reader's own ends the waiting, and stops the server's work.
        var (server, name, other) = try slowMariaDB()
        other.statementTimeout = 1
        #expect(failure(other) == .timedOut(code: nil))
        #expect(try server.hasNoSessions(database: name))
    }

    @Test("A table that is locked is not waited for longer")
    func locked() throws {
        let database = try TestDatabase("CREATE TABLE t AS SELECT 1 AS n")
        let holder = try PostgreSQLConnection(database.server())
        try holder.execute("BEGIN")
        try holder.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        var source = try database.odbc()
        source.lockTimeout = 1
        #expect(failure(source) == .lockTimedOut(code: ODBCCode(state: "55P03", native: 1)))
        holder.close()
        #expect(try records(ODBCReader(source)) == [[.integer(1)]])

        let folder = try TemporaryFolder()
        let path = try folder.database("CREATE TABLE t (n)")
        let writer = try DatabaseQueue(path: path)
        try writer.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN EXCLUSIVE")
            var source = try ODBCDatabase.sqlite(path)
            source.lockTimeout = 1
            let failure = failure(source)
            if case .lockTimedOut? = failure {} else { Issue.record("\(String(describing: failure))") }
            try db.execute(sql: "ROLLBACK")
        }
    }

    @Test("A cancelled task is let go at once, and the server's work is stopped")
    func cancelled() async throws {
        let (server, database, source) = try slowMariaDB()
        let reading = Task { () -> RegisterError.Kind? in
            do throws(RegisterError) {
                var reader = try ODBCReader(source)
                _ = try reader.next()
                return nil
            } catch {
                return error.kind
            }
        }
        let count =
            "SELECT count(*) FROM information_schema.PROCESSLIST WHERE DB = '\(database)' AND STATE = 'User sleep'"
        while try server.run(count).hasPrefix("0") { try await Task.sleep(for: .milliseconds(20)) }
        reading.cancel()
        #expect(await reading.value == .cancelled)
        #expect(try server.hasNoSessions(database: database))
    }

    @Test("A server that goes away is said so, and the reading tried again")
    func goesAway() throws {
        let database = try TestDatabase("CREATE TABLE t AS SELECT generate_series(1, 100000) AS n")
        var reader = try ODBCReader(database.odbc())
        _ = try reader.next()
        try database.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database.name)' "
                + "AND pid <> pg_backend_pid()")
        let error = try #require(registerError { while try reader.next() != nil {} })
        #expect(error.odbcFailure?.mayPass == true, "\(error)")
    }
}
