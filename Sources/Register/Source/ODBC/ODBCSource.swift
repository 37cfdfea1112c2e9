/// A table or a view of any database that has an ODBC driver, and how it is reached through unixODBC.
///
/// It has no password: that is read from a file or a credential when the source is opened, and not kept.
public struct ODBCSource: TableSource {
    public var connection: ODBCConnectionString
    /// Names are taken as they are, so their case matters.
    public var table: String
    /// Without one, the database looks where it does for this user.
    public var schema: String?
    /// Where user and password are; nil if the connection needs none.
    public var credentials: ODBCCredentials?
    /// All in seconds.
    public var loginTimeout: Int
    /// How long the driver may take until it gives the next rows.
    public var statementTimeout: Int
    public var lockTimeout: Int
    /// Instead of the one that the driver's name tells, for tests.
    var dialect: ODBCDialect?

    public init(
        connection: ODBCConnectionString, table: String, schema: String? = nil, credentials: ODBCCredentials? = nil,
        loginTimeout: Int = 10, statementTimeout: Int = 600, lockTimeout: Int = 30
    ) {
        self.connection = connection
        self.table = table
        self.schema = schema
        self.credentials = credentials
        self.loginTimeout = loginTimeout
        self.statementTimeout = statementTimeout
        self.lockTimeout = lockTimeout
    }

    /// What the configuration says of driver, server, database and table.
    public var name: String { "\(connection.place), \(schema.map { $0 + "." } ?? "")\(table)" }

    public func makeReader() throws(RegisterError) -> any SourceReader { try ODBCReader(self) }
}
