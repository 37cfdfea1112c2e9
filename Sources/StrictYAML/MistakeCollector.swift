/// Gathers mistakes while a file is read, so that the reading can go on after the first.
public final class MistakeCollector {
    public private(set) var mistakes: [YAMLMistake] = []

    public init() {}

    public func add(_ place: YAMLPlace, _ path: String, _ reason: String) {
        mistakes.append(YAMLMistake(line: place.line, column: place.column, path: path, reason: reason))
    }

    /// By line, then column, then path; the same mistake once.
    public var sorted: [YAMLMistake] {
        var seen: [YAMLMistake] = []
        let ordered = mistakes.sorted {
            ($0.line, $0.column ?? 0, $0.path, $0.reason) < ($1.line, $1.column ?? 0, $1.path, $1.reason)
        }
        for mistake in ordered where seen.last != mistake { seen.append(mistake) }
        return seen
    }
}
