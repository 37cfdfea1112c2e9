internal import Daemon
internal import ServiceLifecycle
internal import Synchronization

/// Follows a round until it ends, or until the command is told to stop.
final class FollowService: Service {
    private let voice: FollowVoice
    private let interval: Duration
    private let patience: Duration
    private let status: @Sendable () async throws -> RoundStatus
    private let found = Mutex<RoundStatus?>(nil)

    /// - Parameters:
    ///   - interval: between two looks at the round.
    ///   - patience: after this long without any movement it says whom the round waits for.
    ///   - status: asks how the round stands.
    init(
        voice: FollowVoice, interval: Duration = .milliseconds(100), patience: Duration = .seconds(5),
        status: @escaping @Sendable () async throws -> RoundStatus
    ) {
        self.voice = voice
        self.interval = interval
        self.patience = patience
        self.status = status
    }

    /// How the round ended; nil when following was stopped before.
    var outcome: RoundStatus? { found.withLock { $0 } }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do { try await self.follow() } catch is CancellationError { return } catch {
                // A call that was cut off has an error of its own.
                if Task.isCancelled { return }
                throw error
            }
        }
    }

    private func follow() async throws {
        var bars = StageBars(report: voice.progress)
        var last: RoundStatus?
        var moved = ContinuousClock.now
        var told: [String]?
        while true {
            let status = try await self.status()
            if status != last {
                if status.phase != last?.phase { try voice.phase(status) }
                bars.show(status)
                moved = .now
                told = nil
            } else if told != status.waitingFor, ContinuousClock.now - moved >= patience {
                try voice.waiting(status)
                told = status.waitingFor
            }
            last = status
            if status.ended != nil {
                found.withLock { $0 = status }
                return
            }
            try await Task.sleep(for: interval)
        }
    }
}

/// A progress bar for each register's stage under way.
struct StageBars {
    private let report: ProgressReport
    private var open: [String: ProgressTask] = [:]
    /// How many stages of each register have been told to their end.
    private var told: [String: Int] = [:]

    init(report: ProgressReport) { self.report = report }

    mutating func show(_ status: RoundStatus) {
        for register in status.registers { show(register, isOver: status.ended != nil) }
    }

    private mutating func show(_ register: RoundStatus.Register, isOver: Bool) {
        // Stages between two looks are told, too: each has its line.
        while told[register.register, default: 0] < register.stagesDone {
            let stage = told[register.register, default: 0]
            let task = open.removeValue(forKey: register.register) ?? task(register, stage: stage)
            if let items = register.items { task.set(completed: items) }
            task.finish()
            told[register.register] = stage + 1
        }
        if isOver {
            open.removeValue(forKey: register.register)?.fail()
            return
        }
        guard register.stageNode != nil else { return }
        let task = open[register.register] ?? task(register, stage: register.stagesDone)
        if let items = register.stageItems { task.set(completed: items) }
        open[register.register] = task
    }

    private func task(_ register: RoundStatus.Register, stage: Int) -> ProgressTask {
        let node = stage == register.stagesDone ? register.stageNode.map { " by \($0)" } ?? "" : ""
        let name = "\(register.register), stage \(stage + 1) of \(register.stagesTotal)\(node)"
        return report.task(name, total: register.items, unit: "items")
    }
}
