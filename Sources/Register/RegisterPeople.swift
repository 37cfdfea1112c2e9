public import Agreement
public import PSIProtocol
public import Values

/// A register's people as a round wants them: identities to hash, features of tokens, rows encoded.
public struct RegisterPeople: PeopleSource {
    private var pass: RegisterPass
    private let agreement: Agreement
    private let spool: any Spool
    private let workers: Workers
    private var census: KeyCensus
    /// Keys are counted once, when the people are handed out for the last time and somebody is to be told.
    private var isCounting: Bool
    public private(set) var survey: SourceSurvey

    /// Reads and sorts the whole register, and counts it before anybody is handed out.
    ///
    /// - Parameters:
    ///   - today: the day of the round's opening, in UTC.
    ///   - maxPeople: the stricter of agreement and local policy; `maxRelated` of people whom its columns name.
    ///   - workers: split, judge, normalise, sort and gather rows.
    /// - Throws: `RegisterError`, or `RegisterOverCap`.
    public init(
        agreement: Agreement, declaration: RegisterDeclaration, source: RegisterSource, today: CalendarDate?,
        maxPeople: Int, maxRelated: [RegisterID: Int] = [:], spool: any Spool, workers: Workers
    ) async throws {
        if let obstacle = source.obstacle(under: agreement, register: declaration.id) { throw obstacle }
        var declaration = declaration
        for (index, column) in declaration.columns.enumerated() {
            guard let own = maxRelated[declaration.namedID(column.name)], let relation = column.relation else {
                continue
            }
            declaration.columns[index].relation?.maxPeople = min(own, relation.maxPeople ?? declaration.maxPeople)
        }
        declaration.maxPeople = maxPeople
        pass = try await RegisterPass(
            declaration: declaration, plan: MatchPlan(agreement: agreement, register: declaration, today: today),
            source: source, spool: spool, workers: workers)
        if let objection = pass.objections.first { throw objection }
        self.agreement = agreement
        self.spool = spool
        self.workers = workers
        census = KeyCensus(keys: agreement.matchKeys, spool: spool)
        isCounting = agreement.linksInSeveralWays && agreement.release == .rows && agreement.tolerantMatching == nil
        survey = SourceSurvey(pass.survey)
    }

    public mutating func rewind() async throws {
        try await pass.rewind()
        isCounting = agreement.linksInSeveralWays && agreement.release == .rows
        census = KeyCensus(keys: agreement.matchKeys, spool: spool)
    }

    public mutating func next(_ most: Int) async throws -> PeoplePiece {
        guard isCounting else { return try await pass.next(most) }
        let pieces = try await nextPieces(most)
        let hasher = census.hasher
        let made = try await workers.map(pieces.count, grain: 1) { range in
            try pieces[range].map { piece in
                let people = try piece.records()
                return (people, hasher.hashes(of: people.lazy.filter { !$0.isWithheld }.map(\.identities)))
            }
        }.joined()
        for (_, hashes) in made { try census.add(hashes) }
        if pieces.isEmpty {
            survey.keys = try census.counts()
            census = KeyCensus(keys: agreement.matchKeys, spool: spool)
        }
        return PeoplePiece(made.flatMap(\.0))
    }

    /// People whom a column names, as they were kept when the register was read.
    public static func related(
        _ register: RegisterDeclaration, agreement: Agreement, keeper: any RelatedKeeper
    ) -> any PeopleSource {
        RelatedPeopleSource(
            register.id, keeper: keeper, features: agreement.tolerantMatching.map(\.groups.count) ?? 0)
    }

    /// Keeps the people whom the register's columns name, who are declared after it.
    ///
    /// - Parameter cellCap: the stricter of agreement and local policy.
    /// - Throws: `RegisterError` if somebody is named by more rows than agreed; then nothing may be declared.
    public func keepRelated(
        in keeper: any RelatedKeeper, cellCap: (RegisterDeclaration) -> Int = { $0.maxCellsPerPerson }
    ) async throws {
        for related in pass.related {
            let cap = min(related.declaration.maxCellsPerPerson, cellCap(related.declaration))
            try await keep(related, in: keeper, cellCap: cap)
        }
    }

    private func keep(_ related: RelatedPeople, in keeper: any RelatedKeeper, cellCap: Int) async throws {
        var related = related
        var census = KeyCensus(keys: agreement.matchKeys, spool: spool)
        let countsKeys = agreement.linksInSeveralWays && agreement.release == .rows
        var sink = try await keeper.keepRelated(related.declaration.id)
        var most = 0
        while true {
            let people = try related.next(1_024, byteCount: 256 << 10).records()
            if people.isEmpty { break }
            var bytes: [UInt8] = []
            for person in people {
                // Links are random, so they fit one cell as they are or not at all.
                if person.rows.count + 128 > agreement.cellByteCount {
                    most = max(
                        most, try CellSealer.cellCount(ofRows: person.rows, cellByteCount: agreement.cellByteCount))
                }
                if countsKeys { try census.add(person.identities) }
                RelatedRecords.append(person, to: &bytes)
            }
            try await sink.write(bytes)
        }
        guard most <= cellCap else {
            throw RegisterError(
                .tooManyCellsOfNamed(most, limit: cellCap), file: pass.source.name, column: related.column)
        }
        var survey = SourceSurvey(related.survey)
        if countsKeys { survey.keys = try census.counts() }
        try await sink.write(try RelatedRecords.end(survey))
        try await sink.finish()
    }

    /// The next people, in as many pieces as there are cores.
    private mutating func nextPieces(_ most: Int) async throws -> [PeoplePiece] {
        let share = (most + workers.count - 1) / workers.count
        var pieces: [PeoplePiece] = []
        var rest = most
        while rest > 0, pieces.count < workers.count {
            let piece = try await pass.next(min(share, rest))
            if piece.isEmpty { break }
            rest -= piece.count
            pieces.append(piece)
        }
        return pieces
    }
}

extension SourceSurvey {
    init(_ counts: RegisterSurvey) {
        self.init(
            people: counts.people, rowsRead: counts.rowsRead, rowsKept: counts.rowsKept,
            refused: Dictionary(uniqueKeysWithValues: counts.refused.map { ($0.key.rawValue, $0.value) }))
        codes = counts.codes
        history.codes = counts.history.formerCodes
        history.people = counts.peopleWithFormerCodes
        history.conflicts = counts.history.conflicts
        history.cycles = counts.history.cycles
        years = counts.yearBreakdown
        groups = counts.groupBreakdown
    }
}
