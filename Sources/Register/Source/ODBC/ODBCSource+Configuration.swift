public import StrictYAML

extension ODBCSource {
    public static var field: String { "odbc" }

    public init(_ mapping: StrictMapping) {
        for name in ["password", "pwd", "user", "uid"] {
            mapping.refuse(
                name,
                "User and password do not belong here. Write them into a file (chmod 600) as one line "
                    + "`user:password`, and name that file under credentials.")
        }
        mapping.refuse(
            "query", "A query cannot be held to reading through ODBC. Make a view of it and name that under table.")
        let credentials = Self.credentials(mapping)
        let connection = Self.connection(mapping)
        if credentials != nil, connection?.namesUser == true {
            mapping.reject("connection", "The user stands here and in the credentials. Remove UID here.")
        }
        self.init(
            connection: connection ?? .none, table: Self.name(mapping, "table", mapping.string("table")) ?? "",
            schema: Self.name(mapping, "schema", mapping.optionalString("schema")), credentials: credentials,
            loginTimeout: mapping.optionalInt("login_timeout", in: 1...300) ?? 10,
            statementTimeout: mapping.optionalInt("statement_timeout", in: 1...86_400) ?? 600,
            lockTimeout: mapping.optionalInt("lock_timeout", in: 1...86_400) ?? 30)
    }

    private static func connection(_ mapping: StrictMapping) -> ODBCConnectionString? {
        if let text = mapping.optionalString("connection") {
            mapping.refuse("dsn", "Give connection or dsn, not both. A connection string may begin with DSN=.")
            do throws(ODBCConnectionString.Mistake) { return try ODBCConnectionString(text) } catch {
                mapping.reject("connection", error.sentence)
                return nil
            }
        }
        guard mapping.has("dsn") else {
            mapping.reject(
                "connection",
                "This field is missing. Write a connection string such as DRIVER={…};SERVER=…, or a data source's name "
                    + "under dsn.")
            return nil
        }
        do throws(ODBCConnectionString.Mistake) {
            return try ODBCConnectionString(dataSource: mapping.string("dsn"))
        } catch {
            mapping.reject("dsn", error.sentence)
            return nil
        }
    }

    private static func credentials(_ mapping: StrictMapping) -> ODBCCredentials? {
        let file = mapping.optionalPath("credentials").map { ODBCCredentials.file($0) }
        guard let name = mapping.optionalString("credential") else { return file }
        if file != nil {
            mapping.reject("credential", "Give credentials (a file) or credential (one of systemd's), not both.")
        }
        if name.isEmpty || name.utf8.contains(UInt8(ascii: "/")) || name.utf8.contains(0) || name.hasPrefix(".") {
            mapping.reject("credential", "Write the name of a systemd credential, without a path.")
        }
        return .systemd(name)
    }

    private static func name(_ mapping: StrictMapping, _ field: String, _ text: String?) -> String? {
        guard let text else { return nil }
        if mapping.has(field), text.isEmpty || text.utf8.contains(0) {
            mapping.reject(field, "This name is empty or holds a NUL. Write the name as the database has it.")
        }
        return text
    }
}

extension ODBCConnectionString.Mistake {
    /// What is wrong and what to do. It shows no value.
    var sentence: String {
        switch self {
        case .notAField(let number):
            "Field \(number) is not a name, an equals sign and a value. Write NAME=value;NAME=value."
        case .unclosedBrace(let key):
            "The value of \(ShownName.of(key)) begins with { and has no } at its end. Close it; write a } inside as }}."
        case .strayBrace(let key):
            "The value of \(ShownName.of(key)) has a brace inside. Put the whole value in braces, and write } as }}."
        case .afterBrace(let key):
            "Something follows the closing brace of \(ShownName.of(key)). Write a semicolon there, or } as }}."
        case .twice(let key): "The field \(ShownName.of(key)) is there twice. Keep one."
        case .secret(let key):
            "A secret does not belong here (\(ShownName.of(key))). Write user and password into a file (chmod 600) as "
                + "one line `user:password`, and name that file under credentials."
        case .notAllowed(let key):
            "The field \(ShownName.of(key)) is not allowed: such fields write what is read into other files, read "
                + "settings from elsewhere or run statements. Remove it."
        case .ownSetting(let key):
            "The field \(ShownName.of(key)) is set by the node itself, so that a register is read in bounded memory. "
                + "Remove it."
        case .controlCharacter: "The string has a line break or another control character. Remove it."
        case .noDriver: "The string names neither DRIVER nor DSN. Write DRIVER={name in odbcinst.ini}."
        case .badName: "This is not a data source's name. Write a section's name of odbc.ini."
        }
    }
}
