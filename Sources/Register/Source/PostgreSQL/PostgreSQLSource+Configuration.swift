extension PostgreSQLSource {
    public static var field: String { "postgresql" }

    public init(_ fields: some SourceFields) {
        // Asked for, so that whoever writes it is told what to do; its value goes nowhere.
        if fields.optionalString("password") != nil {
            fields.reject(
                "password",
                "a password does not belong here: write it into a password file (chmod 600) as "
                    + "`host:port:database:user:password`, and name that file under passfile")
        }
        let hasService = fields.has("service")
        let server = PostgreSQLServer(
            service: Self.optionalName(fields, "service"), host: Self.host(fields),
            port: fields.optionalInt("port", in: 1...65_535),
            database: hasService || fields.has("database")
                ? Self.optionalName(fields, "database") : fields.string("database"),
            user: Self.optionalName(fields, "user"),
            tls: Self.tls(fields), rootCertificate: fields.optionalPath("sslrootcert"),
            certificate: fields.optionalPath("sslcert"), key: fields.optionalPath("sslkey"),
            passwordFile: fields.optionalPath("passfile"),
            timeZone: Self.optionalName(fields, "time_zone") ?? "UTC",
            connectTimeout: fields.optionalInt("connect_timeout", in: 1...300) ?? 10,
            statementTimeout: fields.optionalInt("statement_timeout", in: 1...86_400) ?? 600,
            lockTimeout: fields.optionalInt("lock_timeout", in: 1...86_400) ?? 30)
        if server.certificate != nil, server.key == nil { fields.reject("sslcert", "needs its key under sslkey") }
        self.init(server: server, relation: Self.relation(fields))
    }

    private static func relation(_ fields: some SourceFields) -> Relation {
        if let query = optionalName(fields, "query") {
            for name in ["table", "schema"] where fields.has(name) {
                _ = fields.optionalString(name)
                fields.reject(name, "a register is a table or a query, not both")
            }
            return .query(query)
        }
        if !fields.has("table") { fields.reject("table", "is missing: name a table or a view here, or give a query") }
        return .table(optionalName(fields, "table") ?? "", schema: optionalName(fields, "schema"))
    }

    private static func host(_ fields: some SourceFields) -> String? {
        guard let host = optionalName(fields, "host") else { return nil }
        if host.contains("@") || host.contains("://") || host.contains("=") || host.contains(where: \.isWhitespace) {
            fields.reject(
                "host",
                "is a host's name or a socket's folder only: give port, database and user in fields of their own")
        }
        return host
    }

    private static func tls(_ fields: some SourceFields) -> PostgreSQLServer.TLSMode {
        fields.enumeration("sslmode", PostgreSQLServer.TLSMode.self, default: .verifyFull)
    }

    private static func optionalName(_ fields: some SourceFields, _ name: String) -> String? {
        guard let text = fields.optionalString(name) else { return nil }
        if text.isEmpty || text.utf8.contains(0) { fields.reject(name, "is empty or has a NUL") }
        return text
    }
}
