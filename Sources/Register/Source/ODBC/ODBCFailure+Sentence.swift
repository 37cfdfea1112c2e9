extension ODBCFailure {
    public var sentence: String {
        switch self {
        case .unknownDataSource:
            "unixODBC knows no such data source. Check dsn and odbc.ini; `odbcinst -q -s` lists what there is."
        case .driverMissing(let code):
            "the driver cannot be loaded (\(code.words)). Check its name in odbcinst.ini (`odbcinst -q -d` lists them) "
                + "and that its package is installed."
        case .driverHidden:
            "the driver is psqlODBC, MariaDB's or SQLite's, and its name does not show it, so its settings for TLS and "
                + "memory were not made. Give it a section of that name in odbcinst.ini, and name that under DRIVER."
        case .unreachable(let code):
            "the database cannot be reached (\(code.words)). Check server, port and database, user and password, that "
                + "the server runs, and its TLS settings. isql may show more."
        case .connectTimedOut:
            "the server did not answer in time. Check server, port and firewall, or allow a longer login_timeout."
        case .loginRefused(let code):
            "the server refuses the login (\(code.words)). Check user and password in the credentials, and whether the "
                + "server lets this user in from here."
        case .noSuchDatabase(let code):
            "there is no such database (\(code.words)). Check its name or file in the connection string."
        case .tlsRefused(let code):
            "there is no TLS with the server, or its certificate is not accepted (\(code.words)). Turn TLS on "
                + "there, and name its authority's certificate in the driver's field. TLS can be turned off in the "
                + "connection string only where nobody listens between."
        case .connectionFailed(let code):
            "the connection failed (\(code.words)). Try the same connection string with isql, which may show more."
        case .connectionLost(let code):
            "the connection broke off (\(code.words)). Nothing of what was read is used; the node reads it again."
        case .credentialsFile(let words):
            "the credentials cannot be read: \(words)."
        case .credentialsUnreadable(let path):
            "\(path) is not one line `user:password` in UTF-8. Write it so."
        case .noMoment:
            "the driver offers neither SERIALIZABLE nor REPEATABLE READ, so the rows would not be of one moment. "
                + "Take an extract, and read that."
        case .notReadOnly:
            "the transaction could not be made read-only. Connect to the server itself, not through a pooler."
        case .tooLargeForDriver(let limit):
            "this version of the driver holds all rows in memory, and they take more than \(limit >> 20) MiB. Install "
                + "MariaDB Connector/ODBC 3.2 or newer, which gives rows as they come, or read a smaller view."
        case .nameNeedsQuotes(let name):
            "the driver has no quotation mark for names, and \(ShownName.of(name)) needs one. Make a view with names "
                + "of letters and digits."
        case .noMemory: "unixODBC got no memory. Free some on this machine."
        case .tooManyColumns(let limit): "there are more than \(limit) columns. Read a view of fewer."
        case .cancelled: "the reading was stopped before its end."
        case .timedOut(let code):
            "the database took longer than statement_timeout\(code.map { " (\($0.words))" } ?? ""). Give a quicker "
                + "view, or allow more."
        case .lockTimedOut(let code):
            "the table stayed locked by others for longer than lock_timeout (\(code.words)). Let them finish, or allow "
                + "more."
        case .permissionDenied(let code):
            "the user may not read it (\(code.words)). Grant it SELECT on the table or view, and access to its schema."
        case .tableMissing(let code):
            "a table that the view needs is not there (\(code.words)). Try the view with isql."
        case .columnMissing(let code):
            "a column that the view needs is not there (\(code.words)). Try the view with isql."
        case .writes(let code):
            "the view changes the database or locks rows (\(code.words)), which a register must not do. Leave that "
                + "out of it."
        case .conflict(let code):
            "the database gave up the reading because of what others wrote (\(code.words)). The node tries it again."
        case .valueInvalid(let code):
            "an expression of the view fails for some row's value (\(code.words)). Correct the value or the expression."
        case .invalidText:
            "the text is not valid Unicode, or the driver does not turn it into it. Correct it, or check the driver's "
                + "setting of the character set."
        case .statementRefused(let code):
            "the database refuses to read the table or view (\(code.words)). Check the user's rights, and try the view "
                + "with isql."
        case .unsupportedType(let name):
            "the column has the type \(ShownName.of(name)), which is not one value. Make single values of it in a "
                + "view, or leave it out."
        case .other(let code):
            "the driver failed (\(code.words)). Try the table or view with isql."
        }
    }
}
