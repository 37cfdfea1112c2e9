/// A table, a view or a query of a PostgreSQL database, and how its server is reached.
///
/// It has no password: libpq finds one in its service file, its password file or the environment.
public struct PostgreSQLSource: TableSource {
    public var server: PostgreSQLServer
    public var relation: Relation

    public enum Relation: Sendable, Equatable {
        /// A table or a view; without a schema, the one that the role's `search_path` finds. Names are taken as they
        /// are, so their case matters.
        case table(String, schema: String? = nil)
        /// One SELECT.
        case query(String)
    }

    public init(server: PostgreSQLServer, relation: Relation) {
        self.server = server
        self.relation = relation
    }

    /// What the configuration says of server, database and table.
    public var name: String {
        let host = server.service.map { "service \($0)" } ?? server.host ?? "localhost"
        let port = server.port.map { ":\($0)" } ?? ""
        let database = server.database.map { "/\($0)" } ?? ""
        switch relation {
        case .table(let table, let schema): return "\(host)\(port)\(database), \(schema.map { $0 + "." } ?? "")\(table)"
        case .query: return "\(host)\(port)\(database), query"
        }
    }

    public func makeReader() throws(RegisterError) -> any SourceReader {
        try PostgreSQLReader(self)
    }
}
