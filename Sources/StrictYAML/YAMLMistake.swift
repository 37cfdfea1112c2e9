/// One mistake in a file that people write: an agreement, a participant's card, a policy, a configuration. Never holds
/// the value of a secret.
public struct YAMLMistake: Error, Sendable, Equatable, CustomStringConvertible {
    /// Line of the file, from 1.
    public var line: Int
    /// Column in Unicode scalars, from 1; nil when the whole line or a whole block is meant.
    public var column: Int?
    /// The field, such as `registers[2].columns[0].type`; empty when the file as a whole is meant.
    public var path: String
    /// What is wrong and what to write instead; one or two sentences.
    public var reason: String

    public init(line: Int, column: Int?, path: String, reason: String) {
        self.line = line
        self.column = column
        self.path = path
        self.reason = reason
    }

    /// `line 12, column 5: registers[0].owner: …`.
    public var description: String {
        let place = column.map { "line \(line), column \($0)" } ?? "line \(line)"
        return path.isEmpty ? "\(place): \(reason)" : "\(place): \(path): \(reason)"
    }
}
