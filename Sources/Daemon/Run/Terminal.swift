internal import Foundation
internal import Glibc
internal import Synchronization

/// What an output of this process leads to.
public struct Terminal: Sendable, Equatable {
    /// Whether someone watches, on a terminal that can move its cursor.
    public let isInteractive: Bool
    /// Columns.
    public let width: Int

    public init(isInteractive: Bool, width: Int) {
        self.isInteractive = isInteractive
        self.width = width
    }

    /// - Parameter descriptor: 1 for standard output, 2 for standard error.
    public init(descriptor: Int32) {
        let kind = ProcessInfo.processInfo.environment["TERM"] ?? "dumb"
        isInteractive = isatty(descriptor) == 1 && kind != "dumb"
        var size = winsize()
        let asked = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
        width = asked && size.ws_col >= 20 ? Int(size.ws_col) : 80
    }
}

/// One output shared by log lines and progress bars, so that neither cuts through the other.
///
/// A line goes out in one write. The status, if any, stays below all lines.
public final class Console: Sendable {
    public static let standardOutput = Console(descriptor: 1)
    public static let standardError = Console(descriptor: 2)

    public let terminal: Terminal
    private let writer: @Sendable ([UInt8]) -> Void
    /// The status lines now shown.
    private let status = Mutex<[String]>([])

    public convenience init(descriptor: Int32) {
        self.init(terminal: Terminal(descriptor: descriptor)) { bytes in
            var start = 0
            while start < bytes.count {
                let count = bytes[start...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0 && errno == EINTR { continue }
                // Nobody can be told that an error message could not be written.
                if count <= 0 { return }
                start += count
            }
        }
    }

    /// - Parameter writer: receives whole lines or whole redraws; called by one thread at a time.
    public init(terminal: Terminal, writer: @escaping @Sendable ([UInt8]) -> Void) {
        self.terminal = terminal
        self.writer = writer
    }

    /// Writes the text and a line end.
    public func line(_ text: String) {
        status.withLock { status in
            writer(Array((Self.erasing(status) + text + "\n" + Self.drawing(status)).utf8))
        }
    }

    /// Asks on the terminal that standard input is, which shows nothing of what is typed. No status is shown then.
    ///
    /// - Returns: how many bytes of the answer, with its line end, are in `buffer`; nil without a terminal.
    func ask(_ question: String, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        var before = termios()
        guard isatty(STDIN_FILENO) == 1, tcgetattr(STDIN_FILENO, &before) == 0 else { return nil }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0 else { return nil }
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            line("")
        }
        writer(Array(question.utf8))
        return max(0, Glibc.read(STDIN_FILENO, buffer.baseAddress, buffer.count))
    }

    /// Replaces the status, which only an interactive terminal shows. Lines longer than the terminal is wide are cut.
    func show(_ lines: [String]) {
        guard terminal.isInteractive else { return }
        status.withLock { status in
            let new = lines.map { String($0.prefix(terminal.width - 1)) }
            if new == status { return }
            writer(Array((Self.erasing(status) + Self.drawing(new)).utf8))
            status = new
        }
    }

    /// Cursor up over the old lines, then clear to the end of the screen.
    private static func erasing(_ status: [String]) -> String {
        status.isEmpty ? "" : "\u{1B}[\(status.count)A\r\u{1B}[J"
    }

    private static func drawing(_ status: [String]) -> String { status.map { $0 + "\n" }.joined() }
}
