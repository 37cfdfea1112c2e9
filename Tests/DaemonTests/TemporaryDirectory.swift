import Foundation
import Glibc
import Synchronization
import Testing

@testable import Daemon

/// A private directory of one test, removed with all that is in it when the test lets go of it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        let base = FileManager.default.temporaryDirectory.path
        path = base + "/sidos-test-" + UUID().uuidString
        try #require(mkdir(path, 0o700) == 0)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func contents() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    func write(_ text: String, to name: String, mode: mode_t = 0o600) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        try #require(chmod(file(name), mode) == 0)
    }

    func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: file(name))))
    }

    func overwrite(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    }

    func mode(_ name: String) throws -> UInt32 {
        var found = stat()
        try #require(lstat(file(name), &found) == 0)
        return UInt32(found.st_mode & 0o7777)
    }
}

/// Runs a program to its end.
func run(_ program: String, _ arguments: [String], input: [UInt8] = []) throws -> (status: Int32, output: [UInt8]) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let (stdin, stdout) = (Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = stdout
    try process.run()
    try stdin.fileHandleForWriting.write(contentsOf: Data(input))
    try stdin.fileHandleForWriting.close()
    let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, Array(output))
}

/// Makes this process's files no larger than so many bytes; only for a process that tests nothing else.
func limitFileSize(to byteCount: UInt) {
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit(rlim_cur: byteCount, rlim_max: byteCount)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
}

/// Lines that a console wrote.
final class Transcript: Sendable {
    private let bytes = Locked<[UInt8]>([])

    func console(isInteractive: Bool = false, width: Int = 80) -> Console {
        Console(terminal: Terminal(isInteractive: isInteractive, width: width)) { [self] new in
            bytes.change { $0 += new }
        }
    }

    var text: String { String(decoding: bytes.value, as: UTF8.self) }
    var lines: [String] { text.split(separator: "\n").map(String.init) }
}

/// A value behind a lock.
final class Locked<Value: Sendable>: Sendable {
    private let storage: Mutex<Value>
    init(_ value: Value) { storage = Mutex(value) }
    var value: Value { storage.withLock { $0 } }
    func change(_ body: (inout Value) -> Void) { storage.withLock { body(&$0) } }
}

/// A clock that stands until it is moved.
final class ManualClock: Sendable {
    private let span = Locked<Duration>(.zero)
    func advance(by duration: Duration) { span.change { $0 += duration } }
    var clock: MachineClock {
        MachineClock(
            wall: { [span] in Date(timeIntervalSince1970: 1_795_000_000 + Double(span.value.components.seconds)) },
            monotonic: { [span] in span.value })
    }
}
