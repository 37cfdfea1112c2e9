internal import PSIProtocol
internal import Register

/// A register's people as a round wants them: identities to hash, rows encoded.
struct RegisterPeople: PeopleSource {
    private let grouping: PersonGrouping
    private let codec: RowCodec
    let survey: SourceSurvey

    /// Bytes of rows handed over at once, so that people with many rows don't add up.
    private static let batchByteCount = 8 << 20

    /// Reads and sorts the whole register, and counts it before anybody is handed out.
    ///
    /// - Parameter maxPeople: the stricter of agreement and local policy.
    init(
        declaration: RegisterDeclaration, source: RegisterSource, maxPeople: Int, spool: any Spool
    ) throws {
        let reader = try RegisterReader(declaration: declaration, source: source)
        grouping = PersonGrouping(reader: reader, spool: spool)
        codec = RowCodec(columns: declaration.columns)
        let counts = try grouping.run()
        guard counts.people <= maxPeople else {
            throw RegisterOverCap(register: declaration.id, people: counts.people, cap: maxPeople)
        }
        survey = SourceSurvey(
            people: counts.people, rowsRead: counts.rowsRead, rowsKept: counts.rowsKept,
            refused: Dictionary(uniqueKeysWithValues: counts.refused.map { ($0.key.rawValue, $0.value) }))
    }

    mutating func next(_ most: Int) async throws -> [PersonRecord] {
        var people: [PersonRecord] = []
        var byteCount = 0
        while people.count < most, byteCount < Self.batchByteCount, let person = try grouping.nextPerson() {
            var rows: [UInt8] = []
            if !codec.columns.isEmpty {
                for row in person.rows { try codec.encode(row, into: &rows) }
            }
            byteCount += rows.count
            people.append(
                PersonRecord(
                    identities: [person.identity], rows: rows, rowCount: codec.columns.isEmpty ? 0 : person.rows.count))
        }
        return people
    }
}

struct RegisterOverCap: Error, CustomStringConvertible {
    let register: RegisterID
    let people: Int
    let cap: Int

    var description: String {
        "register \(register) has \(people) people, more than the \(cap) that the agreement or the local policy allows: "
            + "agree on a higher max_people, or give a view with fewer"
    }
}
