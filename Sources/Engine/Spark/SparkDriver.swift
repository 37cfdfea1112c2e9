internal import Foundation
internal import PSIProtocol

/// Has a stage of tickets done.
protocol StageRunner: Sendable {
    /// Runs the tickets of a file, one a line.
    ///
    /// - Returns: receipts as they come; ends when the stage is done, or with an `EngineError`.
    func run(ticketsAt path: String) async throws -> AsyncThrowingStream<String, any Error>
    /// Lets go of whatever computes.
    func stop() async
}

/// Spark's driver: started when there is something to compute, given stages, and let go when it has had nothing to do
/// for a while.
actor SparkDriver: StageRunner {
    private let configuration: SparkConfiguration
    private let logPath: String
    private var process: DriverProcess?
    /// Stages under way, by their names.
    private var stages: [String: Stage] = [:]
    /// Counts uses, so that who waits for it to be idle sees that it was not.
    private var useCount = 0

    private struct Stage {
        /// Which driver was given it.
        let process: DriverProcess
        let receipts: AsyncThrowingStream<String, any Error>.Continuation
    }

    private static let idleTime = Duration.seconds(60)

    init(_ configuration: SparkConfiguration, logPath: String) {
        self.configuration = configuration
        self.logPath = logPath
    }

    /// - Throws: `EngineError.cannotStart`; the stream `.driverEnded`, `.driverMalformed`, `.stageFailed`.
    func run(ticketsAt path: String) throws -> AsyncThrowingStream<String, any Error> {
        let process = try running()
        useCount += 1
        let name = String(UInt64.random(in: .min ... .max), radix: 16)
        let stage = String(repeating: "0", count: 16 - name.count) + name
        let (receipts, continuation) = AsyncThrowingStream.makeStream(of: String.self)
        stages[stage] = Stage(process: process, receipts: continuation)
        continuation.onTermination = { [weak self] reason in
            guard case .cancelled = reason else { return }
            Task { [weak self] in await self?.abandon(stage) }
        }
        let order = StageOrder(sidos: Ticket.version, slots: configuration.tasks, stage: stage, tickets: path)
        do {
            try process.send(String(decoding: try CanonicalJSON.encode(order), as: UTF8.self))
        } catch {
            stages[stage] = nil
            throw error
        }
        return receipts
    }

    /// Nobody waits for a stage any more. The cluster is let go unless others use it; then the stage's workers find its
    /// files gone.
    private func abandon(_ stage: String) {
        guard stages.removeValue(forKey: stage) != nil else { return }
        if stages.isEmpty { stop() }
    }

    /// Tells it to end, and with it whatever it computes.
    func stop() {
        process?.stop()
        process = nil
    }

    private struct StageOrder: Encodable {
        var sidos: Int
        var slots: Int
        var stage: String
        var tickets: String
    }

    private struct Answer: Decodable {
        var sidos: Int
        var ready: Bool?
        var stage: String?
        var receipt: String?
        var done: Int?
        var failed: String?
        var error: String?
    }

    private func running() throws -> DriverProcess {
        if let process, process.status == nil { return process }
        let started = try DriverProcess(
            configuration.submit,
            ["--master", configuration.master] + configuration.options + [
                configuration.driver, "--worker", configuration.worker, "--agent", configuration.socket, "--folder",
                configuration.folder, "--spool", configuration.spool,
            ], logPath: logPath)
        process = started
        Task { [weak self] in
            for await line in started.lines { await self?.take(line, from: started) }
            // Its output has ended, so it has or is about to.
            for _ in 0..<50 where started.status == nil { try? await Task.sleep(for: .milliseconds(100)) }
            await self?.ended(started)
        }
        return started
    }

    private func take(_ line: String, from source: DriverProcess) {
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(line.utf8)),
            answer.sidos == Ticket.version
        else { return end(source, EngineError.driverMalformed) }
        if let reason = answer.error { return end(source, EngineError.stageFailed(String(reason.prefix(200)))) }
        guard let name = answer.stage, let stage = stages[name], stage.process === source else { return }
        if let receipt = answer.receipt {
            stage.receipts.yield(receipt)
            return
        }
        stages[name] = nil
        if let reason = answer.failed {
            stage.receipts.finish(throwing: EngineError.stageFailed(String(reason.prefix(200))))
        } else {
            stage.receipts.finish(throwing: answer.done == nil ? EngineError.driverMalformed : nil)
        }
        if stages.isEmpty { stopWhenIdle() }
    }

    private func stopWhenIdle() {
        let count = useCount
        Task { [weak self] in
            try? await Task.sleep(for: Self.idleTime)
            await self?.stop(unlessUsedSince: count)
        }
    }

    private func stop(unlessUsedSince count: Int) {
        if stages.isEmpty, useCount == count { stop() }
    }

    private func ended(_ source: DriverProcess) {
        end(source, EngineError.driverEnded(status: source.status ?? -1))
    }

    /// Lets go of a driver, whose stages have failed.
    private func end(_ source: DriverProcess, _ error: EngineError) {
        source.stop()
        if process === source { process = nil }
        for (name, stage) in stages where stage.process === source {
            stages[name] = nil
            stage.receipts.finish(throwing: error)
        }
    }
}
