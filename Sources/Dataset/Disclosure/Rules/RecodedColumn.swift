internal import Agreement
internal import PlainWords

/// A quasi-identifier that is made coarser for those who would be alone with it. [A-56]
struct RecodedColumn: ColumnRule {
    /// Among the quasi-identifiers of the agreement.
    let place: Int
    private let steps: [GeneralisationStep]
    private let smallestClass: Int

    /// Nil if the column is no quasi-identifier, or no k is asked for.
    init?(_ column: ColumnReference, _ anonymity: Anonymity) {
        guard let smallestClass = anonymity.smallestClass,
            let place = anonymity.quasiIdentifiers.firstIndex(where: { $0.column == column })
        else { return nil }
        self.place = place
        steps = anonymity.quasiIdentifiers[place].steps
        self.smallestClass = smallestClass
    }

    var notes: [String] {
        let words = steps.map { $0.words(in: .english) } + ["missing"]
        return [
            "A quasi-identifier: where fewer than \(smallestClass) people would share it, it is made coarser: "
                + "\(words.joined(separator: ", then "))."
        ]
    }

    /// Coarser values are codes, and any value may be missing.
    func declare(_ column: inout ColumnDeclaration) {
        column.nullable = true
        if !steps.isEmpty, column.type != .text { column.type = .code }
        // A group's name says what it is; of bands, dates and prefixes nobody can list all values.
        for step in steps where !column.values.isEmpty {
            guard case .groups(let groupOf) = step else {
                column.values = []
                break
            }
            for name in Set(groupOf.values).sorted() where !column.values.contains(where: { $0.value == name }) {
                column.values.append(ValueLabel(name, name))
            }
        }
    }
}
