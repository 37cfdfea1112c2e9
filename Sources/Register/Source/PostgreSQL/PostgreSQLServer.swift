/// How a server is reached. What is not said here libpq takes from the service, its environment or its own defaults.
public struct PostgreSQLServer: Sendable, Equatable {
    /// An entry of libpq's service file.
    public var service: String?
    /// A host name, an address, or the folder of a Unix socket.
    public var host: String?
    public var port: Int?
    public var database: String?
    public var user: String?
    public var tls: TLSMode
    /// Certificates that the server's must go back to, in PEM.
    public var rootCertificate: String?
    /// The role's own certificate and its key, in PEM.
    public var certificate: String?
    public var key: String?
    /// A password file of libpq's form that only the node's account can read.
    public var passwordFile: String?
    /// In which a `timestamp with time zone` has its day, such as `Europe/Helsinki`.
    public var timeZone: String
    /// All in seconds.
    public var connectTimeout: Int
    /// How long the server may work until it gives the next rows.
    public var statementTimeout: Int
    public var lockTimeout: Int

    /// libpq's `sslmode`, without those modes that go on without TLS when the other side wants to. Over a Unix socket
    /// there is none.
    public enum TLSMode: String, Sendable, CaseIterable {
        /// The certificate must be valid and of this host.
        case verifyFull = "verify-full"
        /// The certificate must be valid, of whatever host.
        case verifyCA = "verify-ca"
        /// Encrypted, with whomever.
        case require
        /// In the clear.
        case disable
    }

    public init(
        service: String? = nil, host: String? = nil, port: Int? = nil, database: String? = nil, user: String? = nil,
        tls: TLSMode = .verifyFull, rootCertificate: String? = nil, certificate: String? = nil, key: String? = nil,
        passwordFile: String? = nil, timeZone: String = "UTC", connectTimeout: Int = 10, statementTimeout: Int = 600,
        lockTimeout: Int = 30
    ) {
        self.service = service
        self.host = host
        self.port = port
        self.database = database
        self.user = user
        self.tls = tls
        self.rootCertificate = rootCertificate
        self.certificate = certificate
        self.key = key
        self.passwordFile = passwordFile
        self.timeZone = timeZone
        self.connectTimeout = connectTimeout
        self.statementTimeout = statementTimeout
        self.lockTimeout = lockTimeout
    }

    /// libpq's names for all this. GSS encryption is off, since libpq would prefer it to TLS whatever `sslmode` says.
    var parameters: [(name: String, value: String)] {
        let given: [(String, String?)] = [
            ("service", service), ("host", host), ("port", port.map(String.init)), ("dbname", database), ("user", user),
            ("sslmode", tls.rawValue), ("sslrootcert", rootCertificate), ("sslcert", certificate), ("sslkey", key),
            ("passfile", passwordFile),
        ]
        let fixed = [
            ("gssencmode", "disable"), ("client_encoding", "UTF8"), ("application_name", "sidos-node"),
            ("keepalives", "1"), ("keepalives_idle", "60"), ("keepalives_interval", "10"), ("keepalives_count", "6"),
            ("tcp_user_timeout", "60000"),
        ]
        return given.compactMap { name, value in value.map { (name, $0) } } + fixed
    }

    /// Settings of a session, so that every server writes a value alike and none makes us wait for ever.
    var settings: [(name: String, value: String)] {
        [
            ("DateStyle", "ISO, YMD"), ("IntervalStyle", "iso_8601"), ("TimeZone", timeZone),
            ("extra_float_digits", "3"), ("bytea_output", "hex"), ("xmlbinary", "base64"),
            // Policies that hide rows from the role make the query fail, instead of giving a part of the register.
            ("row_security", "off"),
            ("statement_timeout", "\(statementTimeout)s"), ("lock_timeout", "\(lockTimeout)s"),
            // Between opening a register and reading it the owner's history is read.
            ("idle_in_transaction_session_timeout", "3600s"),
            // A cursor is read to its end.
            ("cursor_tuple_fraction", "1"),
        ]
    }
}
