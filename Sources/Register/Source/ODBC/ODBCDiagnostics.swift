internal import CODBC

/// What a driver says of a call that failed. Its words are looked at where it gives no code, and not kept.
struct ODBCDiagnostics {
    /// What was being done.
    enum Act { case connecting, working }

    let failure: ODBCFailure

    private static let mostRecords: SQLSMALLINT = 8
    private static let wordByteCount = 512

    init(of handle: SQLHANDLE, kind: SQLSMALLINT, _ act: Act, _ dialect: ODBCDialect) {
        var codes: [ODBCCode] = []
        var words = ""
        for number in 1...Self.mostRecords {
            var state = [UInt8](repeating: 0, count: 6)
            var text = [UInt8](repeating: 0, count: Self.wordByteCount)
            var native: SQLINTEGER = 0
            var length: SQLSMALLINT = 0
            let code = SQLGetDiagRec(
                kind, handle, number, &state, &native, &text, SQLSMALLINT(Self.wordByteCount), &length)
            guard code == SQL_SUCCESS || code == SQL_SUCCESS_WITH_INFO else { break }
            codes.append(ODBCCode(state: Self.state(state), native: native))
            words += String(decoding: text.prefix { $0 != 0 }, as: UTF8.self) + "\n"
        }
        failure =
            switch act {
            case .connecting: Self.connecting(codes, words, dialect)
            case .working: Self.working(Self.main(codes), dialect)
            }
    }

    /// Five digits and capitals; anything else is a driver's mistake.
    private static func state(_ bytes: [UInt8]) -> String {
        let state = bytes.prefix(5)
        guard state.allSatisfy({ Digits.isDigit($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
            return "HY000"
        }
        return String(decoding: state, as: UTF8.self)
    }

    /// The first that is no warning.
    private static func main(_ codes: [ODBCCode]) -> ODBCCode {
        codes.first { !$0.state.hasPrefix("01") } ?? codes.first ?? ODBCCode(state: "HY000", native: 0)
    }

    private static func connecting(_ codes: [ODBCCode], _ words: String, _ dialect: ODBCDialect) -> ODBCFailure {
        let code = main(codes)
        switch code.state {
        case "IM002": return .unknownDataSource
        // unixODBC has no more than a warning for a library that it cannot open.
        case "IM003", "IM004", "IM005", "01000": return .driverMissing(code: code)
        case "28000", "28P01": return .loginRefused(code: code)
        case "HYT00", "HYT01": return .connectTimedOut
        case "3D000": return .noSuchDatabase(code: code)
        default: break
        }
        switch dialect {
        case .postgreSQL:
            // psqlODBC has one SQLSTATE for all of it.
            let signs: [(String, ODBCFailure)] = [
                ("authentication failed", .loginRefused(code: code)),
                ("no password supplied", .loginRefused(code: code)), ("pg_hba.conf", .loginRefused(code: code)),
                ("timeout expired", .connectTimedOut), ("SSL", .tlsRefused(code: code)),
                ("certificate", .tlsRefused(code: code)), ("role \"", .loginRefused(code: code)),
                ("database \"", .noSuchDatabase(code: code)),
            ]
            return signs.first { words.contains($0.0) }?.1 ?? .unreachable(code: code)
        case .mariaDB:
            switch code.native {
            case 1044, 1049: return .noSuchDatabase(code: code)
            case 1045, 1698: return .loginRefused(code: code)
            case 2026: return .tlsRefused(code: code)
            case 2000...2100: return .unreachable(code: code)
            default: break
            }
        case .sqlite: return .noSuchDatabase(code: code)
        case .other: break
        }
        return code.state.hasPrefix("08") ? .unreachable(code: code) : .connectionFailed(code: code)
    }

    private static func working(_ code: ODBCCode, _ dialect: ODBCDialect) -> ODBCFailure {
        if let known = native(code, dialect) { return known }
        switch code.state {
        case "HY008": return .cancelled
        case "HYT00", "57014": return .timedOut(code: code)
        case "55P03": return .lockTimedOut(code: code)
        case "42501": return .permissionDenied(code: code)
        case "42S02", "42P01", "3F000": return .tableMissing(code: code)
        case "42S22", "42703": return .columnMissing(code: code)
        case "25001", "25006": return .writes(code: code)
        case "28000", "28P01": return .loginRefused(code: code)
        case "HY001", "HY014": return .noMemory
        default: break
        }
        switch code.state.prefix(2) {
        case "08", "57": return .connectionLost(code: code)
        case "22": return .valueInvalid(code: code)
        case "40", "25": return .conflict(code: code)
        case "37", "42": return .statementRefused(code: code)
        default: return .other(code: code)
        }
    }

    /// By the database's own numbers, where SQLSTATE is too coarse.
    private static func native(_ code: ODBCCode, _ dialect: ODBCDialect) -> ODBCFailure? {
        switch (dialect, code.native) {
        case (.mariaDB, 1049), (.mariaDB, 1146): .tableMissing(code: code)
        case (.mariaDB, 1142), (.mariaDB, 1143), (.mariaDB, 1044): .permissionDenied(code: code)
        case (.mariaDB, 1205): .lockTimedOut(code: code)
        case (.mariaDB, 1969), (.mariaDB, 1317): .timedOut(code: code)
        case (.mariaDB, 2006), (.mariaDB, 2013): .connectionLost(code: code)
        // SQLITE_ERROR stands for every mistake in a statement; SQLITE_BUSY and SQLITE_LOCKED.
        case (.sqlite, 1): .statementRefused(code: code)
        case (.sqlite, 26): .noSuchDatabase(code: code)
        case (.sqlite, 5), (.sqlite, 6): .lockTimedOut(code: code)
        default: nil
        }
    }
}
