import Foundation
import PostgreSQLCluster
import TestDirectories
import Testing

@testable import Register

/// Every way not to be let in, each with an error of its own, none of which shows a password.
@Suite(.timeLimit(.minutes(10))) struct ODBCLoginTests {
    private static let password = "Ei}kenen;{kään} =1"

    private func read(_ source: ODBCSource) throws -> [[Seen]] { try records(ODBCReader(source)) }

    /// Why the source cannot be read. No part of a password is in it.
    private func failure(_ source: ODBCSource) throws -> ODBCFailure {
        let error = try #require(registerError { _ = try read(source) })
        for text in [error.description, "\(error)", String(reflecting: error)] {
            #expect(!text.contains("kenen") && !text.contains("wrong-password"), "\(text)")
        }
        return try #require(error.odbcFailure, "\(error)")
    }

    private func with(_ source: ODBCSource, _ line: String, _ folder: TemporaryFolder) throws -> ODBCSource {
        var source = source
        source.credentials = .file(try secretFile(line, in: folder))
        return source
    }

    private func isRefused(_ failure: ODBCFailure) -> Bool {
        if case .loginRefused = failure { true } else { false }
    }

    @Test("PostgreSQL: user and password come from a file, whatever characters they have")
    func postgreSQL() throws {
        let database = try TestDatabase("CREATE TABLE t AS SELECT 1 AS n")
        let role = "o_" + UUID().uuidString.prefix(8).lowercased()
        try database.run("CREATE ROLE \(role) LOGIN PASSWORD '\(Self.password)'; GRANT SELECT ON t TO \(role)")
        let folder = try TemporaryFolder()
        let source = try ODBCSource(
            "DRIVER={PostgreSQL Unicode};Servername=127.0.0.1;Port=\(database.cluster.port);Database=\(database.name);"
                + "SSLmode=disable")
        #expect(try read(with(source, "\(role):\(Self.password)\n", folder)) == [[.integer(1)]])
        #expect(isRefused(try failure(with(source, "\(role):wrong-password", folder))))
        #expect(isRefused(try failure(with(source, "nobody_here:\(Self.password)", folder))))
        #expect(isRefused(try failure(with(source, "\(role):", folder))))
        // Without a word about TLS it is asked for, with a valid certificate.
        let silent = try ODBCSource(
            "DRIVER={PostgreSQL Unicode};Servername=127.0.0.1;Port=\(database.cluster.port);Database=\(database.name)")
        guard case .tlsRefused = try failure(with(silent, "\(role):\(Self.password)", folder)) else {
            Issue.record("a password went to a server without TLS")
            return
        }
        #expect(try database.hasNoSessions())
    }

    @Test("PostgreSQL's certificate is checked")
    func certificate() throws {
        let cluster = try TestServers.tls.get()
        let database = try cluster.makeDatabase("CREATE TABLE t AS SELECT 1 AS n")
        let role = "o_" + UUID().uuidString.prefix(8).lowercased()
        try cluster.run(
            "CREATE ROLE \(role) LOGIN PASSWORD '\(Self.password)'; GRANT SELECT ON t TO \(role)", database: database)
        let folder = try TemporaryFolder()
        func source(_ host: String, _ root: String) throws -> ODBCSource {
            let connection =
                "DRIVER={PostgreSQL Unicode};Servername=\(host);Port=\(cluster.port);Database=\(database);"
                + "pqopt={sslrootcert=\(root)}"
            return try with(ODBCSource(connection), "\(role):\(Self.password)", folder)
        }
        #expect(try read(source("localhost", cluster.rootCertificate)) == [[.integer(1)]])
        // Of another name, and of an authority that has issued nothing.
        for (host, root) in [("127.0.0.1", cluster.rootCertificate), ("localhost", cluster.otherRootCertificate)] {
            guard case .tlsRefused = try failure(source(host, root)) else {
                Issue.record("\(host)")
                return
            }
        }
    }

    @Test("MariaDB: user and password come from a file, whatever characters they have")
    func mariaDB() throws {
        let server = try MariaDBServer.shared.get()
        let database = try server.makeDatabase("CREATE TABLE t (n int); INSERT INTO t VALUES (1)")
        let user = "o_" + UUID().uuidString.prefix(8).lowercased()
        try server.run(
            "CREATE USER \(user)@localhost IDENTIFIED BY '\(Self.password)'; "
                + "GRANT SELECT ON \(database).t TO \(user)@localhost")
        let folder = try TemporaryFolder()
        let source = try ODBCDatabase.mariaDB(server, database, user: nil)
        #expect(try read(with(source, "\(user):\(Self.password)\r\n", folder)) == [[.integer(1)]])
        #expect(isRefused(try failure(with(source, "\(user):wrong-password", folder))))
        var other = source
        other.table = "other"
        try server.run("CREATE TABLE other (n int)", database: database)
        guard case .permissionDenied = try failure(with(other, "\(user):\(Self.password)", folder)) else {
            Issue.record("a table was read without a right to it")
            return
        }
        // Without a word about TLS it is asked for over TCP.
        let plain = "DRIVER={MariaDB Unicode};SERVER=127.0.0.1;PORT=\(server.port);DATABASE=\(database)"
        guard case .tlsRefused = try failure(with(ODBCSource(plain), "\(user):\(Self.password)", folder)) else {
            Issue.record("a password went to a server without TLS")
            return
        }
        #expect(
            try read(with(ODBCSource(plain + ";FORCETLS=0;SSLVERIFY=0"), "\(user):\(Self.password)", folder))
                == [[.integer(1)]])
        let nowhere = try ODBCSource(
            "DRIVER={MariaDB Unicode};SOCKET=\(server.socket);DATABASE=nothing_here;UID=root")
        guard case .noSuchDatabase = try failure(nowhere) else {
            Issue.record("a database that is not there")
            return
        }
    }

    @Test("The file must be this account's alone, and one line")
    func files() throws {
        let folder = try TemporaryFolder()
        var source = try ODBCSource("DRIVER={PostgreSQL Unicode};Servername=127.0.0.1;Port=1")
        source.credentials = .file(try secretFile("a:wrong-password", in: folder, mode: 0o640))
        guard case .credentialsFile(let words) = try failure(source) else {
            Issue.record("a file that others may read was used")
            return
        }
        #expect(words.contains("chmod 600"))
        source.credentials = .file(folder.path + "/none")
        guard case .credentialsFile = try failure(source) else {
            Issue.record("a file that is not there")
            return
        }
        for line in ["", "\n", "wrong-password", ":wrong-password", "a:wrong-password\nb", "a:wrong-password\0"] {
            guard case .credentialsUnreadable = try failure(with(source, line, folder)) else {
                Issue.record("\(line.debugDescription)")
                return
            }
        }
        let bytes = try folder.write(Array("a:wrong-password".utf8) + [0xFF], to: "bytes")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: bytes)
        source.credentials = .file(bytes)
        #expect(try failure(source) == .credentialsUnreadable(path: bytes))
    }

    @Test("A driver, a data source or a server that is not there is told as what it is")
    func nothingThere() throws {
        guard case .driverMissing = try failure(ODBCSource("DRIVER={No such driver};Server=x")) else {
            Issue.record("a driver that is not there")
            return
        }
        #expect(try failure(ODBCSource("DSN=no_such_source")) == .unknownDataSource)
        for connection in [
            "DRIVER={PostgreSQL Unicode};Servername=127.0.0.1;Port=1;Database=d;UID=u",
            "DRIVER={PostgreSQL Unicode};Servername=no-such-host.invalid;Port=1;Database=d;UID=u",
            "DRIVER={MariaDB Unicode};SERVER=127.0.0.1;PORT=1;DATABASE=d;UID=u",
            "DRIVER={MariaDB Unicode};SOCKET=/nonexistent/socket;DATABASE=d;UID=u",
        ] {
            guard case .unreachable = try failure(ODBCSource(connection)) else {
                Issue.record("\(connection)")
                return
            }
        }
        let folder = try TemporaryFolder()
        guard case .noSuchDatabase = try failure(ODBCDatabase.sqlite(folder.path + "/none.sqlite")) else {
            Issue.record("a file that is not there")
            return
        }
        // Nor is it made.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        let text = try folder.write(String(repeating: "no database ", count: 100))
        guard case .noSuchDatabase = try failure(ODBCDatabase.sqlite(text)) else {
            Issue.record("a file that is no database")
            return
        }
    }

    @Test("A server that is silent is not waited for longer", arguments: ["PostgreSQL Unicode", "MariaDB Unicode"])
    func silence(driver: String) throws {
        // The system takes the connection, and nobody ever answers.
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 4) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(isListening)
        let port = Int(UInt16(bigEndian: address.sin_port))
        var source = try ODBCSource(
            "DRIVER={\(driver)};SERVER=127.0.0.1;Servername=127.0.0.1;Port=\(port);Database=d;UID=u")
        source.loginTimeout = 1
        let failure = try failure(source)
        switch failure {
        case .connectTimedOut, .unreachable: #expect(failure.mayPass)
        default: Issue.record("\(failure)")
        }
    }

    private static let variable = "REGISTER_ODBC_FILES"

    /// In a process of its own, whose environment names other files: it runs `namesOfFiles` only.
    @Test("Drivers and data sources by names of the administrator's own, and a credential of systemd's")
    func ownNames() async throws {
        let folder = try TemporaryFolder()
        let database = try folder.database("CREATE TABLE t (n)", "INSERT INTO t VALUES (char(0x20AC))")
        let library = "/usr/lib/x86_64-linux-gnu/odbc/libsqlite3odbc.so"
        let hidden = folder.path + "/plain.so"
        try FileManager.default.createSymbolicLink(atPath: hidden, withDestinationPath: library)
        _ = try folder.write("[own]\nDriver=\(library)\n[plain]\nDriver=\(hidden)\n", to: "odbcinst.ini")
        let sources = ["own", "plain", hidden].enumerated().map { "[s\($0)]\nDriver=\($1)\nDatabase=\(database)\n" }
        let ini = try folder.write(sources.joined(), to: "odbc.ini")
        let credential = try folder.write("user:word", to: "word")
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: credential)
        try await LoneTest.run(
            "namesOfFiles",
            environment: [
                Self.variable: database, "ODBCSYSINI": folder.path, "ODBCINI": ini,
                "CREDENTIALS_DIRECTORY": folder.path,
            ])
    }

    @Test("Names that these files have are found, and others are not")
    func namesOfFiles() throws {
        guard let database = ProcessInfo.processInfo.environment[Self.variable] else {
            #expect(try failure(ODBCSource("DSN=s0")) == .unknownDataSource)
            return
        }
        for connection in ["DRIVER={own};Database=\(database)", "DSN=s0", "DSN=S1", "DSN=s2"] {
            var source = try ODBCSource(connection)
            #expect(try read(source) == [[.text("€")]], "\(connection)")
            source.credentials = .systemd("word")
            #expect(try read(source) == [[.text("€")]], "\(connection)")
            source.credentials = .systemd("none")
            guard case .credentialsFile = try failure(source) else {
                Issue.record("a credential that is not there")
                return
            }
        }
        #expect(try failure(ODBCSource("DRIVER={plain};Database=\(database)")) == .driverHidden)
        guard case .driverMissing = try failure(ODBCSource("DRIVER={SQLite3};Database=\(database)")) else {
            Issue.record("a driver that these files do not have")
            return
        }
    }

    @Test("Each failure has a sentence of its own, with the codes by which it can be looked up")
    func sentences() {
        let code = ODBCCode(state: "HY000", native: 42)
        let failures: [ODBCFailure] = [
            .unknownDataSource, .driverMissing(code: code), .driverHidden, .unreachable(code: code), .connectTimedOut,
            .loginRefused(code: code), .noSuchDatabase(code: code), .tlsRefused(code: code),
            .connectionFailed(code: code), .connectionLost(code: code), .credentialsFile("words"),
            .credentialsUnreadable(path: "path"), .noMoment, .notReadOnly, .tooLargeForDriver(byteLimit: 1 << 20),
            .nameNeedsQuotes("ä"), .noMemory, .tooManyColumns(limit: 1), .cancelled, .timedOut(code: code),
            .lockTimedOut(code: code), .permissionDenied(code: code), .tableMissing(code: code),
            .columnMissing(code: code), .writes(code: code), .conflict(code: code), .valueInvalid(code: code),
            .invalidText, .statementRefused(code: code), .unsupportedType(name: "type"), .other(code: code),
        ]
        let sentences = failures.map(\.sentence)
        #expect(Set(sentences).count == failures.count)
        for (failure, sentence) in zip(failures, sentences) {
            #expect(sentence.hasSuffix("."), "\(sentence)")
            if "\(failure)".contains("ODBCCode") {
                #expect(sentence.contains("SQLSTATE HY000, native code 42"), "\(sentence)")
            }
        }
    }
}
