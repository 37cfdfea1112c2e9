internal import CODBC

/// How values of one column are asked for and understood.
struct ODBCColumn: Sendable, Equatable {
    let name: String
    let form: Form
    /// What stands in the list of columns of the SELECT.
    let expression: String

    enum Form: Sendable, Equatable {
        /// UTF-16 from the driver.
        case text
        /// UTF-8 as it comes from the server.
        case bytes
        /// Any type, with a letter before it: SQLite's driver goes by declared types, and ends text at a NUL.
        case tagged
        /// An integer if it is written as one and fits 64 bits.
        case number
        case numberInBytes
        case realInBytes
        case single
        case double
        case bit
        case date
        case timestamp
        /// Its content is not asked for.
        case binary
        /// More than one value, by the type's name.
        case unsupported(String)
    }

    /// - Parameters:
    ///   - quoted: the name as it is written in SQL.
    ///   - type: ODBC's number of the type.
    ///   - manyValuesType: the type's name if it holds more than one value.
    init(
        name: String, quoted: String, type: SQLSMALLINT, typeName: String, manyValuesType: String?, dialect: ODBCDialect
    ) {
        self.name = name
        if let manyValuesType {
            (form, expression) = (.unsupported(manyValuesType), "NULL")
            return
        }
        let kind = Kind(type)
        switch dialect {
        case .sqlite: (form, expression) = (.tagged, Self.tagged(quoted))
        case .postgreSQL: (form, expression) = Self.postgreSQL(kind, quoted, typeName: typeName)
        case .mariaDB: (form, expression) = Self.mariaDB(kind, quoted)
        case .other: (form, expression) = Self.standard(kind, quoted, typeName: typeName)
        }
    }

    /// ODBC's types, as far as they are read differently.
    fileprivate enum Kind { case text, integer, number, single, double, bit, date, timestamp, binary, custom }

    // MARK: By dialect

    fileprivate static func standard(_ kind: Kind, _ quoted: String, typeName: String) -> (Form, String) {
        switch kind {
        case .text: (.text, quoted)
        case .integer, .number: (.number, quoted)
        case .single: (.single, quoted)
        case .double: (.double, quoted)
        case .bit: (.bit, quoted)
        case .date: (.date, quoted)
        case .timestamp: (.timestamp, quoted)
        case .binary: (.binary, ifNotNull(quoted))
        case .custom: (.unsupported(typeName), "NULL")
        }
    }

    /// Text is cut beyond what is allowed, so that nobody need hold it; one character shows that it was longer.
    private static let characterLimit = RecordLimit.fieldByteCount + 1

    fileprivate static func postgreSQL(_ kind: Kind, _ quoted: String, typeName: String) -> (Form, String) {
        // Its own text has a currency's sign.
        if typeName == "money" { return (.numberInBytes, "\(quoted)::numeric::text") }
        switch kind {
        case .integer, .number: return (.numberInBytes, "\(quoted)::text")
        case .single, .double: return (.realInBytes, "\(quoted)::text")
        case .binary: return (.binary, ifNotNull(quoted))
        default: return (.bytes, "left(\(quoted)::text, \(characterLimit))")
        }
    }

    fileprivate static func mariaDB(_ kind: Kind, _ quoted: String) -> (Form, String) {
        switch kind {
        case .integer, .number: (.numberInBytes, "CAST(\(quoted) AS CHAR)")
        case .bit: (.numberInBytes, "CAST(\(quoted) + 0 AS CHAR)")
        case .single: (.single, quoted)
        case .double: (.double, quoted)
        case .date, .timestamp: (.bytes, "CAST(\(quoted) AS CHAR)")
        case .binary: (.binary, ifNotNull(quoted))
        case .text, .custom: (.bytes, "LEFT(\(quoted), \(characterLimit))")
        }
    }

    /// Of text the first bytes as hexadecimal digits, so that every byte arrives.
    private static func tagged(_ quoted: String) -> String {
        "CASE typeof(\(quoted)) WHEN 'null' THEN NULL WHEN 'integer' THEN 'i' || \(quoted) "
            + "WHEN 'real' THEN 'r' || printf('%!.17g', \(quoted)) WHEN 'blob' THEN 'b' "
            + "ELSE 't' || hex(substr(CAST(\(quoted) AS BLOB), 1, \(characterLimit))) END"
    }

    private static func ifNotNull(_ quoted: String) -> String { "CASE WHEN \(quoted) IS NULL THEN NULL ELSE 'b' END" }
}

extension ODBCColumn.Kind {
    /// Types that the standard does not have are text to whoever asks for text; only those that a user makes of others
    /// are more than a text.
    fileprivate init(_ type: SQLSMALLINT) {
        self =
            switch Int32(type) {
            case SQL_INTEGER, SQL_SMALLINT, SQL_TINYINT, SQL_BIGINT: .integer
            case SQL_NUMERIC, SQL_DECIMAL: .number
            case SQL_REAL: .single
            case SQL_FLOAT, SQL_DOUBLE: .double
            case SQL_BIT: .bit
            case SQL_TYPE_DATE, SQL_DATE: .date
            case SQL_TYPE_TIMESTAMP, SQL_TIMESTAMP: .timestamp
            case SQL_BINARY, SQL_VARBINARY, SQL_LONGVARBINARY: .binary
            // SQL Server's user-defined types.
            case -151: .custom
            default: .text
            }
    }
}
