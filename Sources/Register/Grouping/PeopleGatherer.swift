internal import PSIProtocol

/// Makes people of sorted rows, counts them, and writes them to one run. Secret.
struct PeopleGatherer {
    private let history: IdentityHistory?
    private let neverRelease: NeverRelease?
    /// Whether who is never to be released stays in matching.
    private let keepsWithheld: Bool
    private let fieldCount: Int
    private var writer: PersonRunWriter
    private var survey = SurveyPart(mostGroups: RegisterSurvey.mostGroups)
    /// Takes the links by which columns of people name others.
    private var related: RelatedDealer

    // Of the person whose rows are coming.
    private var key: [UInt8] = []
    private var isWithheld = false
    private var rowCount = 0
    /// The values of rows that are kept, one row after the other.
    private var values: [UInt8] = []
    private var keptCount = 0
    /// Whom rows that are kept name, one row after the other.
    private var relations: [UInt8] = []
    /// Of rows that were not counted before.
    private var tallies: [RowTally] = []
    /// The match fields of the first row, which nearly always are those of all.
    private var fields: [UInt8] = []
    /// Of the rows so far, once some have other fields.
    private var vote: FieldVote?

    init(
        _ plan: MatchPlan, history: IdentityHistory?, neverRelease: NeverRelease?, related: [RelatedSort] = [],
        spool: any Spool
    ) throws {
        self.related = RelatedDealer(related)
        self.history = history
        self.neverRelease = neverRelease
        keepsWithheld = plan.withholding == .dummyCell
        fieldCount = plan.fields.count
        writer = try PersonRunWriter(spool: spool)
    }

    /// - Throws: `SpoolDamage`, `tooManyRowsOfPerson`, `personTooLarge`, and what the spool throws.
    mutating func add(_ row: RowView) throws {
        if rowCount == 0 || !key.elementsEqual(row.key) {
            try endPerson()
            key.append(contentsOf: row.key)
        }
        rowCount += 1
        try PersonLimit.check(rowCount: rowCount, byteCount: values.count + relations.count + row.values.count)
        try addFields(row.fields)
        switch row.fate {
        case .kept:
            keptCount += 1
            let position = try RelationCoding.byteCount(in: row.values, columnCount: related.columnCount)
            relations.append(contentsOf: row.values[..<position])
            values.append(contentsOf: row.values[position...])
        case .withheld: isWithheld = true
        case .presence, .outside: break
        }
        if let tally = row.tally { tallies.append(tally) }
    }

    private mutating func addFields(_ bytes: UnsafeRawBufferPointer) throws {
        if rowCount == 1 {
            fields.append(contentsOf: bytes)
            guard FieldCoding.split(fields, count: fieldCount) != nil else { throw SpoolDamage() }
            return
        }
        if vote == nil {
            if fields.elementsEqual(bytes) { return }
            var vote = FieldVote(fieldCount: fieldCount)
            guard vote.add(fields, rowCount: rowCount - 1) else { throw SpoolDamage() }
            self.vote = vote
        }
        guard vote?.add(Array(bytes)) == true else { throw SpoolDamage() }
    }

    /// The people and what was counted of them.
    mutating func finish() throws -> (run: PersonRun, survey: SurveyPart, relations: [RelationCounts]) {
        try endPerson()
        try related.finish()
        return (try writer.finish(), survey, related.counts)
    }

    private mutating func endPerson() throws {
        guard rowCount > 0 else { return }
        let identity = try key.withUnsafeBytes { bytes in
            guard let key = PersonKey(bytes) else { throw SpoolDamage() }
            return key.identity
        }
        let isListed = identity.map { neverRelease?.listed.contains($0) ?? false } ?? false
        if isListed { survey.codesListed += 1 }
        // Of each match field the value that most rows have.
        let fields = vote.map { FieldCoding.join($0.winners) } ?? fields
        if isWithheld || identity.map({ neverRelease?.contains($0) ?? false }) ?? false {
            survey.peopleWithheld += 1
            if keepsWithheld { try writer.append(identity: identity?.bytes ?? [], fields: fields, isWithheld: true) }
        } else {
            // Of rows of somebody who is not released nobody is named.
            try related.add(relations, of: identity)
            try writer.append(identity: identity?.bytes ?? [], fields: fields, rowCount: keptCount, rows: values)
            for tally in tallies { survey.count(tally) }
            survey.countPerson(
                hasCode: identity != nil,
                hasFormerCodes: identity.map { history?.former(of: $0).isEmpty == false } ?? false, rowCount: keptCount,
                byteCount: values.count)
        }
        (isWithheld, rowCount, keptCount, vote) = (false, 0, 0, nil)
        key.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        relations.removeAll(keepingCapacity: true)
        tallies.removeAll(keepingCapacity: true)
        self.fields.removeAll(keepingCapacity: true)
    }
}
