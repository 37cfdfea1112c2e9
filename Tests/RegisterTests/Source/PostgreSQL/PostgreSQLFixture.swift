import Foundation
import PostgreSQLCluster

@testable import Register

/// The servers that the tests share; both go away with the tests' process.
enum TestServers {
    static let plain = Result { try PostgreSQLCluster() }
    static let tls = Result { try PostgreSQLCluster(tls: true) }
}

/// A new database of a shared server, over its socket.
struct TestDatabase {
    let cluster: PostgreSQLCluster
    let name: String

    init(_ sql: String = "", options: String = "") throws {
        cluster = try TestServers.plain.get()
        name = try cluster.makeDatabase(options: options, sql)
    }

    func server(user: String = "postgres") -> PostgreSQLServer {
        PostgreSQLServer(host: cluster.socketFolder, port: cluster.port, database: name, user: user)
    }

    func table(_ table: String, schema: String? = nil, user: String = "postgres") -> PostgreSQLSource {
        PostgreSQLSource(server: server(user: user), relation: .table(table, schema: schema))
    }

    func query(_ query: String, user: String = "postgres") -> PostgreSQLSource {
        PostgreSQLSource(server: server(user: user), relation: .query(query))
    }

    func run(_ sql: String) throws { try cluster.run(sql, database: name) }
}

extension RegisterError {
    /// What went wrong with the server; nil for what can go wrong with every source.
    var postgreSQLFailure: PostgreSQLFailure? {
        guard case .source(let source) = kind else { return nil }
        return source.failure as? PostgreSQLFailure
    }
}
