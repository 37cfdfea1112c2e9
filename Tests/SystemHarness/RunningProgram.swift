import Foundation
import Glibc
import Synchronization

/// A program that was started, its output in two files.
final class RunningProgram: Sendable {
    let name: String
    let standardOutput: URL
    let standardError: URL
    private let process: Mutex<Process>
    let identifier: pid_t

    /// - Parameter log: what the output files are called, without their suffix. They are appended to.
    convenience init(
        _ program: SidosProgram, _ arguments: [String], log: URL, in directory: URL? = nil,
        environment: [String: String] = [:]
    ) throws {
        let name = "\(program.rawValue) \(arguments.first ?? "")"
        try self.init(
            program.executable(), name: name, arguments, log: log, in: directory, environment: environment)
    }

    /// - Parameter environment: variables besides this process's.
    init(
        _ executable: URL, name: String, _ arguments: [String], log: URL, in directory: URL? = nil,
        environment: [String: String] = [:]
    ) throws {
        self.name = name
        standardOutput = log.appendingPathExtension("out")
        standardError = log.appendingPathExtension("err")
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = directory
        if !environment.isEmpty {
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        }
        process.standardInput = FileHandle.nullDevice
        let (output, errors) = (try Self.handle(standardOutput), try Self.handle(standardError))
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // The program has its own. Tests run thousands of commands, and the system's library takes no more than some
        // thousand open files.
        try output.close()
        try errors.close()
        identifier = process.processIdentifier
        self.process = Mutex(process)
    }

    private static func handle(_ file: URL) throws -> FileHandle {
        if !FileManager.default.fileExists(atPath: file.path) { try Data().write(to: file) }
        let handle = try FileHandle(forWritingTo: file)
        try handle.seekToEnd()
        return handle
    }

    var isRunning: Bool { process.withLock { $0.isRunning } }
    var output: String { Self.text(standardOutput) }
    var errors: String { Self.text(standardError) }

    static func text(_ file: URL) -> String {
        (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    func send(_ signal: Int32) {
        if isRunning { kill(identifier, signal) }
    }

    /// Ends it at once, as a power cut would, and waits until it is gone.
    func kill9() async throws {
        send(SIGKILL)
        try await wait(seconds: 120) { !self.isRunning }
    }

    /// - Returns: its exit status; a signal's number negated if one ended it.
    func end(within seconds: Double = 60) async throws -> Int32 {
        do { try await wait(seconds: seconds) { !self.isRunning } } catch {
            throw HarnessError("\(name) still runs after \(seconds) s:\n\(errors.suffix(2_000))")
        }
        return process.withLock { $0.terminationReason == .exit ? $0.terminationStatus : -$0.terminationStatus }
    }

    /// Until its log has a line with all these words.
    ///
    /// - Parameter times: in how many lines. A program that was started again goes on writing where the one before
    ///   stopped.
    func says(_ words: String..., times: Int = 1, within seconds: Double = 60) async throws {
        do {
            try await wait(seconds: seconds) {
                self.errors.split(separator: "\n").count { line in words.allSatisfy { line.contains($0) } } >= times
            }
        } catch {
            throw HarnessError("\(name) did not say \(words) within \(seconds) s:\n\(errors.suffix(3_000))")
        }
    }
}

/// Looks again and again until it is so.
func wait(
    seconds: Double, every interval: Duration = .milliseconds(5), until isSo: () throws -> Bool
) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while try !isSo() {
        guard ContinuousClock.now < end else { throw HarnessError("it did not happen within \(seconds) s") }
        try await Task.sleep(for: interval)
    }
}
