internal import CODBC

/// What unixODBC's files say of drivers and data sources, before anything is connected.
enum ODBCDrivers {
    private static let byteCount = 4_096

    /// The driver's kind by its name, its library's, or that of the data source's driver.
    static func dialect(of string: ODBCConnectionString, _ environment: ODBCHandle) -> ODBCDialect {
        var driver = string.value("driver")
        if let source = string.value("dsn") {
            driver =
                pairs { SQLDataSources(environment.raw, $0, $1, $2, $3, $4, $2, $5) }.first { isSame($0.name, source) }?
                .rest.first
        }
        guard let driver else { return .other }
        let dialect = ODBCDialect(driver: driver)
        guard dialect == .other else { return dialect }
        // A section of odbcinst.ini with a name of the administrator's own.
        let lines =
            pairs { SQLDrivers(environment.raw, $0, $1, $2, $3, $4, $2, $5) }.first { isSame($0.name, driver) }?
            .rest ?? []
        let library = lines.first { $0.lowercased().hasPrefix("driver=") }
        return ODBCDialect(driver: library ?? "")
    }

    private static func isSame(_ name: String, _ other: String) -> Bool { name.lowercased() == other.lowercased() }

    /// A name, and texts that end in a zero each.
    private typealias Pair = (name: String, rest: [String])

    /// All that a function lists.
    private static func pairs(
        _ next: (
            SQLUSMALLINT, UnsafeMutablePointer<SQLCHAR>, SQLSMALLINT, UnsafeMutablePointer<SQLSMALLINT>,
            UnsafeMutablePointer<SQLCHAR>, UnsafeMutablePointer<SQLSMALLINT>
        ) -> SQLRETURN
    ) -> [Pair] {
        var all: [Pair] = []
        var direction = SQL_FETCH_FIRST
        while true {
            var name = [SQLCHAR](repeating: 0, count: byteCount)
            var rest = [SQLCHAR](repeating: 0, count: byteCount)
            var lengths: (SQLSMALLINT, SQLSMALLINT) = (0, 0)
            let code = next(SQLUSMALLINT(direction), &name, SQLSMALLINT(byteCount), &lengths.0, &rest, &lengths.1)
            guard ODBCHandle.isSuccess(code) else { return all }
            let texts = { (bytes: [SQLCHAR]) in
                bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            }
            all.append((texts(name).first ?? "", texts(rest)))
            direction = SQL_FETCH_NEXT
        }
    }
}
