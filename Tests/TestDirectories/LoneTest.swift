public import Foundation

/// This test program again, started to run one test or suite only: for what other tests would disturb, or what would
/// disturb them.
public enum LoneTest {
    public struct Failed: Error, CustomStringConvertible {
        public let description: String
    }

    /// The process, not started.
    ///
    /// - Parameters:
    ///   - filter: names of tests, as `--filter` takes them.
    ///   - environment: added to this process's own, so that the test knows that it is alone.
    public static func process(_ filter: String, environment: [String: String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["--testing-library", "swift-testing", "--filter", filter]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        return process
    }

    /// Runs it to its end, on none of the few threads that all tests share.
    ///
    /// - Throws: `Failed`, with what it said, unless a test ran and all passed.
    public static func run(_ filter: String, environment: [String: String]) async throws {
        let directory = try TemporaryDirectory()
        try directory.write("", to: "output")
        let process = process(filter, environment: environment)
        let output = FileHandle(forWritingAtPath: directory.file("output"))
        process.standardOutput = output
        process.standardError = output
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        let said = String(decoding: try directory.read("output"), as: UTF8.self)
        // With a filter that fits no test the program ends well, too.
        guard process.terminationReason == .exit, process.terminationStatus == 0, said.contains("Test run with"),
            !said.contains("Test run with 0 tests")
        else { throw Failed(description: "\(filter), status \(process.terminationStatus): \(said.suffix(4000))") }
    }
}
