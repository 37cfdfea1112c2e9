public import Daemon
internal import Foundation
internal import Synchronization

/// Something that takes its time, of which one runs at once: its lines can be read while it runs and afterwards.
public final class ConsoleTask: Sendable {
    /// Lines kept; later ones are not.
    private static let lineLimit = 5_000

    public enum Outcome: Sendable, Equatable {
        case running
        case done(ConsoleText)
        case failed(String)
    }

    private struct State {
        var outcome: Outcome?
        var lines: [String] = []
        var began = 0
    }

    private let state = Mutex(State())

    public init() {}

    /// Begins, unless it runs already.
    ///
    /// - Parameter work: is given where to print, and returns what is to be said at the end.
    /// - Returns: false where it runs already.
    public func start(_ work: @escaping @Sendable (Console) async throws -> ConsoleText) -> Bool {
        let isFree = state.withLock { state in
            guard state.outcome != .running else { return false }
            state = State(outcome: .running, lines: [], began: Int(Date().timeIntervalSince1970))
            return true
        }
        guard isFree else { return false }
        let console = Console(terminal: Terminal(isInteractive: false, width: 100)) { [weak self] bytes in
            self?.add(String(decoding: bytes, as: UTF8.self))
        }
        Task.detached { [self] in
            let outcome: Outcome
            do { outcome = .done(try await work(console)) } catch { outcome = .failed(ErrorReport(error).sentence) }
            state.withLock { $0.outcome = outcome }
        }
        return true
    }

    private func add(_ text: String) {
        let lines = text.split(separator: "\n").map(String.init)
        state.withLock { $0.lines += lines.prefix(Self.lineLimit - $0.lines.count) }
    }

    /// How it goes, or went the last time; nothing before the first time.
    public func blocks(_ say: Say) -> [ConsoleBlock] {
        let (outcome, lines, began) = state.withLock { ($0.outcome, $0.lines, $0.began) }
        let end: ConsoleBlock
        switch outcome {
        case nil: return []
        case .running:
            end = .notice(
                .note, ConsoleText(say("Käynnissä alkaen ", "Pågår sedan ", "Under way since ") + say.time(began)))
        case .done(let words): end = .notice(.good, words)
        case .failed(let sentence): end = .notice(.alarm, .english(sentence))
        }
        return [end] + (lines.isEmpty ? [] : [.lines(lines)])
    }
}
