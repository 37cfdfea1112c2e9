internal import PSIProtocol

/// Rows person by person.
struct SortedPeople {
    private var records: SortedRecords
    /// Rows that are still to come.
    private var count: Int
    /// The first row of the next person, if it was read.
    private var ahead: (key: PersonKey, row: GatheredRow)?

    /// How often, in rows, it is checked whether the task is cancelled.
    private static let rowsBetweenChecks = 4096

    init(_ records: consuming SortedRecords, count: Int) {
        self.records = records
        self.count = count
    }

    /// The next person, made of all their rows; nil after the last.
    ///
    /// - Throws: `SpoolDamage`, `RegisterError.Kind.cancelled`, and what the spool and `add` throw.
    mutating func next<Person>(
        _ begin: (PersonKey) -> Person, _ add: (inout Person, GatheredRow) throws -> Void
    ) throws -> Person? {
        guard let first = try ahead ?? read() else { return nil }
        ahead = nil
        var person = begin(first.key)
        try add(&person, first.row)
        while let next = try read() {
            guard next.key == first.key else {
                ahead = next
                break
            }
            try add(&person, next.row)
        }
        return person
    }

    private mutating func read() throws -> (key: PersonKey, row: GatheredRow)? {
        guard let record = try records.next() else {
            if count != 0 { throw SpoolDamage() }
            return nil
        }
        count -= 1
        if count.isMultiple(of: Self.rowsBetweenChecks), Task.isCancelled { throw RegisterError.Kind.cancelled }
        var cursor = SpoolCursor(record, at: PersonSort.hashByteCount)
        guard let key = PersonKey(&cursor), let row = GatheredRow(&cursor) else { throw SpoolDamage() }
        return (key, row)
    }
}
