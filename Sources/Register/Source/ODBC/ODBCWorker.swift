internal import Dispatch
internal import Foundation
internal import Synchronization

/// A thread of its own for a session, since a driver's calls cannot be waited for with a limit.
///
/// Whoever waits for it goes on when the task is cancelled or time is up. The thread then ends, and closes the session,
/// as soon as the driver lets it.
final class ODBCWorker: Sendable {
    enum Request: Sendable {
        case open(ODBCSource)
        /// The columns that are needed, in order.
        case read([Int])
        case close
    }

    enum Answer: Sendable {
        case opened([ODBCColumn])
        case batch(SplitRecords)
        /// After the last batch or a failure; the session is closed.
        case closed(RegisterError?)
    }

    private struct State {
        var request: Request?
        var answer: Answer?
        var isConnected = false
        var isGivenUp = false
    }

    private let state = Mutex(State())
    private let asked = DispatchSemaphore(value: 0)
    private let answered = DispatchSemaphore(value: 0)
    private let interrupt = ODBCInterrupt()

    private static let stackByteCount = 4 << 20
    /// Between looks whether the task is cancelled.
    private static let tick = DispatchTimeInterval.milliseconds(100)

    init() {
        let thread = Thread { [self] in run() }
        thread.stackSize = Self.stackByteCount
        thread.name = "odbc"
        thread.start()
    }

    /// Seconds for the login, and for what follows.
    struct Patience {
        var login = 0
        var work: Int
    }

    /// - Throws: why there is no answer, of which only `cancelled`, `connectTimedOut` and `timedOut` are its own. It is
    ///   of no more use then.
    func ask(_ request: Request, _ patience: Patience) throws(ODBCFailure) -> Answer {
        send(request)
        let start = ContinuousClock.now
        while answered.wait(timeout: .now() + Self.tick) == .timedOut {
            let elapsed = ContinuousClock.now - start
            let isConnected = state.withLock { $0.isConnected }
            if Task.isCancelled {
                giveUp()
                throw .cancelled
            }
            if !isConnected, elapsed > .seconds(patience.login) {
                giveUp()
                throw .connectTimedOut
            }
            if elapsed > .seconds(patience.login + patience.work) {
                giveUp()
                throw .timedOut(code: nil)
            }
        }
        return state.withLock { $0.answer.take() } ?? .closed(nil)
    }

    /// Ends the session. Waits for that, so that nothing is left of it, though not for longer than so many seconds.
    func finish(seconds: Int) {
        send(.close)
        if answered.wait(timeout: .now() + .seconds(seconds)) == .timedOut { giveUp() }
    }

    private func send(_ request: Request) {
        state.withLock { $0.request = request }
        asked.signal()
    }

    private func giveUp() {
        state.withLock { $0.isGivenUp = true }
        asked.signal()
        // It may have to wait for the driver itself.
        let interrupt = interrupt
        Thread.detachNewThread { interrupt.stop() }
    }

    // MARK: On the thread

    private func run() {
        var session: ODBCSession?
        while true {
            asked.wait()
            let request = state.withLock { state in state.isGivenUp ? nil : state.request.take() }
            guard let request else { return }
            let answer = answer(to: request, &session)
            // The end of the session comes before the word that it is over.
            if case .closed = answer { session = nil }
            let isGivenUp = state.withLock { state in
                state.answer = answer
                return state.isGivenUp
            }
            answered.signal()
            if isGivenUp || session == nil { return }
        }
    }

    private func answer(to request: Request, _ session: inout ODBCSession?) -> Answer {
        do throws(RegisterError) {
            switch request {
            case .open(let source):
                let opened = try ODBCSession(source, interrupt) { state.withLock { $0.isConnected = true } }
                session = opened
                return .opened(opened.columns)
            case .read(let selected):
                guard let batch = try session?.read(selected) else { return .closed(nil) }
                return .batch(batch)
            case .close: return .closed(nil)
            }
        } catch {
            return .closed(error)
        }
    }
}
