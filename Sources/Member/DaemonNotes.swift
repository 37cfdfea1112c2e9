internal import Daemon
internal import Logging
internal import ServiceLifecycle
internal import Synchronization

/// What a daemon notes of itself in the operations log.
///
/// A note that cannot be written, as on a full disk, stops nobody: rounds have to be ended and keys destroyed. It is
/// told as an error, and written later, with the time it is about.
final class DaemonNotes: Service {
    private struct Note {
        let what: String
        let time: String
    }

    private let book: ApprovalBook
    private let clock: MachineClock
    private let pause: Duration
    private let logger: Logger
    /// In order; a daemon notes its start and its end.
    private let waiting = Mutex<[Note]>([])

    /// - Parameter pause: until a note is tried again.
    init(book: ApprovalBook, clock: MachineClock = .system, pause: Duration = .seconds(60), logger: Logger) {
        self.book = book
        self.clock = clock
        self.pause = pause
        self.logger = logger
    }

    /// Writes a note, after those that could not be written before.
    func note(_ what: String) {
        waiting.withLock { $0.append(Note(what: what, time: MachineClock.timestamp(clock.now()))) }
        write(isFirst: true)
    }

    /// Whether everything is written.
    var isDone: Bool { waiting.withLock { $0.isEmpty } }

    /// Tries again what could not be written, until the daemon ends.
    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                while true {
                    try await Task.sleep(for: self.pause)
                    self.write(isFirst: false)
                }
            } catch is CancellationError { return }
        }
    }

    /// - Parameter isFirst: of the last note; what fails again is not told again.
    private func write(isFirst: Bool) {
        waiting.withLock { waiting in
            while let note = waiting.first {
                do {
                    let isLate = !isFirst || waiting.count > 1
                    if isLate { try book.note(note.what, ["since": note.time]) } else { try book.note(note.what) }
                } catch {
                    if isFirst {
                        logger.error(
                            "The operations log could not be written; the daemon goes on and tries it again",
                            metadata: ["note": "\(note.what)", "error": "\(ErrorReport(error).sentence)"])
                    }
                    return
                }
                waiting.removeFirst()
                if !isFirst {
                    logger.notice("The operations log is written again", metadata: ["note": "\(note.what)"])
                }
            }
        }
    }
}
