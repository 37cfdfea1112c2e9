public import StrictYAML
internal import Values

/// Where heavy steps are computed: `engine:` in a program's configuration. Without it, on this machine.
public enum EngineConfiguration: Sendable, Equatable {
    case local
    case spark(SparkConfiguration)

    /// Reads `{kind: local}` or `{kind: spark, …}`.
    public init(_ mapping: StrictMapping) {
        switch mapping.enumeration("kind", Kind.self) {
        case .local: self = .local
        case .spark: self = .spark(SparkConfiguration(mapping))
        }
    }

    private enum Kind: String, CaseIterable { case local, spark }

    /// What an engine is without a configuration: this machine.
    public static func read(_ root: StrictMapping) -> EngineConfiguration {
        root.optionalMapping("engine").map { EngineConfiguration($0) } ?? .local
    }
}

/// An Apache Spark cluster, the folder that its hosts share with this program, and their agents.
public struct SparkConfiguration: Sendable, Equatable {
    /// The command `spark-submit`.
    public var submit: String
    /// As `spark-submit --master` takes it.
    public var master: String
    /// Further options of `spark-submit`.
    public var options: [String]
    /// The same path on every host.
    public var folder: String
    /// By host, the public key of its agent, 32 bytes.
    public var agents: [String: [UInt8]]
    /// The worker's program, on every host.
    public var worker: String
    /// The agent's socket, on every host.
    public var socket: String
    /// Where workers keep what they sort, on each host's own disk.
    public var spool: String
    /// The driver's program, on this machine.
    public var driver: String
    /// Tasks into which what is computed in one go is cut for sorting, and at most run at once.
    public var tasks: Int
    /// Bytes of the pieces that one task computes, roughly.
    public var pieceByteCount: Int

    /// Whether a host can be called this in files' names and messages.
    public static func isName(_ host: String) -> Bool {
        (1...64).contains(host.utf8.count) && host.utf8.first != UInt8(ascii: ".")
            && host.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
                    || byte == 46
            }
    }
}

extension SparkConfiguration {
    init(_ mapping: StrictMapping) {
        let submit = mapping.path("submit")
        let master = mapping.value(
            "master", expected: "a master as spark-submit takes it, such as spark://HOST:7077", standIn: ""
        ) {
            $0.isEmpty || $0.hasPrefix("-") || $0.contains(where: \.isWhitespace) ? nil : $0
        }
        let options = mapping.strings("options", count: 0...64)
        let folder = mapping.path("folder")
        let worker = mapping.optionalPath("worker") ?? "/usr/bin/sidos-worker"
        let socket = mapping.optionalPath("agent_socket") ?? "/run/sidos-worker/agent.sock"
        let spool = mapping.optionalPath("spool") ?? "/var/tmp"
        let driver = mapping.optionalPath("driver") ?? "/usr/share/sidos/sidos_driver.py"
        let tasks = mapping.int("tasks", in: 1...1_024, default: 64)
        let pieceByteCount = mapping.int("piece_mib", in: 1...1_024, default: 16) << 20
        let hosts = mapping.mapping("agents")
        let agents = Dictionary(
            hosts.names.map { host in
                (
                    host,
                    hosts.value(host, expected: "the 64 digits that `sidos-worker agent-key` prints", standIn: []) {
                        Hex.decode($0).flatMap { $0.count == 32 ? $0 : nil }
                    }
                )
            }, uniquingKeysWith: { first, _ in first })
        if hosts.names.isEmpty || hosts.names.count > 1_024 {
            mapping.reject("agents", "Give the keys of 1 to 1,024 hosts' agents.")
        }
        for host in hosts.names where !Self.isName(host) {
            mapping.reject("agents", "A host's name has letters, digits, dots and hyphens, 64 at most.")
        }
        let passedOn = [
            ("folder", folder), ("worker", worker), ("agent_socket", socket), ("spool", spool), ("driver", driver),
        ]
        for (name, path) in passedOn where path.contains(where: { $0.isWhitespace || "'\"\\".contains($0) }) {
            mapping.reject(name, "Spark hands this path on. Give one without spaces, quotes and backslashes.")
        }
        self.init(
            submit: submit, master: master, options: options, folder: folder, agents: agents, worker: worker,
            socket: socket, spool: spool, driver: driver, tasks: tasks, pieceByteCount: pieceByteCount)
    }
}
