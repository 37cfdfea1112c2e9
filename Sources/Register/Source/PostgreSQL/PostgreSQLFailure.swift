/// Why a PostgreSQL server gave no rows. PostgreSQL's and libpq's messages can quote rows, so none of their text is kept.
public enum PostgreSQLFailure: Error, Sendable, Equatable {
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

    /// Whether it may be gone when the register is read again.
    public var mayPass: Bool {
        switch self {
        case .unknownHost, .unreachable, .connectTimedOut, .unavailable, .connectionLost, .connectionFailed, .timedOut,
            .lockTimedOut:
            true
        default: false
        }
    }

    /// Whether the server could not be reached at all, or refused to let us in.
    public var kind: Kind {
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

    public enum Kind: Sendable {
        case service, permission, configuration, data
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

    /// What libpq says of a connection that failed. It has no codes for it: a server's refusal is told by the SQLSTATE that
    /// it ends in when messages are asked for so, the rest by libpq's words.
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

extension PostgreSQLFailure {
    /// What is wrong and what to do, as a sentence that follows a colon.
    var sentence: String {
        switch self {
        case .unknownHost:
            "the server's name is not known. Check host in the node's configuration, and the machine's name service."
        case .unreachable:
            "no PostgreSQL server answers there. Check host and port, that the server runs, and the firewall between."
        case .connectTimedOut:
            "the server did not answer in time. Check host, port and firewall, or allow a longer connect_timeout."
        case .unknownService:
            "libpq knows no such service. Check its service file (pg_service.conf, or the one that PGSERVICEFILE names)."
        case .passwordFileMissing:
            "there is no such password file. Check passfile in the node's configuration."
        case .passwordFileOpen:
            "others may read the password file. Run chmod 600 on it, and give it to the account that runs the node."
        case .noTLS:
            "the server does not offer TLS. Turn ssl on in its postgresql.conf; sslmode can be disable only where nobody "
                + "listens between."
        case .noRootCertificate:
            "the certificates to check the server's with are not there. Name a PEM file under sslrootcert."
        case .certificateRefused:
            "the server's certificate is not accepted. Check that it is valid and of this host's name, and that "
                + "sslrootcert has its issuer."
        case .ownCertificateUnusable:
            "sslcert and sslkey cannot be used. Check that both are there, belong together, and that only the node's "
                + "account may read the key (chmod 600)."
        case .passwordMissing:
            "the server asks for a password. Put it into a password file that only the node's account can read, and name "
                + "that under passfile."
        case .loginRefused:
            "the server refuses the role. Check user, the password in the password file, and the server's pg_hba.conf."
        case .noSuchDatabase:
            "the server has no such database. Check database in the node's configuration."
        case .unavailable(let state):
            "the server cannot serve at the moment (SQLSTATE \(state)). Try again; look into its log if it stays."
        case .connectionLost:
            "the connection to the server broke off. Nothing of what was read is used; it is read anew."
        case .connectionFailed:
            "the connection to the server failed. Try the same parameters with psql, which may show more."
        case .cancelled:
            "the reading was stopped before its end."
        case .timedOut:
            "the server took longer than statement_timeout, or somebody cancelled the query. Give a quicker view, or "
                + "allow more."
        case .lockTimedOut:
            "the table stayed locked by others for longer than lock_timeout. Let them finish, or allow more."
        case .permissionDenied:
            "the role may not read it. GRANT SELECT on the table or view to it, and USAGE on its schema."
        case .rowSecurity:
            "row-level security would hide rows from the role, so that the register would be less than it seems. "
                + "Let the role bypass it (ALTER ROLE … BYPASSRLS), or give it a view of just these columns whose owner the "
                + "policies do not concern. If only a part is meant, say so by a view with a WHERE."
        case .queryInvalid(let state):
            "PostgreSQL does not accept the query or the view (SQLSTATE \(state)\(Self.words(state))). Try it with psql."
        case .notOneSelect:
            "the query is not one SELECT that only reads. Give one, without parameters and with nothing after it, or make a view of it and name that under table."
        case .writes:
            "the query or view changes the database or locks rows, which a register must not. Leave that out of it."
        case .encoding:
            "the database has text that cannot be turned into UTF-8. Mend the text, or leave the column out by a view."
        case .valueInvalid(let state):
            "an expression of the query or view fails for some row's value (SQLSTATE \(state)). "
                + "Mend the value or the expression."
        case .unknownTimeZone:
            "the server does not know the time zone. Check time_zone in the node's configuration."
        case .tableElsewhere(let name, let schema):
            "it is not there, but \(ShownName.of(name)) is in the schema \(ShownName.of(schema)). "
                + "Name the two apart, under table and schema."
        case .unsupportedType(let name):
            "the column has the type \(ShownName.of(name)), which is not one value. "
                + "Make single values of it in a view, or leave it out."
        case .damaged(let state):
            "PostgreSQL says that it failed inside or that its data is damaged (SQLSTATE \(state)). See its log."
        case .other(let state):
            "PostgreSQL failed with SQLSTATE \(state). Try the table, view or query with psql."
        }
    }

    private static func words(_ sqlState: String) -> String {
        switch sqlState {
        case "42601": ": a mistake of form, or several statements"
        case "42P01", "3F000": ": a table that it names is not there"
        case "42703": ": a column that it names is not there"
        case "42883": ": a function or operator that it names is not there"
        default: ""
        }
    }
}
