internal import ArgumentParser
internal import Daemon
internal import Engine
internal import Files
internal import Logging
internal import ServiceLifecycle

/// Keeps the keys of rounds in this host's memory and gives them to its workers.
struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Keep the keys of rounds in this host's memory, for its workers, until stopped.")

    @OptionGroup var key: AgentKeyOption
    @OptionGroup var log: LogOptions

    @Option(help: "The folder that all hosts share.")
    var folder: String

    @Option(help: "Where workers ask: a Unix socket that is made there, for this account alone.")
    var socket = "/run/sidos-worker/agent.sock"

    @Option(help: "This host's name, as the node's configuration has it under `engine.agents`.")
    var host: String

    func validate() throws {
        guard SparkConfiguration.isName(host) else {
            throw ValidationError("--host has letters, digits, dots and hyphens, 64 at most")
        }
        // The kernel has no room for more.
        guard socket.utf8.count < 108 else { throw ValidationError("--socket is a path of 107 bytes at most") }
    }

    func run() async throws {
        log.bootstrap()
        let logger = Logger(label: "sidos-agent")
        let keys = HostKeys(
            folder: try SharedFolder(folder), host: host, identity: try AgentIdentity(at: key.path))
        logger.notice("The agent is ready", metadata: ["host": "\(host)", "socket": "\(socket)"])
        try await DaemonServices.run(
            AgentService(keys: keys, socket: AgentSocket(at: socket, keys: keys), logger: logger), logger: logger)
    }
}

/// Looks for new rounds and answers workers, at the same time.
private struct AgentService: Service {
    let keys: HostKeys
    let socket: AgentSocket
    let logger: Logger

    func run() async throws {
        try await withGracefulShutdownHandlerOfTask {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await socket.run() }
                group.addTask { try await look() }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    private func look() async throws {
        var known = 0
        var isTold = false
        while true {
            do {
                try keys.look()
                isTold = false
            } catch {
                // A folder that is away comes back; its rounds' keys stay until it says that they are over.
                if !isTold {
                    logger.error(
                        "The shared folder could not be looked at",
                        metadata: ["error": "\(ErrorReport(error).sentence)"])
                }
                isTold = true
            }
            if keys.roundCount != known {
                known = keys.roundCount
                logger.info("Keys of rounds in memory", metadata: ["rounds": "\(known)"])
            }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    /// Runs `body` until it ends or the service is told to stop.
    private func withGracefulShutdownHandlerOfTask(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let task = Task { try await body() }
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                do { try await task.value } catch is CancellationError {}
            } onGracefulShutdown: {
                task.cancel()
            }
        } onCancel: {
            task.cancel()
        }
    }
}

struct AgentKeyOption: ParsableArguments {
    @Option(name: .customLong("key"), help: "The file with the agent's long-lived key, for its owner alone.")
    var path = "/etc/sidos-worker/agent.key"
}

struct AgentInitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent-init",
        abstract: "Make this host's agent a key, and print what a node's configuration needs of it.")

    @OptionGroup var key: AgentKeyOption

    func run() throws { Console.standardOutput.line(try AgentIdentity.create(at: key.path).publicText) }
}

struct AgentKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent-key", abstract: "Print what a node's configuration needs of this host's agent.")

    @OptionGroup var key: AgentKeyOption

    func run() throws { Console.standardOutput.line(try AgentIdentity(at: key.path).publicText) }
}
