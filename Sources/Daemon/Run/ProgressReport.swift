internal import Foundation
internal import Synchronization

/// Tells how far named tasks have come: bars on a terminal, plain lines in a file or journal, JSON lines for a program.
public final class ProgressReport: Sendable {
    public enum Form: Sendable, Equatable {
        /// Redrawn below the log lines, ten times a second at most.
        case bars
        /// A line at a task's beginning and end and, between, at most one per task and `interval`.
        case lines(interval: Duration)
        /// The same events as `lines`, each a JSON object.
        case json(interval: Duration)
        case quiet
    }

    private let console: Console
    private let form: Form
    private let clock: MachineClock
    private let state = Mutex(State())

    private struct State {
        var active: [TaskProgress] = []
        var lastDrawing: Duration?
        var lastNumber = 0
    }

    /// - Parameter form: nil chooses bars on an interactive terminal and lines otherwise.
    public init(console: Console = .standardError, form: Form? = nil, clock: MachineClock = .system) {
        self.console = console
        self.form = form ?? (console.terminal.isInteractive ? .bars : .lines(interval: .seconds(5)))
        self.clock = clock
    }

    /// What a command's `--json` option asks for: JSON lines on standard output, else the usual form on standard error.
    public static func standard(json: Bool, clock: MachineClock = .system) -> ProgressReport {
        json
            ? ProgressReport(console: .standardOutput, form: .json(interval: .seconds(1)), clock: clock)
            : ProgressReport(clock: clock)
    }

    /// Begins a task. `total` nil means that it isn't known yet; `unit` is a plural such as "rows".
    public func task(_ name: String, total: Int? = nil, unit: String) -> ProgressTask {
        let now = clock.elapsed()
        return state.withLock { state in
            state.lastNumber += 1
            var task = TaskProgress(number: state.lastNumber, name: name, unit: unit, total: total, began: now)
            emit(&task, now)
            state.active.append(task)
            draw(&state, now, force: true)
            return ProgressTask(report: self, number: task.number)
        }
    }

    func update(_ number: Int, _ change: (inout TaskProgress) -> Void) {
        let now = clock.elapsed()
        state.withLock { state in
            guard let index = state.active.firstIndex(where: { $0.number == number }) else { return }
            change(&state.active[index])
            state.active[index].now = now
            let isOver = state.active[index].state != .running
            emit(&state.active[index], now)
            if isOver {
                let task = state.active.remove(at: index)
                // The bar goes; its last word stays among the lines.
                draw(&state, now, force: true)
                if form == .bars { console.line(task.line) }
            } else {
                draw(&state, now, force: false)
            }
        }
    }

    private func emit(_ task: inout TaskProgress, _ now: Duration) {
        let interval: Duration
        switch form {
        case .bars, .quiet: return
        case .lines(let asked), .json(let asked): interval = asked
        }
        if task.state == .running, let last = task.lastEmission, now - last < interval { return }
        task.lastEmission = now
        if case .json = form {
            if let line = task.json { console.line(line) }
        } else {
            console.line(task.line)
        }
    }

    private func draw(_ state: inout State, _ now: Duration, force: Bool) {
        guard form == .bars else { return }
        if !force, let last = state.lastDrawing, now - last < .milliseconds(100) { return }
        state.lastDrawing = now
        console.show(state.active.map { $0.bar(width: console.terminal.width) })
    }
}

/// A task under way. Ending it twice, or changing it after its end, changes nothing.
public struct ProgressTask: Sendable {
    private let report: ProgressReport
    private let number: Int

    init(report: ProgressReport, number: Int) {
        self.report = report
        self.number = number
    }

    public func advance(by count: Int = 1) {
        report.update(number) { task in
            let (sum, overflow) = task.completed.addingReportingOverflow(count)
            task.completed = overflow ? .max : sum
        }
    }

    public func set(completed: Int) { report.update(number) { $0.completed = completed } }
    public func set(total: Int?) { report.update(number) { $0.total = total } }
    public func finish() { report.update(number) { $0.state = .finished } }
    /// Ends the task without success; the error itself is reported elsewhere.
    public func fail() { report.update(number) { $0.state = .failed } }
}
