import Foundation
import Synchronization

/// One host of a Spark cluster: this machine, with an agent for each participant that computes on it.
///
/// Spark is the real one, with executors that are processes of their own.
final class SparkHost: Sendable {
    private let study: StudyOnDisk
    /// Between Spark and `sidos-worker`: a script that may do something else first.
    let worker: URL

    static let name = "this-host"

    /// Sidos's own directory, from which `make test` runs.
    private static var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }
    private static var submit: URL { root.appendingPathComponent(".build/spark/bin/spark-submit") }

    /// - Parameter interruption: lines of Python that the worker's script runs before it becomes the worker; `lines`
    ///   are the tickets, and `once(name)` is true for the first caller only.
    init(_ study: StudyOnDisk, interruption: String = "pass") throws {
        guard FileManager.default.isExecutableFile(atPath: Self.submit.path) else {
            throw HarnessError("Spark is not in .build/spark: run scripts/spark.sh")
        }
        self.study = study
        // From PyPI, Spark is found by its Python. Executors' own files stay in the study.
        let python = Self.submit.deletingLastPathComponent().appendingPathComponent("python3").path
        let executors = study.directory.appendingPathComponent("executors").path
        study.environment.withLock {
            $0["PYSPARK_PYTHON"] = python
            $0["SPARK_WORKER_DIR"] = executors
        }
        worker = study.directory.appendingPathComponent("worker.py")
        let marks = study.directory.appendingPathComponent("marks")
        try FileManager.default.createDirectory(at: marks, withIntermediateDirectories: false)
        let script = """
            #!/usr/bin/python3 -ES
            import json, os, signal, subprocess, sys, time

            def once(name):
                try:
                    os.mkdir("\(marks.path)/" + name)
                    return True
                except FileExistsError:
                    return False

            def executor():
                # The process above that is Java.
                pid = os.getpid()
                while True:
                    with open(f"/proc/{pid}/stat") as file:
                        name, _, rest = file.read().partition("(")[2].rpartition(")")
                    if name == "java":
                        return pid
                    pid = int(rest.split()[1])

            lines = sys.stdin.readlines()
            tickets = [json.loads(line) for line in lines]
            \(interruption)
            done = subprocess.run(["\(try Self.executable().path)"] + sys.argv[1:], input="".join(lines).encode())
            sys.exit(done.returncode if done.returncode >= 0 else 70)
            """
        try Data(script.utf8).write(to: worker)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: worker.path)
    }

    static func executable() throws -> URL {
        let beside = try SidosProgram.node.executable().deletingLastPathComponent()
        let path = beside.appendingPathComponent("sidos-worker")
        guard FileManager.default.isExecutableFile(atPath: path.path) else {
            throw HarnessError("sidos-worker is not beside the tests: build it")
        }
        return path
    }

    func folder(_ id: String) -> URL { study.directory.appendingPathComponent("shared-\(id)") }
    private func socket(_ id: String) -> String { study.directory.appendingPathComponent("\(id).sock").path }
    private func key(_ id: String) -> String { study.directory.appendingPathComponent("\(id).agent.key").path }

    /// Starts a participant's agent.
    @discardableResult
    func startAgent(_ id: String) throws -> RunningProgram {
        let arguments = [
            "agent", "--folder", folder(id).path, "--key", key(id), "--socket", socket(id), "--host", Self.name,
            "--log-level", "debug",
        ]
        return study.seenTo(
            try RunningProgram(
                Self.executable(), name: "sidos-worker agent", arguments,
                log: study.directory.appendingPathComponent("agent-\(id)")))
    }

    /// Makes what a participant needs to compute here, once.
    ///
    /// - Parameter options: of `spark-submit`, besides those that keep a test's cluster small.
    /// - Returns: lines of its configuration.
    func engine(_ id: String, options: [String] = []) async throws -> String {
        try FileManager.default.createDirectory(
            at: folder(id), withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let made = study.seenTo(
            try RunningProgram(
                Self.executable(), name: "agent-init", ["agent-init", "--key", key(id)],
                log: study.directory.appendingPathComponent("agent-init-\(id)")))
        guard try await made.end() == 0 else { throw HarnessError("no agent's key: \(made.errors)") }
        let local = study.directory.appendingPathComponent("spark-local").path
        let java = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
        let all =
            [
                "--driver-memory", "512m", "--conf", "spark.local.dir=\(local)", "--conf",
                "spark.ui.enabled=false", "--conf", "spark.driver.extraJavaOptions=\(java)", "--conf",
                "spark.executor.extraJavaOptions=\(java)",
            ] + options
        let quoted = all.map { "\"\($0)\"" }.joined(separator: ", ")
        return """
            engine:
              kind: spark
              submit: \(Self.submit.path)
              master: "local-cluster[2,1,1024]"
              options: [\(quoted)]
              folder: \(folder(id).path)
              agents: {\(Self.name): "\(made.output.trimmingCharacters(in: .whitespacesAndNewlines))"}
              worker: \(worker.path)
              agent_socket: \(socket(id))
              spool: \(study.directory.path)
              driver: \(Self.root.appendingPathComponent("spark/sidos_driver.py").path)
              tasks: 4

            """
    }

    /// What a participant's driver said on its standard error.
    func log(_ id: String) -> String {
        RunningProgram.text(study.home(id).appendingPathComponent("spark.log"))
    }

    /// Processes below one, by their parents.
    static func descendants(of root: pid_t) -> [pid_t] {
        var parents: [pid_t: pid_t] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = pid_t(name), let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
                let parent = stat.components(separatedBy: ")").last?.split(separator: " ").dropFirst().first
            else { continue }
            parents[pid] = pid_t(parent)
        }
        var found = [root]
        var index = 0
        while index < found.count {
            found += parents.filter { $0.value == found[index] }.map(\.key)
            index += 1
        }
        return Array(found.dropFirst())
    }

    /// What a process's command line and environment are.
    static func visible(_ pid: pid_t) -> Data {
        ["cmdline", "environ"].reduce(into: Data()) { all, name in
            all += (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/\(name)"))) ?? Data()
        }
    }
}
