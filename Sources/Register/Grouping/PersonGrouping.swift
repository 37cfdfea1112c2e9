internal import Crypto
public import PSIProtocol
internal import Values

/// Gathers each person's rows from all over a register, in memory bounded whatever the register's size.
///
/// A person is who has one identity code, by the owner's history the code of today. Rows without a usable code are gathered
/// by the owner's own name for the person, where there is one, and else by their match fields. Rows are sorted by keyed
/// hashes, under a key that is never written down: neither the people's nor the rows' order says anything of the source's,
/// and what the spool holds is in no order of codes. The whole register is read, judged and counted before the first person
/// is handed out, so a mistake in its last row stops it all.
public final class PersonGrouping {
    /// A person with more rows is refused.
    public static let maxRowsOfPerson = 100_000
    /// A person whose encoded rows take more bytes is refused: 16 MiB.
    public static let maxBytesOfPerson = 16 << 20

    private let spool: any Spool
    private let memoryByteCount: Int
    private let file: String
    private let columnCount: Int
    private let plan: MatchPlan
    private let history: IdentityHistory?
    /// Nil where everybody may be released.
    private var neverRelease: NeverRelease?
    private var reader: RegisterReader
    private var survey: RegisterSurvey?
    private var personRun: PersonRun?
    private var people: PersonRunReader?
    /// Rows that went into the sort by person.
    private var addedCount = 0

    private static let keyByteCount = 32
    /// How often, in rows, it is checked whether the task is cancelled.
    private static let rowsBetweenChecks = 4096

    /// - Parameter memoryByteCount: bytes of rows held before they go to the spool.
    /// - Throws: `RegisterError` of the register's history, or of the lists of people who are never to be released.
    public init(reader: RegisterReader, spool: any Spool, memoryByteCount: Int = 24 << 20) throws(RegisterError) {
        self.reader = reader
        self.spool = spool
        self.memoryByteCount = memoryByteCount
        file = reader.source.name
        columnCount = reader.declaration.columns.count
        plan = reader.plan
        history = try reader.readHistory()
        neverRelease = try reader.readNeverRelease(history)
        self.reader.handsOutRowsLeftOut = neverRelease != nil
    }

    /// Reads and sorts the register. A second call gives the same answer without reading again.
    public func run() throws(RegisterError) -> RegisterSurvey {
        if let survey { return survey }
        var survey = RegisterSurvey()
        do {
            var rows = PersonSort(spool: spool, memoryByteCount: memoryByteCount)
            try sortRows(into: &rows, &survey)
            let run = try gather(try rows.sorted(), &survey)
            personRun = run
            people = try run.makeReader()
        } catch {
            throw registerError(error)
        }
        if let history { survey.history = history.counts }
        survey.derivations = reader.derivationCounts
        survey.codeShapes = reader.codeShapes
        survey.dateFields = reader.dateFields
        survey.programWords = reader.programWords
        self.survey = survey
        return survey
    }

    /// The next person, or nil after the last. Runs the sort first when that wasn't done.
    public func nextPerson() throws(RegisterError) -> PersonRows? {
        _ = try run()
        do {
            return try people?.next(columnCount: columnCount, plan: plan, history: history)
        } catch {
            throw registerError(error)
        }
    }

    /// Begins again with the first person.
    public func rewind() throws(RegisterError) {
        _ = try run()
        do { people = try personRun?.makeReader() } catch { throw registerError(error) }
    }

    /// Sorts rows by person; those that the owner names people in, first by that name, so that all rows of a person are
    /// judged by the codes in any of them.
    private func sortRows(into rows: inout PersonSort, _ survey: inout RegisterSurvey) throws {
        var named = PersonSort(spool: spool, memoryByteCount: memoryByteCount)
        var namedCount = 0
        var readCount = 0
        while let row = try reader.next() {
            readCount += 1
            if readCount.isMultiple(of: Self.rowsBetweenChecks) { try checkCancellation() }
            switch row {
            case .leftOut: survey.rowsLeftOut += 1
            case .refused(let reason, let quality):
                survey.refused[reason, default: 0] += 1
                survey.count(.failure(reason), quality)
            case .row(let row):
                var head = self.head(of: row)
                if !row.isKept { survey.rowsLeftOut += 1 }
                if row.isOutside {
                    // It puts nobody into the register, but its code can be a listed one of somebody who is in it.
                    guard let identity = head.identity, neverRelease?.listed.contains(identity) ?? false else { continue }
                    head.isMarked = true
                }
                if row.isMarked, let identity = head.identity { try neverRelease?.mark(identity, file: file) }
                if row.isKept {
                    let tally = RowTally(row.code, row.quality)
                    // Of whom a row is, and so whether it counts, is known at the end only.
                    if neverRelease == nil { survey.count(tally) } else { head.tally = tally.encoded }
                }
                if let name = row.localPerson {
                    try named.add(key: name, head, row: row.values)
                    namedCount += 1
                    continue
                }
                if !head.hasCode {
                    guard plan.worksWithoutCode, row.fields.contains(where: { $0 != nil }) else {
                        if !row.isMarked { try refuse(head, head.refusal ?? .missing, &survey) }
                        continue
                    }
                    // The owner's names have no NUL.
                    head.name = [0] + head.fields
                }
                try rows.add(key: head.name, head, row: row.values)
                addedCount += 1
            }
        }
        try gatherNamed(try named.sorted(), count: namedCount, into: &rows, &survey)
    }

    /// Counts a row that nothing becomes of, if it is one that the agreement asks for.
    private func refuse(
        _ head: PersonHead, _ reason: RefusalReason, _ survey: inout RegisterSurvey
    ) throws(RegisterError) {
        guard head.isKept else { return }
        survey.refused[reason, default: 0] += 1
        try count(head, &survey)
    }

    /// Counts a row that was not counted when it was read.
    private func count(_ head: PersonHead, _ survey: inout RegisterSurvey) throws(RegisterError) {
        if head.tally.isEmpty { return }
        guard let tally = RowTally(encoded: head.tally) else { throw RegisterError(.spoolDamaged, file: file) }
        survey.count(tally)
    }

    private func isWithheld(_ head: PersonHead) -> Bool {
        guard let neverRelease else { return false }
        return head.isMarked || head.identity.map(neverRelease.contains) ?? false
    }

    private func head(of row: ReadRow) -> PersonHead {
        let fields = FieldCoding.encode(row.fields)
        switch row.code {
        case .success(let reading):
            let code = history?.current(of: reading.code) ?? reading.code
            var head = PersonHead(
                name: code.person.bytes, hasCode: true, isTemporary: code.codeClass == .temporary, refusal: nil,
                fields: fields)
            (head.isKept, head.isMarked) = (row.isKept, row.isMarked)
            return head
        case .failure(let reason):
            var head = PersonHead(name: [], hasCode: false, refusal: reason, fields: fields)
            (head.isKept, head.isMarked) = (row.isKept, row.isMarked)
            return head
        }
    }

    /// Gives all rows of each person whom the owner names the code that is in any of them. An official code goes before
    /// temporary ones, which people have until they get it. Where rows have different official codes none is used, since
    /// nobody knows which is right.
    private func gatherNamed(
        _ sorted: consuming SortedRecords, count: Int, into rows: inout PersonSort, _ survey: inout RegisterSurvey
    ) throws {
        var recordCount = 0
        var name: [UInt8] = []
        var pending: [(head: PersonHead, row: [UInt8])] = []
        var byteCount = 0

        func close() throws {
            guard !pending.isEmpty else { return }
            // Whoever is named so is never released if anything in any of the rows says it.
            let isWithheld = pending.contains { self.isWithheld($0.head) }
            var codes = Set(pending.filter { $0.head.hasCode && !$0.head.isTemporary }.map(\.head.name))
            if codes.isEmpty { codes = Set(pending.filter(\.head.hasCode).map(\.head.name)) }
            if codes.count > 1, !isWithheld { survey.severalCodes += 1 }
            for (head, row) in pending {
                var head = head
                if isWithheld { head.isMarked = true }
                if let code = codes.first, codes.count == 1 {
                    head.name = code
                    head.hasCode = true
                } else if plan.worksWithoutCode {
                    head.name = name
                    head.hasCode = false
                } else {
                    if !isWithheld {
                        try refuse(head, codes.isEmpty ? head.refusal ?? .missing : .severalCodes, &survey)
                    }
                    continue
                }
                try rows.add(key: head.name, head, encodedRow: row)
                addedCount += 1
            }
            pending.removeAll(keepingCapacity: true)
            byteCount = 0
        }

        while let record = try sorted.next() {
            recordCount += 1
            guard let (key, head, row) = PersonSort.read(record) else { throw RegisterError(.spoolDamaged, file: file) }
            if key != name {
                try close()
                name = key
            }
            byteCount += row.count + head.name.count + head.fields.count + head.tally.count
            try checkSize(rowCount: pending.count + 1, byteCount: byteCount)
            pending.append((head, row))
        }
        try close()
        guard recordCount == count else { throw RegisterError(.spoolDamaged, file: file) }
    }

    /// Writes the sorted rows person by person to one run, so that people are counted before the first is handed out.
    private func gather(_ sorted: consuming SortedRecords, _ survey: inout RegisterSurvey) throws -> PersonRun {
        var writer = try PersonRunWriter(spool: spool)
        var key: [UInt8] = []
        var hasCode = false
        var vote = FieldVote(fieldCount: plan.fields.count)
        var rows: [UInt8] = []
        var rowCount = 0
        var keptCount = 0
        var tallies: [PersonHead] = []
        var isMarked = false
        var recordCount = 0
        var listedCount = 0

        func endPerson() throws {
            guard rowCount > 0 else { return }
            defer {
                rows.removeAll(keepingCapacity: true)
                tallies.removeAll(keepingCapacity: true)
                (rowCount, keptCount, isMarked) = (0, 0, false)
                vote = FieldVote(fieldCount: plan.fields.count)
            }
            let identity = hasCode ? PersonIdentity(bytes: key) : nil
            if let identity, neverRelease?.listed.contains(identity) ?? false { listedCount += 1 }
            let isWithheld = isMarked || identity.map { neverRelease?.contains($0) ?? false } ?? false
            if isWithheld {
                survey.peopleWithheld += 1
                guard plan.withholding == .dummyCell else { return }
                try writer.append(
                    identity: identity, fields: FieldCoding.join(vote.winners), rowCount: 0, rows: [], isWithheld: true)
                return
            }
            try writer.append(
                identity: identity, fields: FieldCoding.join(vote.winners), rowCount: keptCount, rows: rows,
                isWithheld: false)
            for head in tallies { try count(head, &survey) }
            survey.people += 1
            survey.rowsKept += keptCount
            if keptCount == 0 { survey.peopleWithoutRows += 1 }
            if !hasCode { survey.peopleWithoutCode += 1 }
            if let identity, let history, !history.former(of: identity).isEmpty { survey.peopleWithFormerCodes += 1 }
            survey.mostRowsOfPerson = max(survey.mostRowsOfPerson, keptCount)
            survey.mostBytesOfPerson = max(survey.mostBytesOfPerson, rows.count)
        }

        while let record = try sorted.next() {
            recordCount += 1
            if recordCount.isMultiple(of: Self.rowsBetweenChecks) { try checkCancellation() }
            guard let (name, read, row) = PersonSort.read(record) else {
                throw RegisterError(.spoolDamaged, file: file)
            }
            var head = read
            if name != key || head.hasCode != hasCode {
                try endPerson()
                key = name
                hasCode = head.hasCode
            }
            rowCount += 1
            if head.isKept { keptCount += 1 }
            if head.isMarked { isMarked = true }
            try checkSize(rowCount: rowCount, byteCount: rows.count + row.count)
            guard vote.add(head.fields) else { throw RegisterError(.spoolDamaged, file: file) }
            if head.isKept { rows.append(contentsOf: row) }
            if !head.tally.isEmpty {
                (head.name, head.fields) = ([], [])
                tallies.append(head)
            }
        }
        try endPerson()
        guard recordCount == addedCount else { throw RegisterError(.spoolDamaged, file: file) }
        survey.codesListed = neverRelease?.listed.count ?? 0
        survey.codesListedOfNobody = survey.codesListed - listedCount
        return try writer.finish()
    }

    private func checkSize(rowCount: Int, byteCount: Int) throws(RegisterError) {
        if rowCount > Self.maxRowsOfPerson {
            throw RegisterError(.tooManyRowsOfPerson(limit: Self.maxRowsOfPerson), file: file)
        }
        if byteCount > Self.maxBytesOfPerson {
            throw RegisterError(.personTooLarge(byteLimit: Self.maxBytesOfPerson), file: file)
        }
    }

    private func checkCancellation() throws(RegisterError) {
        if Task.isCancelled { throw RegisterError(.cancelled, file: file) }
    }

    private func registerError(_ error: any Error) -> RegisterError {
        switch error {
        case let error as RegisterError: error
        case is PersonRunDamage, ExternalSortError.truncatedRun: RegisterError(.spoolDamaged, file: file)
        case ExternalSortError.recordTooLong:
            RegisterError(.personTooLarge(byteLimit: Self.maxBytesOfPerson), file: file)
        default: RegisterError(.spoolFailed(String(describing: error)), file: file)
        }
    }
}

/// Rows sorted by a keyed hash of what gathers them: hash (32) ‖ u24 key length ‖ key ‖ head ‖ row.
private struct PersonSort {
    private var sorter: ExternalSorter
    private let keyed = RepeatedHMAC(key: SymmetricKey(size: .bits256))
    private var record: [UInt8] = []

    init(spool: any Spool, memoryByteCount: Int) {
        sorter = ExternalSorter(spool: spool, memoryByteCount: memoryByteCount)
    }

    mutating func add(key: [UInt8], _ head: PersonHead, row values: [FieldValue]) throws {
        begin(key, head)
        SortableRow.encode(values, into: &record)
        try sorter.add(record)
    }

    mutating func add(key: [UInt8], _ head: PersonHead, encodedRow: [UInt8]) throws {
        begin(key, head)
        record += encodedRow
        try sorter.add(record)
    }

    private mutating func begin(_ key: [UInt8], _ head: PersonHead) {
        record.removeAll(keepingCapacity: true)
        let code = key.withUnsafeBytes { keyed.code(of: $0) }
        code.withUnsafeBytes { record.append(contentsOf: $0) }
        BigEndian.append(UInt64(key.count), byteCount: 3, to: &record)
        record.append(contentsOf: key)
        head.append(to: &record)
    }

    consuming func sorted() throws -> SortedRecords {
        let sorter = self.sorter
        return try sorter.sorted()
    }

    static func read(_ record: [UInt8]) -> (key: [UInt8], head: PersonHead, row: [UInt8])? {
        var position = 32
        guard record.count > position, let count = BigEndian.value(record, byteCount: 3, at: &position),
            record.count - position >= Int(count)
        else { return nil }
        let key = Array(record[position..<(position + Int(count))])
        position += Int(count)
        guard let head = PersonHead(record, at: &position) else { return nil }
        return (key, head, Array(record[position...]))
    }
}
