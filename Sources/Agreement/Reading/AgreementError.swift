public import StrictYAML

/// Everything wrong with a file, at once.
public struct AgreementError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of file that was read.
    public enum Document: String, Sendable, CaseIterable {
        case agreement
        case participantCard = "participant's card"
        case policy
    }

    public var document: Document
    /// At least one, by line and column.
    public var mistakes: [YAMLMistake]

    public init(document: Document, mistakes: [YAMLMistake]) {
        self.document = document
        self.mistakes = mistakes
    }

    /// A heading and one line a mistake.
    public var description: String {
        let count = mistakes.count == 1 ? "1 mistake" : "\(mistakes.count) mistakes"
        return (["the \(document.rawValue) has \(count)"] + mistakes.map { "  \($0)" }).joined(separator: "\n")
    }
}
