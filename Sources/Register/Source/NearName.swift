/// Finds the name that was probably meant.
enum NearName {
    /// The name itself, or the only one that differs from it in nothing but the code points of its characters, such as ä
    /// as one character or as two.
    static func same(as name: String, among names: [String]) -> String? {
        if let exact = names.first(where: { $0.utf8.elementsEqual(name.utf8) }) { return exact }
        let equal = names.filter { $0 == name }
        return equal.count == 1 ? equal.first : nil
    }

    /// A name that differs in case only, or else by at most two letters; nil when there is none.
    static func of(_ name: String, among names: [String]) -> String? {
        let wanted = Array(name.lowercased().unicodeScalars)
        guard wanted.count <= 64 else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in names where candidate.utf8.count <= 256 {
            let letters = Array(candidate.lowercased().unicodeScalars)
            guard abs(letters.count - wanted.count) <= 2 else { continue }
            let distance = distance(wanted, letters)
            // Of a short name two letters are too much of it.
            guard distance <= min(2, wanted.count / 2) else { continue }
            if distance < best?.distance ?? Int.max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Letters to insert, remove or replace (Levenshtein).
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var above = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                current.append(
                    min(above[column + 1] + 1, current[column] + 1, above[column] + (letter == other ? 0 : 1)))
            }
            above = current
        }
        return above[right.count]
    }
}

extension RegisterError.Kind {
    private static let mostNamesShown = 5

    /// A table that is not there: with the name that was probably meant, or else some that are there.
    static func missingTable(_ name: String, among names: [String]) -> RegisterError.Kind {
        let near = NearName.of(name, among: names)
        return .missingTable(
            name: name, suggestion: near, others: near == nil ? Array(names.prefix(mostNamesShown)) : [])
    }
}
