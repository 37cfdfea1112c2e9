public import Files
public import StrictYAML

/// All mistakes of a configuration file at once, so that the operator mends them in one go.
public struct ConfigurationError: Error, Equatable, Sendable {
    /// As the operator gave it.
    public let file: String
    /// By line and column; empty only when the file couldn't be read at all.
    public let mistakes: [YAMLMistake]
    /// Set when the file couldn't be read at all.
    public let cause: FileError?

    public init(file: String, mistakes: [YAMLMistake], cause: FileError? = nil) {
        self.file = file
        self.mistakes = mistakes
        self.cause = cause
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// One line per mistake, each beginning with the file's name.
    public var description: String {
        if let cause { return "the configuration can't be read: \(cause)" }
        return mistakes.map { "\(file): \($0)" }.joined(separator: "\n")
    }
}
