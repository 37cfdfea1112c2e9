import Daemon
import Logging
import Synchronization

/// What was written to a console or a log.
final class Transcript: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    var console: Console {
        Console(terminal: Terminal(isInteractive: false, width: 80)) { [self] new in bytes.withLock { $0 += new } }
    }

    var logger: Logger {
        let console = console
        return Logger(label: "test") { _ in EventLog(level: .info, console: console) }
    }

    var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }
    var lines: [String] { text.split(separator: "\n").map(String.init) }
}
