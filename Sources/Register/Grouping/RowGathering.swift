internal import Agreement
internal import PSIProtocol

/// Gathers a register's rows by person. Rows that the owner names people in are gathered by that name first, so that
/// all rows of a person are judged by the codes in any of them.
struct RowGathering {
    private let plan: MatchPlan
    private let history: IdentityHistory?
    /// Nil where everybody may be released.
    private var neverRelease: NeverRelease?
    private let codec: RowCodec
    private let spool: any Spool
    private var named: PersonSort
    private var people: PersonSort
    private(set) var survey = RegisterSurvey()

    /// - Parameter memoryByteCount: bytes of rows that each sort holds before they go to the spool.
    init(
        _ plan: MatchPlan, history: IdentityHistory?, neverRelease: NeverRelease?, columns: [ColumnDeclaration],
        spool: any Spool, memoryByteCount: Int
    ) {
        self.plan = plan
        self.history = history
        self.neverRelease = neverRelease
        codec = RowCodec(columns: columns)
        self.spool = spool
        named = PersonSort(spool: spool, memoryByteCount: memoryByteCount)
        people = PersonSort(spool: spool, memoryByteCount: memoryByteCount)
    }

    // MARK: Rows

    /// - Parameter hasGaps: whether a map lacks codes of the register, which is told after its last row.
    mutating func add(_ row: RegisterRow, hasGaps: @autoclosure () -> Bool) throws {
        switch row {
        case .leftOut: break
        case .refused(let reason, let quality):
            survey.refused[reason, default: 0] += 1
            survey.count(.failure(reason), quality)
        case .row(let row):
            let code = row.code.map { history?.current(of: $0.code) ?? $0.code }
            guard var gathered = try gathered(row, code) else { return }
            if row.fate == .kept {
                let tally = RowTally(row.code, row.quality)
                // Of whom a row is, and so whether it counts, is known at the end only.
                if neverRelease == nil { survey.count(tally) } else { gathered.tally = tally }
                do throws(RowCodecError) { try codec.encode(row.values, into: &gathered.values) } catch {
                    guard hasGaps() else { throw error }
                }
            }
            if let name = row.localPerson {
                try named.add(gathered, of: .name(name))
            } else if let identity = gathered.identity {
                try add(gathered, to: .code(identity))
            } else if plan.worksWithoutCode, row.fields.contains(where: { $0 != nil }) {
                try add(gathered, to: .fields(gathered.fields))
            } else if case .failure(let reason) = code {
                refuse(gathered, reason)
            }
        }
    }

    /// Without its values; nil for a row that puts nobody into the register and says of nobody that they are on a list.
    private mutating func gathered(
        _ row: ReadRow, _ code: Result<CodeIdentity, RefusalReason>
    ) throws(RegisterError.Kind) -> GatheredRow? {
        var gathered = GatheredRow(code: code, fate: row.fate, fields: FieldCoding.encode(row.fields))
        switch row.fate {
        case .kept, .presence: break
        case .withheld: if let identity = gathered.identity { try neverRelease?.mark(identity) }
        case .outside:
            // Its code can be a listed one of somebody who is in the register.
            guard let identity = gathered.identity, neverRelease?.listed.contains(identity) ?? false else { return nil }
            gathered.fate = .withheld
        }
        return gathered
    }

    private mutating func add(_ row: GatheredRow, to key: PersonKey) throws {
        var row = row
        row.code = nil
        try people.add(row, of: key)
    }

    /// Counts a row that nothing becomes of, if it is one that the agreement asks for.
    private mutating func refuse(_ row: GatheredRow, _ reason: RefusalReason) {
        guard row.fate == .kept else { return }
        survey.refused[reason, default: 0] += 1
        if let tally = row.tally { survey.count(tally) }
    }

    // MARK: People

    /// Ends adding, and writes the rows person by person to one run, so that people are counted before the first is
    /// handed out.
    mutating func finish() throws -> PersonRun {
        try gatherNamed()
        survey.codesListed = neverRelease?.listed.count ?? 0
        survey.codesListedOfNobody = survey.codesListed
        let fieldCount = plan.fields.count
        var writer = try PersonRunWriter(spool: spool)
        var sorted = try people.sorted()
        while let person = try sorted.next({ GatheredPerson($0, fieldCount: fieldCount) }, { try $0.add($1) }) {
            try write(person, to: &writer)
        }
        return try writer.finish()
    }

    private mutating func gatherNamed() throws {
        var sorted = try named.sorted()
        while let person = try sorted.next(NamedPerson.init, { try $0.add($1) }) { try add(person) }
    }

    /// Gives all rows of somebody whom the owner names the code that is in any of them.
    private mutating func add(_ person: NamedPerson) throws {
        // Whoever is named so is never released if anything in any of the rows says it.
        let isWithheld = person.rows.contains { $0.fate == .withheld || isNeverReleased($0.identity) }
        let codes = person.codes
        if codes.count > 1, !isWithheld { survey.severalCodes += 1 }
        for row in person.rows {
            var row = row
            if isWithheld { row.fate = .withheld }
            if let code = codes.first, codes.count == 1 {
                try add(row, to: .code(code.person))
            } else if plan.worksWithoutCode {
                try add(row, to: person.key)
            } else if case .failure(let reason)? = row.code, codes.isEmpty {
                refuse(row, reason)
            } else {
                refuse(row, .severalCodes)
            }
        }
    }

    private func isNeverReleased(_ identity: PersonIdentity?) -> Bool {
        guard let identity, let neverRelease else { return false }
        return neverRelease.contains(identity)
    }

    private mutating func write(_ person: GatheredPerson, to writer: inout PersonRunWriter) throws {
        let identity = person.key.identity
        if let identity, neverRelease?.listed.contains(identity) ?? false { survey.codesListedOfNobody -= 1 }
        if person.isWithheld || isNeverReleased(identity) {
            survey.peopleWithheld += 1
            guard plan.withholding == .dummyCell else { return }
            return try writer.append(identity: identity, fields: person.fields, isWithheld: true)
        }
        try writer.append(
            identity: identity, fields: person.fields, rowCount: person.keptCount, rows: person.values)
        survey.count(person, hasFormerCodes: identity.map { history?.former(of: $0).isEmpty == false } ?? false)
    }
}
