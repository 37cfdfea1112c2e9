internal import Agreement
internal import PSIProtocol
internal import Values

/// Takes the links of rows whose people may be released, by the people whom they name; one for each column that names
/// people. Secret.
struct RelatedSort: Sendable, CustomReflectable {
    let declaration: RegisterDeclaration
    /// The column's name in the agreement.
    let column: String
    let people: PersonSort

    /// - Parameter memoryByteCount: for all the columns together.
    static func all(
        of declaration: RegisterDeclaration, spool: any Spool, memoryByteCount: Int
    ) -> [RelatedSort] {
        let registers = declaration.namedRegisters
        let share = memoryByteCount / max(1, registers.count)
        return registers.map {
            RelatedSort(
                declaration: $0, column: $0.namedIn?.column ?? $0.id,
                people: PersonSort(spool: spool, memoryByteCount: max(1 << 16, share)))
        }
    }

    /// Without children, so that no reflection prints a person.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// What one core adds to such sorts. Secret.
struct RelatedDealer {
    private let sorts: [RelatedSort]
    private var dealers: [RowDealer]
    /// By column, what is counted of codes that are not used.
    private(set) var counts: [RelationCounts]

    /// Links are given on in pieces of about this size.
    private static let pieceByteCount = 1 << 18

    init(_ sorts: [RelatedSort]) {
        self.sorts = sorts
        dealers = sorts.map { $0.people.makeDealer() }
        counts = sorts.map { _ in RelationCounts() }
    }

    var columnCount: Int { sorts.count }

    /// Adds what rows of one person name; see `RelationCoding`.
    ///
    /// - Parameter person: nil for somebody without a code.
    mutating func add(_ relations: [UInt8], of person: PersonIdentity?) throws {
        guard !relations.isEmpty else { return }
        try RelationCoding.forEach(in: relations, columnCount: sorts.count) { column, entry in
            switch entry {
            case .nobody: break
            case .unusable(let reason): counts[column].survey.refuseRelation(reason)
            case .person(let identity, let link, let tally):
                if identity == person { counts[column].themselves += 1 }
                let values = [1] + link
                try dealers[column].add(.code(identity)) { record in
                    GatheredRow.append(
                        code: nil, fate: .kept, fields: [], tally: tally, values: values, to: &record)
                }
                if dealers[column].byteCount >= Self.pieceByteCount {
                    try sorts[column].people.add(dealers[column].deal())
                }
            }
        }
    }

    /// Ends adding.
    mutating func finish() throws {
        for column in sorts.indices { try sorts[column].people.add(dealers[column].deal()) }
    }
}

/// What is counted of a column that names people, on one core.
struct RelationCounts: Sendable {
    /// Of codes that are not used.
    var survey = SurveyPart()
    /// Rows that name their own person.
    var themselves = 0
}
