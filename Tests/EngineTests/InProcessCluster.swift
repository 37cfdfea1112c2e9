import Daemon
import Foundation
import Logging
import Synchronization
import TestDirectories

@testable import Engine
@testable import Files
@testable import PSIProtocol
@testable import Values

/// A cluster in this process: a shared folder, an agent with its socket, and workers that take tickets as Spark would
/// give them. What is not here is Spark: its tests run the real one.
final class InProcessCluster: StageRunner {
    let place: TemporaryDirectory
    let folder: SharedFolder
    let keys: HostKeys
    let socket: String
    let configuration: SparkConfiguration
    private let state = Mutex(State())

    private struct State {
        /// What happens to each ticket's line before a worker has it, and to its receipt after.
        var ticket: @Sendable (String) throws -> String? = { $0 }
        var receipt: @Sendable (String) throws -> String? = { $0 }
        /// Tickets that workers did, in the order in which they did them.
        var done: [Ticket] = []
        var stageCount = 0
    }

    static let host = "host-1"

    init(tasks: Int = 4, pieceByteCount: Int = 1 << 14, folder given: String? = nil) throws {
        place = try TemporaryDirectory()
        let path = given ?? place.path + "/shared"
        _ = try PrivateDirectory(creating: path)
        folder = try SharedFolder(path)
        let identity = try AgentIdentity.create(at: place.path + "/agent.key")
        keys = HostKeys(folder: folder, host: Self.host, identity: identity)
        socket = place.path + "/a.sock"
        configuration = SparkConfiguration(
            submit: "/bin/false", master: "none", options: [], folder: path,
            agents: [Self.host: Hex.decode(identity.publicText) ?? []], worker: "none", socket: socket,
            spool: place.path,
            driver: "/bin/false", tasks: tasks, pieceByteCount: pieceByteCount)
    }

    func service(
        patience: Duration = .seconds(60), silence: Duration = .seconds(300), logger: Logger = Logger(label: "test")
    ) -> SparkService {
        SparkService(configuration, driver: self, patience: patience, silence: silence, logger: logger)
    }

    var done: [Ticket] { state.withLock { $0.done } }
    var stageCount: Int { state.withLock { $0.stageCount } }

    func onTicket(_ change: @escaping @Sendable (String) throws -> String?) { state.withLock { $0.ticket = change } }
    func onReceipt(_ change: @escaping @Sendable (String) throws -> String?) { state.withLock { $0.receipt = change } }

    /// A worker as its process would be.
    func worker() throws -> TicketWorker {
        TicketWorker(
            folder: folder, agent: AgentClient(at: socket), spool: MemorySpool(), workers: Workers(count: 1))
    }

    func run(ticketsAt path: String) async throws -> AsyncThrowingStream<String, any Error> {
        state.withLock { $0.stageCount += 1 }
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        let lines = text.split(separator: "\n").map(String.init)
        let workers = [try worker(), try worker()]
        return AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    // Last first: nothing may depend on the order.
                    for (number, line) in lines.reversed().enumerated() {
                        guard let changed = try state.withLock({ try $0.ticket(line) }) else { continue }
                        let receipt: String
                        do { receipt = try await workers[number % 2].perform(changed) } catch {
                            throw EngineError.stageFailed(ErrorReport(error).sentence)
                        }
                        if let ticket = try? Ticket(line: changed) { state.withLock { $0.done.append(ticket) } }
                        if let handed = try state.withLock({ try $0.receipt(receipt) }) { continuation.yield(handed) }
                    }
                    continuation.finish()
                } catch { continuation.finish(throwing: error) }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    func stop() async {}

    /// Runs `body` while the agent does what it does.
    func whileRunning(_ body: () async throws -> Void) async throws {
        let (keys, socket) = (keys, AgentSocket(at: socket, keys: keys))
        let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
        let agent = Task { try await socket.run { isReady.yield() } }
        let looking = Task {
            while !Task.isCancelled {
                try? keys.look()
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        for await _ in ready { break }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        agent.cancel()
        looking.cancel()
        // Its socket is gone then, and another may take the place.
        _ = await agent.result
        try result.get()
    }
}
