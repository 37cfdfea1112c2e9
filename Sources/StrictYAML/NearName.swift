/// Finds the word that a writer probably meant.
public enum NearName {
    /// The candidate that is fewest edits away, if that is few for its length; nil otherwise.
    public static func of(_ word: String, among candidates: [String]) -> String? {
        let typed = Array(word.lowercased().unicodeScalars.prefix(64))
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let target = Array(candidate.lowercased().unicodeScalars.prefix(64))
            // Something must be left of the longer: of two single letters, neither is near the other.
            let allowed = min(
                max(1, min(typed.count, target.count) / 3), max(0, max(typed.count, target.count) - 1))
            guard abs(typed.count - target.count) <= allowed else { continue }
            let distance = editDistance(typed, target)
            if distance <= allowed, distance < (best?.distance ?? .max) { best = (candidate, distance) }
        }
        return best?.name
    }

    /// ` (did you mean X?)`, or nothing.
    public static func hint(_ word: String, among candidates: [String]) -> String {
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
