public import ArgumentParser
public import Logging

/// The options that every long-running command takes for its log.
public struct LogOptions: ParsableArguments {
    @Option(help: "The least important events to log, one of \(Self.names).", transform: Self.level)
    public var logLevel: Logger.Level = .info

    public init() {}

    /// Makes the event log, at this level, the log of the whole process.
    public func bootstrap() { EventLog.bootstrap(level: logLevel) }

    private static let names = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")

    private static func level(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else { throw ValidationError("give one of \(names)") }
        return level
    }
}
