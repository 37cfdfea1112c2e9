/// A person with all the rows that there are of them. Secret.
struct GatheredPerson {
    let key: PersonKey
    /// Whether a row says that they are never to be released.
    private(set) var isWithheld = false
    /// The values of rows that are kept, one row after the other.
    private(set) var values: [UInt8] = []
    private(set) var keptCount = 0
    /// Of rows that were not counted before.
    private(set) var tallies: [RowTally] = []
    private var rowCount = 0
    private var vote: FieldVote

    /// - Parameter fieldCount: how many match fields the register has.
    init(_ key: PersonKey, fieldCount: Int) {
        self.key = key
        vote = FieldVote(fieldCount: fieldCount)
    }

    /// - Throws: `SpoolDamage`, `tooManyRowsOfPerson`, `personTooLarge`.
    mutating func add(_ row: GatheredRow) throws {
        rowCount += 1
        try PersonLimit.check(rowCount: rowCount, byteCount: values.count + row.values.count)
        guard vote.add(row.fields) else { throw SpoolDamage() }
        switch row.fate {
        case .kept:
            keptCount += 1
            values.append(contentsOf: row.values)
        case .withheld: isWithheld = true
        case .presence, .outside: break
        }
        if let tally = row.tally { tallies.append(tally) }
    }

    /// Of each match field the value that most rows have, encoded.
    var fields: [UInt8] { FieldCoding.join(vote.winners) }
}
