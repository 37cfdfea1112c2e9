import Foundation
import PostgreSQLCluster
import Testing

@testable import PSIProtocol
@testable import Register

/// Every way not to be let in, each with an error of its own.
@Suite struct PostgreSQLLoginTests {
    /// A role with a password of its own, and the file that has it.
    private struct Account {
        let cluster: PostgreSQLCluster
        let role: String
        let password = "Ei-kenenkään-1"
        let folder: TemporaryFolder

        init(_ cluster: PostgreSQLCluster) throws {
            self.cluster = cluster
            role = "r_" + UUID().uuidString.prefix(8).lowercased()
            folder = try TemporaryFolder()
            try cluster.run("CREATE ROLE \(role) LOGIN PASSWORD '\(password)'")
        }

        func passwordFile(_ password: String, mode: Int = 0o600) throws -> String {
            let path = try folder.write("*:*:*:*:\(password)\n", to: UUID().uuidString)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            return path
        }

        func server(host: String, tls: PostgreSQLServer.TLSMode = .verifyFull, root: String? = nil) throws
            -> PostgreSQLServer
        {
            PostgreSQLServer(
                host: host, port: cluster.port, database: "postgres", user: role, tls: tls, rootCertificate: root,
                passwordFile: try passwordFile(password))
        }
    }

    private func read(_ server: PostgreSQLServer) throws -> [[Seen]] {
        try records(PostgreSQLReader(PostgreSQLSource(server: server, relation: .query("SELECT 1 AS n"))))
    }

    private func failure(_ server: PostgreSQLServer) -> PostgreSQLFailure? {
        let error = registerError { _ = try read(server) }
        guard let failure = error?.postgreSQLFailure else {
            Issue.record("\(String(describing: error))")
            return nil
        }
        return failure
    }

    @Test func passwordsComeFromAFileThatOthersCannotRead() throws {
        let account = try Account(try TestServers.plain.get())
        var server = try account.server(host: "127.0.0.1", tls: .disable)
        #expect(try read(server) == [[.integer(1)]])
        server.passwordFile = try account.passwordFile("wrong")
        #expect(failure(server) == .loginRefused)
        server.passwordFile = try account.passwordFile(account.password, mode: 0o640)
        #expect(failure(server) == .passwordFileOpen)
        server.passwordFile = "/nonexistent/pgpass"
        #expect(failure(server) == .passwordFileMissing)
        server.passwordFile = try account.folder.write("", to: "empty")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: account.folder.path + "/empty")
        #expect(failure(server) == .passwordMissing)
        server.passwordFile = try account.passwordFile(account.password)
        server.user = "nobody_here"
        #expect(failure(server) == .loginRefused)
        server.user = account.role
        server.database = "nothing_here"
        #expect(failure(server) == .noSuchDatabase)
        server.database = "postgres"
        server.service = "nothing_here"
        #expect(failure(server) == .unknownService)
    }

    @Test func whereThereIsNoServer() throws {
        let cluster = try TestServers.plain.get()
        let folder = try TemporaryFolder()
        #expect(
            failure(PostgreSQLServer(host: folder.path, port: cluster.port, database: "d", user: "u")) == .unreachable)
        #expect(failure(PostgreSQLServer(host: "127.0.0.1", port: 1, database: "d", user: "u")) == .unreachable)
        #expect(
            failure(PostgreSQLServer(host: "no-such-host.invalid", port: 5432, database: "d", user: "u"))
                == .unknownHost)
    }

    @Test func aServerThatIsSilentIsNotWaitedForLonger() throws {
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
        let server = PostgreSQLServer(host: "127.0.0.1", port: port, database: "d", user: "u", connectTimeout: 1)
        #expect(failure(server) == .connectTimedOut)
    }

    @Test func tlsIsAskedForUnlessItIsRefusedInWriting() throws {
        let account = try Account(try TestServers.plain.get())
        let file = try account.folder.write("", to: "any.pem")
        #expect(failure(try account.server(host: "127.0.0.1", tls: .require)) == .noTLS)
        #expect(failure(try account.server(host: "127.0.0.1", root: file)) == .noTLS)
    }

    @Test func theServersCertificateIsChecked() throws {
        let cluster = try TestServers.tls.get()
        let account = try Account(cluster)
        #expect(try read(account.server(host: "localhost", root: cluster.rootCertificate)) == [[.integer(1)]])
        // Valid, but not of this name.
        #expect(failure(try account.server(host: "127.0.0.1", root: cluster.rootCertificate)) == .certificateRefused)
        #expect(
            try read(account.server(host: "127.0.0.1", tls: .verifyCA, root: cluster.rootCertificate))
                == [[.integer(1)]])
        #expect(
            failure(try account.server(host: "localhost", root: cluster.otherRootCertificate)) == .certificateRefused)
        #expect(failure(try account.server(host: "localhost", root: "/nonexistent/ca.pem")) == .noRootCertificate)
        #expect(try read(account.server(host: "127.0.0.1", tls: .require)) == [[.integer(1)]])
    }

    @Test func aRoleCanHaveACertificate() throws {
        let cluster = try TestServers.tls.get()
        try cluster.run("CREATE ROLE certified LOGIN")
        var server = PostgreSQLServer(
            host: "localhost", port: cluster.port, database: "postgres", user: "certified",
            rootCertificate: cluster.rootCertificate, certificate: cluster.clientCertificate, key: cluster.clientKey)
        #expect(try read(server) == [[.integer(1)]])
        server.key = "/nonexistent/key.pem"
        #expect(failure(server) == .ownCertificateUnusable)
        (server.certificate, server.key) = (nil, nil)
        #expect(failure(server) == .loginRefused)
    }

    @Test func everyFailureHasASentenceOfItsOwn() {
        let failures: [PostgreSQLFailure] = [
            .unknownHost, .unreachable, .connectTimedOut, .unknownService, .passwordFileMissing, .passwordFileOpen,
            .noTLS, .noRootCertificate, .certificateRefused, .ownCertificateUnusable, .passwordMissing, .loginRefused,
            .noSuchDatabase, .unavailable(sqlState: "57P03"), .connectionLost, .connectionFailed, .timedOut,
            .lockTimedOut, .permissionDenied, .queryInvalid(sqlState: "42601"), .queryInvalid(sqlState: "42P01"),
            .notOneSelect, .writes, .encoding, .valueInvalid(sqlState: "22P02"), .unknownTimeZone,
            .tableElsewhere(name: "t", schema: "s"),
            .unsupportedType(name: "int[]"), .damaged(sqlState: "XX001"), .other(sqlState: "P0001"), .cancelled,
        ]
        let sentences = Set(failures.map(\.sentence))
        #expect(sentences.count == failures.count)
        for sentence in sentences {
            #expect(
                sentence.hasSuffix(".") && sentence.first?.isUppercase == false || sentence.hasPrefix("PostgreSQL"),
                "\(sentence)")
        }
    }

    @Test func everySQLStateIsToldAsWhatItIs() {
        let states: [(String, PostgreSQLFailure)] = [
            ("53300", .unavailable(sqlState: "53300")), ("57P01", .unavailable(sqlState: "57P01")),
            ("08006", .unavailable(sqlState: "08006")), ("40001", .unavailable(sqlState: "40001")),
            ("42501", .permissionDenied), ("25006", .writes), ("57014", .timedOut), ("55P03", .lockTimedOut),
            ("22021", .encoding), ("22012", .valueInvalid(sqlState: "22012")),
            ("42883", .queryInvalid(sqlState: "42883")), ("XX001", .damaged(sqlState: "XX001")),
            ("P0001", .other(sqlState: "P0001")),
        ]
        for (state, failure) in states { #expect(PostgreSQLFailure(sqlState: state) == failure) }
        #expect(
            PostgreSQLFailure(connectionMessage: "connection to server failed: FATAL:  53300\n")
                == .unavailable(sqlState: "53300"))
        #expect(
            PostgreSQLFailure(connectionMessage: "received invalid response to SSL negotiation: H") == .unreachable)
        #expect(PostgreSQLFailure(connectionMessage: "something else") == .connectionFailed)
    }
}
