/// One mistake in a file that officials write: an agreement, a participant's card, a node's policy.
public struct AgreementMistake: Error, Sendable, Equatable, CustomStringConvertible {
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
    public var mistakes: [AgreementMistake]

    public init(document: Document, mistakes: [AgreementMistake]) {
        self.document = document
        self.mistakes = mistakes
    }

    /// A heading and one line a mistake.
    public var description: String {
        let count = mistakes.count == 1 ? "1 mistake" : "\(mistakes.count) mistakes"
        return (["the \(document.rawValue) has \(count)"] + mistakes.map { "  \($0)" }).joined(separator: "\n")
    }
}

/// Gathers mistakes while a file is read, so that the reading can go on after the first.
final class MistakeCollector {
    private(set) var mistakes: [AgreementMistake] = []

    func add(_ place: YAMLPlace, _ path: String, _ reason: String) {
        mistakes.append(AgreementMistake(line: place.line, column: place.column, path: path, reason: reason))
    }

    /// By line, then column, then path; the same mistake once.
    var sorted: [AgreementMistake] {
        var seen: [AgreementMistake] = []
        let ordered = mistakes.sorted {
            ($0.line, $0.column ?? 0, $0.path, $0.reason) < ($1.line, $1.column ?? 0, $1.path, $1.reason)
        }
        for mistake in ordered where seen.last != mistake { seen.append(mistake) }
        return seen
    }
}

/// Finds the word that a writer probably meant.
enum NearName {
    /// The candidate that is fewest edits away, if that is few for its length; nil otherwise.
    static func of(_ word: String, among candidates: [String]) -> String? {
        let typed = Array(word.lowercased().unicodeScalars.prefix(64))
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let target = Array(candidate.lowercased().unicodeScalars.prefix(64))
            let allowed = max(1, min(typed.count, target.count) / 3)
            guard abs(typed.count - target.count) <= allowed else { continue }
            let distance = editDistance(typed, target)
            if distance <= allowed, distance < (best?.distance ?? .max) { best = (candidate, distance) }
        }
        return best?.name
    }

    /// ` (did you mean X?)`, or nothing.
    static func hint(_ word: String, among candidates: [String]) -> String {
        of(word, among: candidates).map { " (did you mean \($0)?)" } ?? ""
    }

    /// Insertions, deletions, substitutions and swaps of neighbours, each once.
    private static func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, scalar) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(last[column] + (scalar == other ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, scalar == right[column - 1], left[row - 1] == other {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
