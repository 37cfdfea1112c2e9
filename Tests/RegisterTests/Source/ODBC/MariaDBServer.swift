import Foundation
import PostgreSQLCluster

/// A MariaDB server of the tests' own, in a folder of its own, with a Unix socket, and TCP (127.0.0.1) without TLS. It
/// goes away with the tests' process: a shell between them waits for the end of its standard input and then stops the
/// server.
final class MariaDBServer: Sendable {
    static let shared = Result { try MariaDBServer() }

    let folder: String
    let port: Int
    /// Kept open as long as the server is to run.
    private let input = Pipe()

    struct Trouble: Error, CustomStringConvertible {
        let description: String
    }

    var socket: String { folder + "/socket" }

    private init() throws {
        let name = "/tmp/sidos-mariadb-\(UUID().uuidString.prefix(8).lowercased())"
        folder = name
        port = try PostgreSQLCluster.freePort()
        try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: false)
        do { try Self.makeData(in: name) } catch {
            try? FileManager.default.removeItem(atPath: name)
            throw error
        }
        let script = """
            \(Self.asServer(["mariadbd"]).joined(separator: " ")) --no-defaults --datadir=\(name)/data \
                --socket=\(name)/socket --pid-file=\(name)/pid --tmpdir=\(name) \
                --bind-address=127.0.0.1 --port=\(port) --max-allowed-packet=64M \
                --innodb-flush-log-at-trx-commit=0 > \(name)/log 2>&1 < /dev/null &
            server=$!
            read word
            mariadb-admin --no-defaults --socket=\(name)/socket --user=root shutdown > /dev/null 2>&1 || kill $server
            wait $server
            rm -rf \(name)
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        // No other program may keep it open.
        _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        process.standardInput = input
        try process.run()
        let deadline = Date() + 120
        while (try? run("SELECT 1")) == nil {
            guard process.isRunning, Date() < deadline else {
                let log = (try? String(contentsOfFile: name + "/log", encoding: .utf8)) ?? ""
                throw Trouble(description: "the test's MariaDB server did not start: \(log.suffix(2_000))")
            }
            Thread.sleep(forTimeInterval: 0.1)
        }
    }

    private static func makeData(in name: String) throws {
        if getuid() == 0 { try Self.run(["chown", "mysql", name]) }
        try Self.run(
            Self.asServer([
                "env", "TMPDIR=\(name)", "mariadb-install-db", "--no-defaults", "--datadir=\(name)/data",
                "--auth-root-authentication-method=normal", "--skip-test-db",
            ]))
    }

    /// Runs statements as root, with names in quotation marks and texts as in the standard.
    @discardableResult
    func run(_ sql: String, database: String = "") throws -> String {
        try Self.run(
            [
                "mariadb", "--no-defaults", "--socket=\(socket)", "--user=root", "--batch", "--skip-column-names",
                "--default-character-set=utf8mb4", "--max-allowed-packet=64M", "--binary-mode",
                "--init-command=SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'",
            ] + (database.isEmpty ? [] : [database]), input: sql)
    }

    /// A new database.
    func makeDatabase(_ sql: String = "") throws -> String {
        let name = "d_" + UUID().uuidString.replacingOccurrences(of: "-", with: "").lowercased().prefix(12)
        try run("CREATE DATABASE \(name) CHARACTER SET utf8mb4")
        if !sql.isEmpty { try run(sql, database: name) }
        return name
    }

    /// Waits until nobody but this question has a session in the database.
    func hasNoSessions(database: String) throws -> Bool {
        let question =
            "SELECT count(*) FROM information_schema.PROCESSLIST WHERE DB = '\(database)' AND ID <> CONNECTION_ID()"
        for _ in 0..<200 {
            if try run(question).trimmingCharacters(in: .whitespacesAndNewlines) == "0" { return true }
            Thread.sleep(forTimeInterval: 0.05)
        }
        return false
    }

    /// The server refuses to run as root; Debian's package makes an account for it.
    private static func asServer(_ command: [String]) -> [String] {
        getuid() == 0 ? ["runuser", "-u", "mysql", "--"] + command : command
    }

    @discardableResult
    private static func run(_ command: [String], input: String = "") throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        let (output, errors, feed) = (Pipe(), Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = feed
        do { try process.run() } catch {
            throw Trouble(description: "these tests need MariaDB's programs: run scripts/setup.sh")
        }
        try feed.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try feed.fileHandleForWriting.close()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let trouble = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Trouble(
                description: "\(command.prefix(1).joined()) failed; run scripts/setup.sh if it is missing: "
                    + trouble.suffix(2_000))
        }
        return text
    }
}
