public import Agreement
public import PSIProtocol
public import Values

/// A register's people as a round wants them: identities to hash, features of tokens, rows encoded.
public struct RegisterPeople: PeopleSource {
    private let grouping: PersonGrouping
    private let values: PersonValues
    private let releasesNothing: Bool
    private let agreement: Agreement
    private let spool: any Spool
    private let workers: Workers
    private var census: KeyCensus
    /// Keys are counted once, when the people are handed out for the last time and somebody is to be told.
    private var isCounting: Bool
    public private(set) var survey: SourceSurvey

    /// Bytes of rows handed over at once, so that people with many rows don't add up.
    private static let batchByteCount = 8 << 20

    /// Reads and sorts the whole register, and counts it before anybody is handed out.
    ///
    /// - Parameters:
    ///   - today: the day of the round's opening, in UTC.
    ///   - maxPeople: the stricter of agreement and local policy.
    ///   - workers: normalise and compute keys.
    public init(
        agreement: Agreement, declaration: RegisterDeclaration, source: RegisterSource, today: CalendarDate?,
        maxPeople: Int, spool: any Spool, workers: Workers
    ) throws {
        let plan = MatchPlan(agreement: agreement, register: declaration, today: today)
        let reader = try RegisterReader(declaration: declaration, source: source, plan: plan)
        self.agreement = agreement
        self.spool = spool
        self.workers = workers
        grouping = try PersonGrouping(reader: reader, spool: spool)
        values = PersonValues(plan: plan)
        releasesNothing = declaration.columns.isEmpty
        census = KeyCensus(keys: agreement.matchKeys, spool: spool)
        isCounting = agreement.linksInSeveralWays && agreement.release == .rows && agreement.tolerantMatching == nil
        if let obstacle = source.obstacle(under: agreement, register: declaration.id) { throw obstacle }
        let counts = try grouping.run()
        if let kind = counts.shortfall(of: declaration, plan: plan, source: source) {
            throw RegisterError(kind, file: source.name)
        }
        let itemCount = counts.people + (plan.withholding == .dummyCell ? counts.peopleWithheld : 0)
        guard itemCount <= maxPeople else {
            throw RegisterOverCap(register: declaration.id, people: itemCount, cap: maxPeople)
        }
        survey = SourceSurvey(counts)
    }

    public mutating func rewind() async throws {
        try grouping.rewind()
        isCounting = agreement.linksInSeveralWays && agreement.release == .rows
        census = KeyCensus(keys: agreement.matchKeys, spool: spool)
    }

    public mutating func next(_ most: Int) async throws -> [PersonRecord] {
        var found: [PersonRows] = []
        var byteCount = 0
        while found.count < most, byteCount < Self.batchByteCount, let person = try grouping.nextPerson() {
            byteCount += person.rows.count
            found.append(person)
        }
        let (values, releasesNothing, batch) = (values, releasesNothing, found)
        let people = try await workers.map(batch.count) { range in
            batch[range].map { person in
                PersonRecord(
                    identities: values.identities(of: person), features: values.features(of: person),
                    rows: person.rows, rowCount: releasesNothing ? 0 : person.rowCount, isWithheld: person.isWithheld)
            }
        }.flatMap { $0 }
        if isCounting { for person in people where !person.isWithheld { try census.add(person.identities) } }
        if people.isEmpty, isCounting {
            survey.keys = try census.counts()
            census = KeyCensus(keys: agreement.matchKeys, spool: spool)
        }
        return people
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
