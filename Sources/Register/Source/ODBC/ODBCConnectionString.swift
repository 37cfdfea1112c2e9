/// A connection string of ODBC without a password, read strictly: drivers differ in what they make of a doubtful one.
///
/// Source: ODBC Programmer's Reference, SQLDriverConnect, "Connection Strings".
public struct ODBCConnectionString: Sendable, Equatable {
    /// The fields in order, each value as it is written: drivers differ in whether they understand braces.
    private let fields: [Field]

    private struct Field: Equatable {
        let key: String
        let written: String
        /// Without braces.
        let value: String
    }

    /// Why a text is no such string.
    public enum Mistake: Error, Equatable {
        case notAField(number: Int)
        case unclosedBrace(key: String)
        case strayBrace(key: String)
        case afterBrace(key: String)
        case twice(key: String)
        case secret(key: String)
        case notAllowed(key: String)
        case ownSetting(key: String)
        case controlCharacter
        case noDriver
        case badName
    }

    /// Stands in for what was rejected.
    static let none = ODBCConnectionString(fields: [])

    private init(fields: [Field]) { self.fields = fields }

    public init(_ text: String) throws(Mistake) {
        if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            throw .controlCharacter
        }
        fields = try Self.fields(text)
        var keys: Set<String> = []
        for field in fields {
            let key = field.key.lowercased()
            guard keys.insert(key).inserted else { throw .twice(key: field.key) }
            try Self.check(key, field)
        }
        if keys.isDisjoint(with: ["driver", "dsn"]) { throw .noDriver }
    }

    /// A data source by its name in `odbc.ini`.
    public init(dataSource name: String) throws(Mistake) {
        let reserved = #"[]{}(),;?*=!@\"#
        if name.isEmpty || name.contains(where: reserved.contains) { throw .badName }
        try self.init("DSN=\(name)")
    }

    /// The value of the first of these fields that is there; keys in lower case.
    func value(_ keys: String...) -> String? {
        fields.first { keys.contains($0.key.lowercased()) }?.value
    }

    /// Whether the string itself says who logs in.
    var namesUser: Bool { value("uid", "user", "username", "user id") != nil }

    /// For messages: driver or data source, server and database.
    var place: String {
        let driver = value("dsn") ?? value("driver") ?? ""
        let server = value("server", "servername", "host", "hostname", "socket", "dbq")
        let database = value("database", "db", "dbname")
        let rest = [server, database].compactMap { $0 }.joined(separator: "/")
        return rest.isEmpty ? driver : driver + " " + rest
    }

    /// The string with further settings at its end.
    ///
    /// - Parameter settings: fields and their values, which need no braces. What the string has itself is not replaced
    ///   by a setting that is marked so.
    func text(adding settings: [ODBCSetting]) -> String {
        let added = settings.filter { !$0.isDefault || value($0.key.lowercased()) == nil }
        return (fields.map { "\($0.key)=\($0.written)" } + added.map { "\($0.key)=\($0.value)" })
            .joined(separator: ";")
    }

    // MARK: Reading

    /// Of values without braces nothing is taken away, and nothing that begins or ends a brace is in them.
    private static func fields(_ text: String) throws(Mistake) -> [Field] {
        var fields: [Field] = []
        var rest = text.unicodeScalars[...]
        while !rest.isEmpty {
            guard let sign = rest.firstIndex(of: "=") else { throw .notAField(number: fields.count + 1) }
            let key = trimmed(rest[..<sign])
            guard !key.isEmpty, !key.unicodeScalars.contains(where: #"[]{}(),;?*=!@\"#.unicodeScalars.contains) else {
                throw .notAField(number: fields.count + 1)
            }
            rest = rest[rest.index(after: sign)...]
            let start = rest.startIndex
            let value = try Self.value(&rest, of: key)
            fields.append(Field(key: key, written: String(text.unicodeScalars[start..<rest.startIndex]), value: value))
            // The separator.
            rest = rest.dropFirst()
        }
        return fields
    }

    /// The value at the beginning; what remains begins with a semicolon or is empty.
    private static func value(
        _ rest: inout Substring.UnicodeScalarView, of key: String
    ) throws(Mistake) -> String {
        guard rest.first == "{" else {
            let end = rest.firstIndex(of: ";") ?? rest.endIndex
            let value = rest[..<end]
            if value.contains(where: { $0 == "{" || $0 == "}" }) { throw .strayBrace(key: key) }
            rest = rest[end...]
            return trimmed(value)
        }
        var value = String.UnicodeScalarView()
        rest = rest.dropFirst()
        while let next = rest.first {
            rest = rest.dropFirst()
            if next == "}" {
                guard rest.first == "}" else {
                    if let after = rest.first, after != ";" { throw .afterBrace(key: key) }
                    return String(value)
                }
                rest = rest.dropFirst()
            }
            value.append(next)
        }
        throw .unclosedBrace(key: key)
    }

    private static func trimmed(_ text: Substring.UnicodeScalarView) -> String {
        var text = text
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }

    // MARK: What has no place here

    private static func check(_ key: String, _ field: Field) throws(Mistake) {
        let value = field.value.lowercased()
        let secrets = ["pwd", "password", "passwd", "secret", "token"]
        if secrets.contains(where: { key.contains($0) || value.contains($0 + "=") }) || key == "pass" {
            throw .secret(key: field.key)
        }
        if forbidden.contains(key) { throw .notAllowed(key: field.key) }
        if ODBCDialect.ownKeys.contains(key) { throw .ownSetting(key: field.key) }
    }

    /// They write what goes over the connection into files, read a string from another file, or run statements.
    private static let forbidden: Set<String> = [
        "filedsn", "savefile", "trace", "tracefile", "traceon", "traceopt", "debug", "commlog", "b2", "b3", "initstmt",
        "connsettings", "a6", "initialstatement", "loadext", "querylog_on", "querylogfile", "statslog_on",
    ]
}

/// A field that is added to a connection string.
struct ODBCSetting {
    let key: String
    let value: String
    /// Whether the configuration may say otherwise.
    var isDefault = false
}
