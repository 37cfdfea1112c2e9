/// Finds what was probably meant.
enum NearestName {
    /// The candidate that is at most two slips, and at most a third of its length, away; nil if there is none.
    static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let wanted = Array(name.lowercased().utf8)
        var best: (distance: Int, name: String)?
        for candidate in candidates.sorted() {
            let distance = slips(wanted, Array(candidate.utf8))
            if distance <= min(2, max(1, candidate.utf8.count / 3)), distance < best?.distance ?? .max {
                best = (distance, candidate)
            }
        }
        return best?.name
    }

    /// Insertions, deletions, changes and swaps of neighbours that turn one into the other.
    private static func slips(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var least = min(last[j] + (a[i] == b[j] ? 0 : 1), min(last[j + 1], row[j]) + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, beforeLast[j - 1] + 1) }
                row.append(least)
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
