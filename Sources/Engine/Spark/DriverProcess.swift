internal import Files
internal import Foundation
internal import Synchronization

/// A process that reads lines and writes lines, for as long as this value lives.
final class DriverProcess: Sendable {
    private let process: Process
    private let input: FileHandle
    /// What it writes, a line at a time; ends with the process.
    let lines: AsyncStream<String>

    /// More bytes without an end of line are no line.
    private static let mostLineBytes = 1 << 20

    /// What it inherits of this process's variables: a daemon's may have passwords of databases in them.
    private static let variables: Set<String> = [
        "PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "JAVA_HOME", "SPARK_HOME", "SPARK_CONF_DIR",
        "SPARK_LOCAL_IP", "SPARK_LOCAL_DIRS", "SPARK_WORKER_DIR", "PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON",
        "HADOOP_CONF_DIR", "YARN_CONF_DIR", "HADOOP_HOME", "KUBECONFIG", "KRB5CCNAME", "KRB5_CONFIG",
    ]

    /// How long it may take to end once it was told to.
    private static let patience = Duration.seconds(30)

    /// - Parameter logPath: the file for what it writes to standard error; it begins anew, and the former one is kept
    ///   beside it.
    /// - Throws: `EngineError.cannotStart`, `FileError`.
    init(_ path: String, _ arguments: [String], logPath: String) throws {
        if FileStatus.exists(logPath) { try Directory.move(logPath, to: logPath + ".1") }
        try AtomicFile.write([], to: logPath)
        guard let log = FileHandle(forWritingAtPath: logPath) else { throw FileError.notFound(path: logPath) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.filter { Self.variables.contains($0.key) }
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = log
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        let waiting = Mutex<[UInt8]>([])
        output.fileHandleForReading.readabilityHandler = { handle in
            let piece = handle.availableData
            guard !piece.isEmpty else {
                handle.readabilityHandler = nil
                continuation.finish()
                return
            }
            let whole = waiting.withLock { waiting -> [String] in
                waiting += piece
                var found: [String] = []
                while let end = waiting.firstIndex(of: UInt8(ascii: "\n")) {
                    found.append(String(decoding: waiting[..<end], as: UTF8.self))
                    waiting.removeSubrange(...end)
                }
                if waiting.count > Self.mostLineBytes {
                    waiting = []
                    found.append("")
                }
                return found
            }
            for line in whole { continuation.yield(line) }
        }
        do { try process.run() } catch {
            output.fileHandleForReading.readabilityHandler = nil
            continuation.finish()
            throw EngineError.cannotStart(path: path, reason: (error as NSError).localizedDescription)
        }
        self.process = process
        self.input = input.fileHandleForWriting
        self.lines = lines
    }

    deinit { stop() }

    /// - Throws: `EngineError.driverEnded` when it does not read any more.
    func send(_ line: String) throws {
        do { try input.write(contentsOf: Data((line + "\n").utf8)) } catch {
            throw EngineError.driverEnded(status: status ?? -1)
        }
    }

    /// Closes its input, which tells it to end; ends it by force if it does not.
    func stop() {
        try? input.close()
        guard process.isRunning else { return }
        let process = process
        Task {
            try? await Task.sleep(for: Self.patience)
            if process.isRunning { process.terminate() }
        }
    }

    /// How it ended; nil while it runs.
    var status: Int32? { process.isRunning ? nil : process.terminationStatus }
}
