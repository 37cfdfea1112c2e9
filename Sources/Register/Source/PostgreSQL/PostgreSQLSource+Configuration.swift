public import StrictYAML

extension PostgreSQLSource {
    public static var field: String { "postgresql" }

    public init(_ mapping: StrictMapping) {
        mapping.refuse(
            "password",
            "A password does not belong here. Write it into a password file (chmod 600) as "
                + "`host:port:database:user:password`, and name that file under passfile.")
        let hasService = mapping.has("service")
        let server = PostgreSQLServer(
            service: Self.optionalName(mapping, "service"), host: Self.host(mapping),
            port: mapping.optionalInt("port", in: 1...65_535),
            database: hasService || mapping.has("database")
                ? Self.optionalName(mapping, "database") : mapping.string("database"),
            user: Self.optionalName(mapping, "user"),
            tls: Self.tls(mapping), rootCertificate: mapping.optionalPath("sslrootcert"),
            certificate: mapping.optionalPath("sslcert"), key: mapping.optionalPath("sslkey"),
            passwordFile: mapping.optionalPath("passfile"),
            timeZone: Self.optionalName(mapping, "time_zone") ?? "UTC",
            connectTimeout: mapping.optionalInt("connect_timeout", in: 1...300) ?? 10,
            statementTimeout: mapping.optionalInt("statement_timeout", in: 1...86_400) ?? 600,
            lockTimeout: mapping.optionalInt("lock_timeout", in: 1...86_400) ?? 30)
        if server.certificate != nil, server.key == nil {
            mapping.reject("sslcert", "A certificate needs its key. Name the key's file under sslkey.")
        }
        self.init(server: server, relation: Self.relation(mapping))
    }

    private static func relation(_ mapping: StrictMapping) -> Relation {
        if let query = optionalName(mapping, "query") {
            for name in ["table", "schema"] {
                mapping.refuse(name, "A register is a table or a query, not both. Keep one of them.")
            }
            return .query(query)
        }
        if !mapping.has("table") {
            mapping.reject("table", "This field is missing. Name a table or a view here, or write a query.")
        }
        return .table(optionalName(mapping, "table") ?? "", schema: optionalName(mapping, "schema"))
    }

    private static func host(_ mapping: StrictMapping) -> String? {
        guard let host = optionalName(mapping, "host") else { return nil }
        if host.contains("@") || host.contains("://") || host.contains("=") || host.contains(where: \.isWhitespace) {
            mapping.reject(
                "host",
                "Write a host's name or a socket's folder only. Port, database and user have fields of their own.")
        }
        return host
    }

    private static func tls(_ mapping: StrictMapping) -> PostgreSQLServer.TLSMode {
        mapping.enumeration("sslmode", PostgreSQLServer.TLSMode.self, default: .verifyFull)
    }

    private static func optionalName(_ mapping: StrictMapping, _ name: String) -> String? {
        guard let text = mapping.optionalString(name) else { return nil }
        if text.isEmpty || text.utf8.contains(0) {
            mapping.reject(name, "This text is empty or holds a NUL. Write a text, or remove the field.")
        }
        return text
    }
}
