internal import Foundation

/// A PostgreSQL server of the tests' own, in a folder of its own, that goes away with it, and also when the tests die:
/// a shell between them waits for the end of its standard input and then stops the server.
///
/// Over the socket every role may log in; over TCP (127.0.0.1) with a password, or with a certificate for roles that
/// begin with `certified`.
public final class PostgreSQLCluster: @unchecked Sendable {
    /// The socket's folder, short enough for a socket's path.
    public let socketFolder: String
    public let port: Int
    private let folder: String
    private let binaries: String
    private var server: Process?
    private var serverInput: Pipe?
    private let lock = NSLock()

    public struct Trouble: Error, CustomStringConvertible {
        public let description: String
    }

    /// - Parameters:
    ///   - tls: offer it, with a certificate for `localhost` by an authority whose certificate is at `rootCertificate`.
    ///   - settings: lines of `postgresql.conf`.
    public init(tls: Bool = false, settings: [String] = []) throws {
        binaries = try Self.findBinaries()
        let name = "/tmp/sidos-pg-\(UUID().uuidString.prefix(8).lowercased())"
        folder = name
        socketFolder = name
        port = try Self.freePort()
        try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: false)
        do {
            if getuid() == 0 { try Self.run(["chown", "postgres", name]) }
            try asServer(
                [
                    binaries + "/initdb", "--pgdata", folder + "/data", "--username", "postgres", "--auth", "trust",
                    "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
                ])
            try write(
                """
                local all all trust
                hostssl all certified 127.0.0.1/32 cert
                host all all 127.0.0.1/32 scram-sha-256

                """, to: "data/pg_hba.conf")
            if tls { try makeCertificates() }
            let lines =
                [
                    "listen_addresses = '127.0.0.1'", "port = \(port)", "unix_socket_directories = '\(folder)'",
                    "fsync = off", "max_connections = 40", "lc_messages = 'C'", "logging_collector = off",
                    "log_destination = 'stderr'", "log_lock_waits = off", "autovacuum = off",
                ]
                + (tls
                    ? [
                        "ssl = on", "ssl_cert_file = '\(folder)/server.crt'", "ssl_key_file = '\(folder)/server.key'",
                        "ssl_ca_file = '\(folder)/ca.crt'",
                    ] : []) + settings
            try write(lines.joined(separator: "\n") + "\n", to: "data/postgresql.conf")
            try start()
        } catch {
            stop()
            removeFolder()
            throw error
        }
    }

    deinit {
        stop()
        removeFolder()
    }

    public var rootCertificate: String { folder + "/ca.crt" }
    /// Of an authority that has issued nothing.
    public var otherRootCertificate: String { folder + "/other.crt" }
    /// Of the role `certified`, and its key for this process.
    public var clientCertificate: String { folder + "/client.crt" }
    public var clientKey: String { folder + "/client.key" }
    /// What the server has logged.
    public var log: String { (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "" }

    // MARK: The server

    public func start() throws {
        lock.lock()
        defer { lock.unlock() }
        guard server == nil else { return }
        // Not by the shell's own `wait`: signals that it needs may be blocked in the thread that starts it.
        let script = """
            \(binaries)/postgres -D \(folder)/data >> \(folder)/log 2>&1 < /dev/null &
            word=
            read word
            \(binaries)/pg_ctl -D \(folder)/data -m fast -w stop > /dev/null 2>&1
            [ "$word" = stop ] || rm -rf \(folder)
            """
        let process = Process()
        let arguments = Self.asServer(["/bin/sh", "-c", script])
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        let input = Pipe()
        // No other program may keep it open.
        _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        process.standardInput = input
        try process.run()
        server = process
        serverInput = input
        let deadline = Date() + 60
        while (try? Self.run([binaries + "/pg_isready", "-q", "-h", folder, "-p", String(port)])) == nil {
            guard process.isRunning, Date() < deadline else {
                throw Trouble(description: "the test's PostgreSQL server did not start: \(log.suffix(2_000))")
            }
            Thread.sleep(forTimeInterval: 0.1)
        }
    }

    /// Stops at once, as if by `pg_ctl stop -m fast`: connections break off.
    public func stop() {
        lock.lock()
        defer { lock.unlock() }
        // An end without this word is that of the tests' process: nobody else is left to clear up.
        try? serverInput?.fileHandleForWriting.write(contentsOf: Data("stop\n".utf8))
        try? serverInput?.fileHandleForWriting.close()
        server?.waitUntilExit()
        server = nil
        serverInput = nil
    }

    private func removeFolder() { try? FileManager.default.removeItem(atPath: folder) }

    // MARK: SQL

    /// Runs statements as the superuser.
    @discardableResult
    public func run(_ sql: String, database: String = "postgres") throws -> String {
        try Self.run(
            [
                binaries + "/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", folder, "-p", String(port),
                "-U", "postgres", "-d", database, "-f", "-",
            ], input: sql)
    }

    /// A new database; what stands after `WITH` in `options`.
    public func makeDatabase(options: String = "", _ sql: String = "") throws -> String {
        let name = "d_" + UUID().uuidString.replacingOccurrences(of: "-", with: "").lowercased().prefix(12)
        try run("CREATE DATABASE \(name) WITH TEMPLATE template0 \(options)")
        if !sql.isEmpty { try run(sql, database: name) }
        return name
    }

    /// How many sessions of Sidos the server has, in a database.
    public func sessionCount(database: String) throws -> Int {
        let text = try run(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sidos-node' AND datname = '\(database)'")
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
    }

    /// Waits until sessions of Sidos have gone, for a server notices a broken connection a little later.
    public func hasNoSessions(database: String) throws -> Bool {
        for _ in 0..<100 {
            if try sessionCount(database: database) == 0 { return true }
            Thread.sleep(forTimeInterval: 0.05)
        }
        return false
    }

    // MARK: Parts

    private func write(_ text: String, to name: String) throws {
        let path = folder + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        if getuid() == 0 { try Self.run(["chown", "postgres", path]) }
    }

    private func asServer(_ command: [String]) throws { try Self.run(Self.asServer(command)) }

    /// PostgreSQL refuses to run as root; Debian's package makes an account for it.
    private static func asServer(_ command: [String]) -> [String] {
        getuid() == 0 ? ["runuser", "-u", "postgres", "--"] + command : command
    }

    private func makeCertificates() throws {
        let openssl = { (arguments: String) throws -> Void in
            try Self.run(["openssl"] + arguments.split(separator: " ").map(String.init))
        }
        for authority in ["ca", "other"] {
            try openssl(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=\(authority) "
                    + "-keyout \(folder)/\(authority).key -out \(folder)/\(authority).crt")
        }
        for (name, subject) in [("server", "localhost"), ("client", "certified")] {
            try openssl(
                "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=\(subject) "
                    + "-keyout \(folder)/\(name).key -out \(folder)/\(name).csr")
            try write("subjectAltName=DNS:\(subject)\n", to: "\(name).ext")
            try openssl(
                "x509 -req -in \(folder)/\(name).csr -CA \(folder)/ca.crt -CAkey \(folder)/ca.key -CAcreateserial "
                    + "-days 2 -extfile \(folder)/\(name).ext -out \(folder)/\(name).crt")
            try Self.run(["chmod", "600", "\(folder)/\(name).key"])
        }
        if getuid() == 0 { try Self.run(["chown", "postgres", "\(folder)/server.key"]) }
    }

    private static func findBinaries() throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap(Int.init)
        for version in versions.sorted(by: >)
        where FileManager.default.isExecutableFile(atPath: "\(root)/\(version)/bin/initdb") {
            return "\(root)/\(version)/bin"
        }
        throw Trouble(
            description:
                "these tests need PostgreSQL's server programs in \(root): run scripts/setup.sh, or install postgresql")
    }

    /// A TCP port that nobody has at the moment.
    public static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer -> UInt16? in
                guard bind(descriptor, pointer, length) == 0, getsockname(descriptor, pointer, &length) == 0 else {
                    return nil
                }
                return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    UInt16(bigEndian: $0.pointee.sin_port)
                }
            }
        }
        guard let port else { throw Trouble(description: "no TCP port is free") }
        return Int(port)
    }

    @discardableResult
    private static func run(_ command: [String], input: String? = nil) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        let feed = Pipe()
        process.standardInput = input == nil ? FileHandle.nullDevice : feed
        try process.run()
        if let input {
            try feed.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try feed.fileHandleForWriting.close()
        }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let trouble = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Trouble(description: "\(command.prefix(3).joined(separator: " ")) failed: \(trouble.suffix(2_000))")
        }
        return text
    }
}
