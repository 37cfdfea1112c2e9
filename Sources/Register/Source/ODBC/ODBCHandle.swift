internal import CODBC

/// One of unixODBC's handles; freed when it is let go, and before that on which it stands.
final class ODBCHandle {
    let raw: SQLHANDLE
    let kind: SQLSMALLINT
    private let parent: ODBCHandle?

    /// - Parameter parent: nil for an environment.
    init(_ kind: Int32, under parent: ODBCHandle?) throws(ODBCFailure) {
        var made: SQLHANDLE?
        let code = SQLAllocHandle(SQLSMALLINT(kind), parent?.raw, &made)
        guard ODBCHandle.isSuccess(code), let made else { throw .noMemory }
        raw = made
        self.kind = SQLSMALLINT(kind)
        self.parent = parent
        if kind == SQL_HANDLE_ENV {
            SQLSetEnvAttr(raw, SQL_ATTR_ODBC_VERSION, SQLPOINTER(bitPattern: UInt(SQL_OV_ODBC3)), 0)
        }
    }

    deinit { SQLFreeHandle(kind, raw) }

    static func isSuccess(_ code: SQLRETURN) -> Bool {
        Int32(code) == SQL_SUCCESS || Int32(code) == SQL_SUCCESS_WITH_INFO
    }

    /// What went wrong with the last call.
    func failure(_ act: ODBCDiagnostics.Act = .working, _ dialect: ODBCDialect) -> ODBCFailure {
        ODBCDiagnostics(of: raw, kind: kind, act, dialect).failure
    }

    func check(_ code: SQLRETURN, _ dialect: ODBCDialect) throws(ODBCFailure) {
        if !Self.isSuccess(code) { throw failure(.working, dialect) }
    }
}
