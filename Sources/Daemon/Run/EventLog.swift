public import Logging
internal import Synchronization

/// The programs' log: one line per event on standard error.
///
/// `2026-11-22T15:07:01.250Z info round opened agreement=espoo-skills number=1`: UTC time, level, message, metadata
/// sorted by key. No colours and no line breaks inside an event, so a journal takes it as it is. The programs put
/// nothing into messages or metadata that derives from a person.
public struct EventLog: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    private let console: Console
    private let clock: MachineClock

    public init(level: Logger.Level, console: Console = .standardError, clock: MachineClock = .system) {
        logLevel = level
        self.console = console
        self.clock = clock
    }

    private static let isBootstrapped = Mutex(false)

    /// Makes this the log of every `Logger` made from now on. Calls after the first change nothing.
    public static func bootstrap(level: Logger.Level, console: Console = .standardError) {
        let isFirst = isBootstrapped.withLock { done in
            defer { done = true }
            return !done
        }
        guard isFirst else { return }
        LoggingSystem.bootstrap { _ in EventLog(level: level, console: console) }
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let own = event.metadata { all.merge(own) { _, new in new } }
        if let error = event.error, all["error"] == nil {
            all["error"] = .string(ErrorReport(error).sentence)
        }
        var line =
            "\(MachineClock.timestamp(clock.now())) \(event.level.rawValue) \(Self.escaped(event.message.description))"
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            line += " \(Self.escaped(key))=\(Self.valueText(value))"
        }
        console.line(line)
    }

    /// As it is if it is one plain word, otherwise in quotes with `"` and `\` escaped.
    static func valueText(_ value: Logger.Metadata.Value) -> String {
        let text = plainText(value)
        let isWord =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                $0.properties.generalCategory != .control && !$0.properties.isWhitespace && $0 != "\"" && $0 != "="
                    && $0 != "\\"
            }
        if isWord { return text }
        var quoted = "\""
        for character in text.unicodeScalars {
            if character == "\"" || character == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(character)
        }
        return escaped(quoted + "\"")
    }

    private static func plainText(_ value: Logger.Metadata.Value) -> String {
        switch value {
        case .string(let text): text
        case .stringConvertible(let value): value.description
        case .array(let items): "[" + items.map(plainText).joined(separator: ",") + "]"
        case .dictionary(let items):
            "{" + items.sorted { $0.key < $1.key }.map { "\($0.key):\(plainText($0.value))" }.joined(separator: ",")
                + "}"
        }
    }

    /// Control characters and line separators written out, so that no text can begin a line of its own.
    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                out += scalar == "\n" ? "\\n" : "\\u{\(String(scalar.value, radix: 16))}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

/// How an error is told to an operator.
public struct ErrorReport: Sendable, Equatable {
    public let sentence: String
    public let exitStatus: ExitStatus

    /// An error that isn't `ReportableError` is named by its type alone: what it holds might derive from a person.
    public init(_ error: any Error) {
        switch error {
        case let error as any ReportableError:
            sentence = error.sentence
            exitStatus = error.exitStatus
        case is CancellationError:
            sentence = "stopped before the work was done"
            exitStatus = .temporary
        default:
            sentence = "an error that should not occur (\(String(reflecting: type(of: error)))); please report it"
            exitStatus = .software
        }
    }

    /// `sidos-node: error: …`, a line per mistake.
    public func lines(program: String) -> [String] {
        sentence.split(separator: "\n").map { "\(program): error: \(EventLog.escaped(String($0)))" }
    }
}
