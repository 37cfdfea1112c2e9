import Foundation
import PostgreSQLCluster

@testable import Register

extension ODBCSource {
    init(_ connection: String, table: String = "t", schema: String? = nil) throws {
        self.init(connection: try ODBCConnectionString(connection), table: table, schema: schema)
    }
}

/// Databases of the tests, and how ODBC reaches them.
enum ODBCDatabase {
    /// The same server as `source` says.
    static func postgreSQL(_ source: PostgreSQLSource) throws -> ODBCSource {
        guard case .table(let table, let schema) = source.relation else { throw MissingTable() }
        let server = source.server
        return try ODBCSource(
            "DRIVER={PostgreSQL Unicode};Servername=\(server.host ?? "");Port=\(server.port ?? 0);"
                + "Database=\(server.database ?? "");UID=\(server.user ?? "")",
            table: table, schema: schema)
    }

    struct MissingTable: Error {}

    static func mariaDB(_ server: MariaDBServer, _ database: String, user: String? = "root") throws -> ODBCSource {
        try ODBCSource(
            "DRIVER={MariaDB Unicode};SOCKET=\(server.socket);DATABASE=\(database)" + (user.map { ";UID=\($0)" } ?? ""))
    }

    static func sqlite(_ path: String, table: String = "t") throws -> ODBCSource {
        try ODBCSource("DRIVER={SQLite3};Database=\(path)", table: table)
    }
}

extension TestDatabase {
    func odbc(_ table: String = "t", schema: String? = nil, user: String = "postgres") throws -> ODBCSource {
        try ODBCDatabase.postgreSQL(self.table(table, schema: schema, user: user))
    }

    /// Waits until nobody but this question has a session, under whatever name.
    func hasNoSessions() throws -> Bool {
        for _ in 0..<200 {
            let count = try cluster.run(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(name)' AND pid <> pg_backend_pid()",
                database: name)
            if count.trimmingCharacters(in: .whitespacesAndNewlines) == "0" { return true }
            Thread.sleep(forTimeInterval: 0.05)
        }
        return false
    }
}

extension RegisterError {
    /// What went wrong with the driver; nil for what can go wrong with every source.
    var odbcFailure: ODBCFailure? {
        guard case .source(let source) = kind else { return nil }
        return source.failure as? ODBCFailure
    }
}

/// A file that only this account may read.
func secretFile(_ text: String, in folder: TemporaryFolder, mode: Int = 0o600) throws -> String {
    let path = try folder.write(text, to: UUID().uuidString)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
}
