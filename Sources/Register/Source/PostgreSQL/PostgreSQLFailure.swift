/// Why a PostgreSQL server gave no rows. PostgreSQL's and libpq's messages can quote rows, so none of their text is
/// kept.
public enum PostgreSQLFailure: SourceFailure {
    // Reaching the server.
    case unknownHost
    case unreachable
    case connectTimedOut
    case unknownService
    /// The password file is not there, or others may read it.
    case passwordFileMissing
    case passwordFileOpen
    case noTLS
    case noRootCertificate
    case certificateRefused
    case ownCertificateUnusable
    case passwordMissing
    case loginRefused
    case noSuchDatabase
    /// The server is full, starting, stopping, or gives up for a reason of its moment.
    case unavailable(sqlState: String)
    case connectionLost
    case connectionFailed

    case cancelled

    // Reading.
    case timedOut
    case lockTimedOut
    case permissionDenied
    /// Row-level security would hide rows from the role.
    case rowSecurity
    /// The query, or the view behind the table.
    case queryInvalid(sqlState: String)
    case notOneSelect
    case writes
    case encoding
    /// A value that an expression of the query or view could not work with.
    case valueInvalid(sqlState: String)
    case unknownTimeZone
    /// The table is not where it was looked for, but one of the name is in another schema.
    case tableElsewhere(name: String, schema: String)
    case unsupportedType(name: String)
    case damaged(sqlState: String)
    case other(sqlState: String)

    public var mayPass: Bool {
        switch self {
        case .unknownHost, .unreachable, .connectTimedOut, .unavailable, .connectionLost, .connectionFailed, .timedOut,
            .lockTimedOut:
            true
        default: false
        }
    }

    public var cause: SourceFailureCause {
        switch self {
        case .unknownHost, .unreachable, .connectTimedOut, .unavailable, .connectionLost, .connectionFailed, .timedOut,
            .lockTimedOut:
            .service
        case .noTLS, .certificateRefused, .passwordFileOpen, .passwordMissing, .loginRefused, .permissionDenied,
            .rowSecurity:
            .permission
        case .unknownService, .passwordFileMissing, .noRootCertificate, .ownCertificateUnusable, .noSuchDatabase,
            .unknownTimeZone, .tableElsewhere, .queryInvalid, .notOneSelect, .writes:
            .configuration
        case .encoding, .valueInvalid, .unsupportedType, .damaged, .other, .cancelled: .data
        }
    }

    /// - Parameter sqlState: five characters of the table in PostgreSQL's documentation, appendix A.
    init(sqlState: String) {
        self =
            switch sqlState {
            case "28000", "28P01": .loginRefused
            case "3D000": .noSuchDatabase
            case "42501": .permissionDenied
            case "25001", "25006": .writes
            case "57014": .timedOut
            case "55P03": .lockTimedOut
            case "22021", "22P05": .encoding
            case "25P03", "40001", "40P01", "57P01", "57P02", "57P03", "57P05": .unavailable(sqlState: sqlState)
            default:
                switch sqlState.prefix(2) {
                case "08", "53": .unavailable(sqlState: sqlState)
                case "22": .valueInvalid(sqlState: sqlState)
                case "42", "3F", "0A": .queryInvalid(sqlState: sqlState)
                case "XX": .damaged(sqlState: sqlState)
                default: .other(sqlState: sqlState)
                }
            }
    }

    /// What libpq says of a connection that failed. It has no codes for it: a server's refusal is told by the SQLSTATE
    /// that it ends in when messages are asked for so, the rest by libpq's words.
    init(connectionMessage message: String) {
        if let sqlState = Self.sqlState(in: message) {
            self.init(sqlState: sqlState)
            return
        }
        let signs: [(String, PostgreSQLFailure)] = [
            ("root certificate file", .noRootCertificate), ("root.crt", .noRootCertificate),
            ("private key file", .ownCertificateUnusable), ("certificate file", .ownCertificateUnusable),
            ("does not support SSL", .noTLS), ("server certificate", .certificateRefused),
            ("certificate verify failed", .certificateRefused), ("SSL error", .certificateRefused),
            // Something else than PostgreSQL answers.
            ("received invalid response", .unreachable), ("definition of service", .unknownService),
            ("service file", .unknownService),
            ("could not translate host name", .unknownHost), ("timeout expired", .connectTimedOut),
            ("Connection timed out", .connectTimedOut), ("Connection refused", .unreachable),
            ("No such file or directory", .unreachable), ("unreachable", .unreachable),
            ("Connection reset", .unreachable), ("No route to host", .unreachable),
            ("server closed the connection", .unreachable), ("connection to server", .connectionFailed),
        ]
        self = signs.first { message.contains($0.0) }?.1 ?? .connectionFailed
    }

    /// The last word of a line such as `FATAL:  28P01`.
    private static func sqlState(in message: String) -> String? {
        for line in message.split(separator: "\n") where line.contains(":  ") {
            guard let word = line.split(separator: " ").last, word.utf8.count == 5,
                word.utf8.allSatisfy({ Digits.isDigit($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
            else { continue }
            return String(word)
        }
        return nil
    }
}

extension RegisterError.Kind {
    static func postgreSQL(_ failure: PostgreSQLFailure) -> RegisterError.Kind {
        if case .cancelled = failure { .cancelled } else { .source(AnySourceFailure(failure)) }
    }
}
