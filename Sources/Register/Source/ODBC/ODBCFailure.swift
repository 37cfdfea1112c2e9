/// Why a database gave no rows through ODBC. Drivers' messages can quote values and passwords, so none of their text is
/// kept: only SQLSTATE and the driver's own number.
public enum ODBCFailure: SourceFailure {
    // Reaching the database.
    /// There is no such data source in `odbc.ini`.
    case unknownDataSource
    /// The driver is not installed, or cannot be loaded.
    case driverMissing(code: ODBCCode)
    /// A driver of a known kind that neither its name nor its library's shows.
    case driverHidden
    case unreachable(code: ODBCCode)
    case connectTimedOut
    case loginRefused(code: ODBCCode)
    case noSuchDatabase(code: ODBCCode)
    /// The server offers no TLS, or its certificate is not accepted.
    case tlsRefused(code: ODBCCode)
    case connectionFailed(code: ODBCCode)
    case connectionLost(code: ODBCCode)
    /// What is wrong with the file or credential; it names only its path.
    case credentialsFile(String)
    case credentialsUnreadable(path: String)

    // What the driver cannot do.
    /// The database offers no transactions in which all rows are of one moment.
    case noMoment
    /// The transaction could be made to read only, and was not.
    case notReadOnly
    /// The driver would hold all rows, and they are too many.
    case tooLargeForDriver(byteLimit: Int)
    /// The database has no quotation mark for names, and this name needs one.
    case nameNeedsQuotes(String)
    case noMemory
    case tooManyColumns(limit: Int)

    case cancelled

    // Reading.
    case timedOut(code: ODBCCode?)
    case lockTimedOut(code: ODBCCode)
    case permissionDenied(code: ODBCCode)
    case tableMissing(code: ODBCCode)
    case columnMissing(code: ODBCCode)
    case writes(code: ODBCCode)
    case conflict(code: ODBCCode)
    case valueInvalid(code: ODBCCode)
    /// The driver's text is not valid UTF-16.
    case invalidText
    case statementRefused(code: ODBCCode)
    case unsupportedType(name: String)
    case other(code: ODBCCode)

    public var mayPass: Bool {
        switch self {
        case .unreachable, .connectTimedOut, .connectionFailed, .connectionLost, .timedOut, .lockTimedOut, .conflict:
            true
        default: false
        }
    }

    public var cause: SourceFailureCause {
        switch self {
        case .unreachable, .connectTimedOut, .connectionFailed, .connectionLost, .timedOut, .lockTimedOut, .conflict,
            .noMemory:
            .service
        case .loginRefused, .tlsRefused, .permissionDenied, .credentialsFile, .credentialsUnreadable: .permission
        case .unknownDataSource, .driverMissing, .driverHidden, .noSuchDatabase, .noMoment, .notReadOnly,
            .tooLargeForDriver,
            .nameNeedsQuotes, .tooManyColumns, .tableMissing, .columnMissing, .writes, .statementRefused:
            .configuration
        case .valueInvalid, .invalidText, .unsupportedType, .other, .cancelled: .data
        }
    }
}

/// By what a driver says which error it is.
public struct ODBCCode: Sendable, Equatable {
    /// SQLSTATE, five characters.
    public let state: String
    /// The database's or driver's own number.
    public let native: Int32

    public init(state: String, native: Int32) {
        self.state = state
        self.native = native
    }

    var words: String { "SQLSTATE \(state), native code \(native)" }
}

extension RegisterError.Kind {
    static func odbc(_ failure: ODBCFailure) -> RegisterError.Kind {
        switch failure {
        case .cancelled: .cancelled
        case .tooManyColumns(let limit): .tooManyColumns(limit: limit)
        default: .source(AnySourceFailure(failure))
        }
    }
}

extension RegisterError {
    init(odbc failure: ODBCFailure, file: String) { self.init(.odbc(failure), file: file) }
}
