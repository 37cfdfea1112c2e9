/// All mistakes of a configuration file at once, so that the operator mends them in one go.
public struct ConfigurationError: Error, Equatable, Sendable {
    /// As the operator gave it.
    public let file: String
    /// In the order of their lines.
    public let mistakes: [ConfigurationMistake]
    /// Set when the file couldn't be read at all; `mistakes` then says the same in words.
    public let cause: FileError?

    public init(file: String, mistakes: [ConfigurationMistake], cause: FileError? = nil) {
        self.file = file
        self.mistakes = mistakes
        self.cause = cause
    }
}

/// One mistake. Never holds the value of a secret.
public struct ConfigurationMistake: Error, Equatable, Sendable {
    /// From 1; nil when the mistake has no line.
    public let line: Int?
    /// `listen.port`, `registers[2].path`; empty for the whole file.
    public let path: String
    /// Completes "`path` …: " as a sentence without its full stop.
    public let reason: String

    public init(line: Int?, path: String, reason: String) {
        self.line = line
        self.path = path
        self.reason = reason
    }
}

extension ConfigurationMistake: CustomStringConvertible {
    public var description: String {
        let place = [line.map { "line \($0)" }, path.isEmpty ? nil : "`\(path)`"].compactMap { $0 }
        return place.isEmpty ? reason : place.joined(separator: ", ") + ": " + reason
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// One line per mistake, each beginning with the file's name.
    public var description: String {
        if let cause { return "the configuration can't be read: \(cause)" }
        return mistakes.map { "\(file): \($0)" }.joined(separator: "\n")
    }
}

/// A value of a configuration that must not be shown: a password, a token.
public struct ConfigurationSecret: Sendable, Equatable {
    /// The secret itself.
    public let value: String

    public init(_ value: String) { self.value = value }
}

extension ConfigurationSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(hidden)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
