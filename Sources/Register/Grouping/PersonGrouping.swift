internal import Agreement
public import PSIProtocol

/// Gathers each person's rows from all over a register, on all cores, in memory bounded whatever the register's size.
///
/// A person is who has one identity code, by the owner's history the code of today. Rows without a usable code are
/// gathered by the owner's own name for the person, where there is one, and else by their match fields. Rows are sorted
/// by keyed hashes, under a key that is never written down: neither the people's nor the rows' order says anything of
/// the source's, and what the spool holds is in no order of codes. The whole register is read, judged and counted
/// before the first person is handed out, so a mistake in its last row stops it all.
///
/// Whatever the number of cores, the outcome is that of one row after the other: the same counts, and of several
/// mistakes the first.
public final class PersonGrouping {
    /// A person with more rows is refused.
    public static let maxRowsOfPerson = 100_000
    /// A person whose encoded rows take more bytes is refused: 16 MiB.
    public static let maxBytesOfPerson = 16 << 20

    private let plan: MatchPlan
    private let file: String
    private let history: IdentityHistory?
    /// Nil where everybody may be released.
    private var neverRelease: NeverRelease?
    private let spool: any Spool
    private let memoryByteCount: Int
    private let workers: Workers
    private var reader: RegisterReader
    private var survey: RegisterSurvey?
    private var runs: [PersonRun] = []
    /// The people whom columns name, in the columns' order, once the register was read.
    private(set) var related: [RelatedPeople] = []
    private var people: PeopleReader?

    /// Memory for what is read and not yet in a sort; the last batch may exceed it.
    private static let waitingByteCount = 24 << 20
    /// People are written to one run for each so many bytes of rows, up to `mostRuns`.
    private static let runByteCount = 1 << 20
    /// Of parts that are being sorted, on however many cores.
    private static let sortingByteCount = 24 << 20
    private static let mostRuns = 32

    /// - Parameters:
    ///   - memoryByteCount: bytes of rows that each sort holds before they go to the spool, and that each core holds to
    ///     sort a part of them.
    ///   - workers: judge, sort and gather.
    /// - Throws: `RegisterError` of the register's history, or of the lists of people who are never to be released.
    public init(
        reader: RegisterReader, spool: any Spool, memoryByteCount: Int = 24 << 20, workers: Workers = Workers(count: 1)
    ) throws(RegisterError) {
        self.reader = reader
        self.spool = spool
        self.memoryByteCount = memoryByteCount
        self.workers = workers
        plan = reader.plan
        file = reader.source.name
        history = try reader.readHistory()
        neverRelease = try reader.readNeverRelease(history)
        self.reader.judge.handsOutRowsOutside = neverRelease != nil
    }

    /// Reads and sorts the register. A second call gives the same answer without reading again.
    public func run() async throws(RegisterError) -> RegisterSurvey {
        if let survey { return survey }
        do {
            let named = PersonSort(spool: spool, memoryByteCount: memoryByteCount)
            let people = PersonSort(spool: spool, memoryByteCount: memoryByteCount)
            var survey = RegisterSurvey()
            let judge = try await readRows(named, people, &survey)
            try await gatherNamed(named, people, &survey)
            survey.codesListed = neverRelease?.listed.count ?? 0
            survey.codesListedOfNobody += survey.codesListed
            let sorts = RelatedSort.all(of: reader.declaration, spool: spool, memoryByteCount: memoryByteCount)
            var counts = sorts.map { _ in RelationCounts() }
            runs = try await gatherPeople(people, plan, sorts, &survey, &counts)
            related = try await gatherRelated(sorts, counts, judge)
            if let history { survey.history = history.counts }
            survey.rowsLeftOut = judge.rowsLeftOut
            survey.derivations = judge.derivationCounts
            survey.codeShapes = judge.codeShapes
            survey.dateFields = judge.dateFields
            survey.programWords = judge.programWords
            self.people = PeopleReader(runs)
            self.survey = survey
            return survey
        } catch {
            throw registerError(error)
        }
    }

    // MARK: Steps

    /// Gives all rows to the sorts.
    ///
    /// - Returns: what was counted by judging them.
    private func readRows(
        _ named: PersonSort, _ people: PersonSort, _ survey: inout RegisterSurvey
    ) async throws -> RowJudge {
        let gatherer = RowGatherer(
            reader.judge, history: history, neverRelease: neverRelease, named: named, people: people)
        var judge = reader.judge
        var origin = BatchOrigin()
        var waitingByteCounts: [Int] = []
        var waitingByteCount = 0
        try await Pipeline(workers: workers).run {
            waitingByteCount < Self.waitingByteCount
        } read: { () throws -> (any RecordBatch)? in
            guard let batch = try reader.records.nextBatch() else { return nil }
            waitingByteCounts.append(batch.byteCount)
            waitingByteCount += batch.byteCount
            return batch
        } compute: { batch in
            try gatherer.gather(batch)
        } take: { batch in
            waitingByteCount -= waitingByteCounts.removeFirst()
            let unencodable = judge.hasGaps ? nil : batch.unencodable
            for person in batch.marks.prefix(unencodable?.markCount ?? .max) { try neverRelease?.mark(person) }
            if let unencodable { throw unencodable.error }
            survey.add(batch.survey)
            judge.add(countsOf: batch.judge)
            if let failure = batch.failure { throw (failure as? RegisterError)?.moved(by: origin) ?? failure }
            origin.pass(batch.extent)
        }
        try judge.checkGaps()
        return judge
    }

    /// Gives the rows in which the owner names people to the sort by person, each with the code that is in any of the
    /// person's.
    private func gatherNamed(
        _ named: PersonSort, _ people: PersonSort, _ survey: inout RegisterSurvey
    ) async throws {
        let gatherer = NamedGatherer(plan, neverRelease: neverRelease, people: people)
        try await spread(try named.parts().filter { $0.byteCount > 0 }.map { [$0] }) { parts in
            var survey = SurveyPart()
            for part in parts { try gatherer.gather(part, &survey) }
            return survey
        } take: {
            survey.add($0)
        }
    }

    /// Writes the rows person by person, so that people are counted before the first is handed out.
    ///
    /// - Parameter sorts: take the links by which the people's rows name others; `counts` what is counted of them.
    private func gatherPeople(
        _ people: PersonSort, _ plan: MatchPlan, _ sorts: [RelatedSort], _ survey: inout RegisterSurvey,
        _ counts: inout [RelationCounts]
    ) async throws -> [PersonRun] {
        let (history, neverRelease, spool) = (history, neverRelease, spool)
        let parts = try people.parts()
        let byteCount = parts.reduce(0) { $0 + $1.byteCount }
        let runCount = max(1, min(Self.mostRuns, byteCount / Self.runByteCount))
        let size = (parts.count + runCount - 1) / runCount
        let pieces = stride(from: 0, to: parts.count, by: size).map { Array(parts[$0..<min($0 + size, parts.count)]) }
        var runs: [PersonRun] = []
        try await spread(pieces) { parts in
            var gatherer = try PeopleGatherer(
                plan, history: history, neverRelease: neverRelease, related: sorts, spool: spool)
            for part in parts {
                try part.rows { record in
                    guard let row = RowView(record) else { throw SpoolDamage() }
                    try gatherer.add(row)
                }
            }
            return try gatherer.finish()
        } take: { gathered in
            runs.append(gathered.run)
            survey.add(gathered.survey)
            for (index, part) in gathered.relations.enumerated() {
                counts[index].survey.add(refusedRelationsOf: part.survey)
                counts[index].themselves += part.themselves
            }
        }
        return runs
    }

    /// Gathers by the people whom columns name the links that name them. Who is never released is left out.
    private func gatherRelated(
        _ sorts: [RelatedSort], _ counts: [RelationCounts], _ judge: RowJudge
    ) async throws -> [RelatedPeople] {
        var related: [RelatedPeople] = []
        for (index, sort) in sorts.enumerated() {
            var survey = RegisterSurvey()
            survey.add(counts[index].survey)
            survey.codeShapes = judge.relationShapes[index]
            survey.codesListed = neverRelease?.listed.count ?? 0
            survey.codesListedOfNobody = survey.codesListed
            let plan = plan.related(to: sort.declaration)
            let runs: [PersonRun]
            var none: [RelationCounts] = []
            do { runs = try await gatherPeople(sort.people, plan, [], &survey, &none) } catch RegisterError.Kind
                .tooManyRowsOfPerson(let limit)
            {
                throw RegisterError(.tooManyRowsNamePerson(limit: limit), file: file, column: sort.column)
            }
            related.append(
                RelatedPeople(
                    sort.declaration, survey: survey, themselves: counts[index].themselves, plan: plan,
                    decoder: PeopleDecoder(plan: plan, history: history), file: file, runs: runs))
        }
        return related
    }

    /// Works at pieces on all cores, as many at once as there is memory for, and takes the results in order.
    private func spread<Output: Sendable>(
        _ pieces: [[SortPart]], compute: @escaping @Sendable ([SortPart]) throws -> Output,
        take: (Output) throws -> Void
    ) async throws {
        // A piece's parts are sorted one after the other, each in no more memory than a sort may take.
        let memory = pieces.map { parts in min(parts.map(\.byteCount).max() ?? 0, memoryByteCount) }
        var (next, taken, underWay) = (0, 0, 0)
        try await Pipeline(workers: workers).run {
            underWay < Self.sortingByteCount
        } read: { () -> [SortPart]? in
            guard next < pieces.count else { return nil }
            underWay += memory[next]
            next += 1
            return pieces[next - 1]
        } compute: {
            try compute($0)
        } take: {
            underWay -= memory[taken]
            taken += 1
            try take($0)
        }
    }

    // MARK: People

    /// What the rows are encoded by.
    var columns: [ColumnDeclaration] { reader.declaration.columns }

    /// Up to `most` of the next people, in about `byteCount` bytes; nil after the last. Reads the register first when
    /// that wasn't done.
    func nextPeople(_ most: Int, byteCount: Int) async throws(RegisterError) -> PeopleBlock? {
        _ = try await run()
        do { return try people?.next(most, byteCount: byteCount) } catch { throw registerError(error) }
    }

    /// What makes people of such a block, on any core.
    func makeDecoder() -> PeopleDecoder { PeopleDecoder(plan: plan, history: history) }

    /// Begins again with the first person.
    public func rewind() async throws(RegisterError) {
        _ = try await run()
        people = PeopleReader(runs)
    }

    func registerError(_ error: any Error) -> RegisterError {
        switch error {
        case let error as RegisterError: error
        case let kind as RegisterError.Kind: RegisterError(kind, file: file)
        case is CancellationError: RegisterError(.cancelled, file: file)
        case is SpoolDamage, ExternalSortError.truncatedRun: RegisterError(.spoolDamaged, file: file)
        case ExternalSortError.recordTooLong:
            RegisterError(.personTooLarge(byteLimit: Self.maxBytesOfPerson), file: file)
        case RowCodecError.valueDoesNotFit(let name):
            RegisterError(
                .wrongType(expected: columns.first { $0.name == name }?.type ?? .text), file: file,
                column: name)
        default: RegisterError(.spoolFailed(String(describing: error)), file: file)
        }
    }
}
