extension PostgreSQLFailure {
    public var sentence: String {
        switch self {
        case .unknownHost:
            "the server's name is not known. Check host in the node's configuration, and the machine's name service."
        case .unreachable:
            "no PostgreSQL server answers there. Check host and port, that the server runs, and the firewall between."
        case .connectTimedOut:
            "the server did not answer in time. Check host, port and firewall, or allow a longer connect_timeout."
        case .unknownService:
            "libpq knows no such service. Check its service file (pg_service.conf, or the one that PGSERVICEFILE "
                + "names)."
        case .passwordFileMissing:
            "there is no such password file. Check passfile in the node's configuration."
        case .passwordFileOpen:
            "others may read the password file. Run chmod 600 on it, and give it to the account that runs the node."
        case .noTLS:
            "the server does not offer TLS. Turn ssl on in its postgresql.conf; sslmode can be disable only where "
                + "nobody listens between."
        case .noRootCertificate:
            "there are no certificates by which to check the server's. Name a PEM file with them under sslrootcert."
        case .certificateRefused:
            "the server's certificate is not accepted. Check that it is valid and of this host's name, and that "
                + "sslrootcert has its issuer."
        case .ownCertificateUnusable:
            "sslcert and sslkey cannot be used. Check that both are there, belong together, and that only the node's "
                + "account may read the key (chmod 600)."
        case .passwordMissing:
            "the server asks for a password. Put it into a password file that only the node's account can read, and "
                + "name that under passfile."
        case .loginRefused:
            "the server refuses the role. Check user, the password in the password file, and the server's pg_hba.conf."
        case .noSuchDatabase:
            "the server has no such database. Check database in the node's configuration."
        case .unavailable(let state):
            "the server cannot serve at the moment (SQLSTATE \(state)). Try again; if that fails, see the server's log."
        case .connectionLost:
            "the connection to the server broke off. Nothing of what was read is used; the node reads it again."
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
                + "Let the role bypass it (ALTER ROLE … BYPASSRLS), or give it a view of just these columns whose "
                + "owner the policies do not concern. If only a part is meant, say so by a view with a WHERE."
        case .queryInvalid(let state):
            "PostgreSQL does not accept the query or the view (SQLSTATE \(state)\(Self.words(state))). Try it with "
                + "psql."
        case .notOneSelect:
            "the query is not one SELECT that only reads. Give one, without parameters and with nothing after it, or "
                + "make a view of it and name that under table."
        case .writes:
            "the query or view changes the database or locks rows, which a register must not do. Leave that out of it."
        case .encoding:
            "the database has text that cannot be turned into UTF-8. Correct it, or leave the column out by a view."
        case .valueInvalid(let state):
            "an expression of the query or view fails for some row's value (SQLSTATE \(state)). "
                + "Correct the value or the expression."
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
