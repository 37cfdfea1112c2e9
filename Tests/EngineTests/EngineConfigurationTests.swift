import Testing

@testable import Daemon
@testable import Engine
@testable import StrictYAML
@testable import Values

/// What `engine:` in a configuration may say.
@Suite("Configuration of the engine")
struct EngineConfigurationTests {
    static let key = String(repeating: "0f", count: 32)
    static let lines = [
        "kind: spark", "submit: /opt/spark/bin/spark-submit", "master: spark://h:7077", "folder: /mnt/sidos",
        "agents: {h1: \"\(key)\", h-2.example: \"\(key)\"}",
    ]

    static func read(_ lines: [String]) throws(ConfigurationError) -> EngineConfiguration {
        let text = (["engine:"] + lines.map { "  " + $0 }).joined(separator: "\n") + "\n"
        return try ConfigurationFile.decode(Array(text.utf8), path: "/etc/config.yaml") { .read($0) }
    }

    @Test("Without `engine`, and with `kind: local`, this machine computes") func local() throws {
        #expect(try Self.read(["kind: local"]) == .local)
        let none = try ConfigurationFile.decode(Array("other: 1\n".utf8), path: "/c.yaml") { root in
            _ = root.int("other", in: 1...1)
            return EngineConfiguration.read(root)
        }
        #expect(none == .local)
    }

    @Test("A cluster, with what is standard") func spark() throws {
        guard case .spark(let cluster) = try Self.read(Self.lines) else {
            Issue.record("no cluster")
            return
        }
        #expect(cluster.submit == "/opt/spark/bin/spark-submit" && cluster.master == "spark://h:7077")
        #expect(cluster.agents.keys.sorted() == ["h-2.example", "h1"])
        #expect(cluster.agents["h1"] == [UInt8](repeating: 15, count: 32))
        #expect(cluster.worker == "/usr/bin/sidos-worker" && cluster.socket == "/run/sidos-worker/agent.sock")
        #expect(cluster.tasks == 64 && cluster.pieceByteCount == 16 << 20 && cluster.options.isEmpty)
    }

    @Test(
        "Mistakes are told with their place",
        arguments: [
            (0, "kind: hadoop", "engine.kind"), (1, "", "engine.submit"), (2, "master: \"a b\"", "engine.master"),
            (2, "master: \"--evil\"", "engine.master"), (3, "", "engine.folder"),
            (3, "folder: \"/mnt/two words\"", "engine.folder"), (3, "folder: \"/mnt/it's\"", "engine.folder"),
            (4, "agents: {}", "engine.agents"), (4, "agents: {h1: \"0f\"}", "engine.agents.h1"),
            (4, "agents: {\"../h\": \"\(key)\"}", "engine.agents"),
            (4, "agents: {h1: \"\(key)\"}\n  tasks: 0", "engine.tasks"),
            (4, "agents: {h1: \"\(key)\"}\n  piece_mib: 5000", "engine.piece_mib"),
            (4, "agents: {h1: \"\(key)\"}\n  more: 1", "engine.more"),
        ])
    func mistakes(line: Int, text: String, place: String) throws {
        var lines = Self.lines
        lines[line] = text
        do {
            _ = try Self.read(lines.filter { !$0.isEmpty })
            Issue.record("\(text) was taken")
        } catch { #expect(error.description.contains(place), "\(error)") }
    }
}
