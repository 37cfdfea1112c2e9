import Foundation
import Synchronization

@testable import Daemon

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

/// Names of the tests' own.
extension StateName: ExpressibleByStringLiteral {
    init(stringLiteral text: String) { self.init(text) }
}

extension StatePrefix: ExpressibleByStringLiteral {
    init(stringLiteral text: String) { self.init(text) }
}
