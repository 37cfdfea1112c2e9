public import Agreement
public import PSIProtocol

/// One pass through a register, from its first row to its last person: what `serve` declares in a round, and what
/// `check` tells the owner before one.
public struct RegisterPass {
    public let declaration: RegisterDeclaration
    public let plan: MatchPlan
    public let source: RegisterSource
    /// What was counted. The whole register is read before anybody is handed out.
    public let survey: RegisterSurvey
    /// The people whom columns of type `person` name, in the columns' order.
    public let related: [RelatedPeople]
    private let grouping: PersonGrouping
    private let values: PersonValues

    /// Bytes of people handed over at once, so that people with many rows don't add up.
    private static let batchByteCount = 512 << 10

    /// Reads and sorts the register.
    ///
    /// - Parameters:
    ///   - declaration: with the stricter of the agreement's and the local policy's caps.
    ///   - workers: split, judge, normalise, sort and gather rows.
    ///   - countsProgramWords: whether words that programs write for a missing value are counted in match fields.
    public init(
        declaration: RegisterDeclaration, plan: MatchPlan, source: RegisterSource, spool: any Spool, workers: Workers,
        countsProgramWords: Bool = false
    ) async throws(RegisterError) {
        self.declaration = declaration
        self.plan = plan
        self.source = source
        values = PersonValues(plan: plan)
        var reader = try RegisterReader(declaration: declaration, source: source, plan: plan)
        reader.countsProgramWords = countsProgramWords
        grouping = try PersonGrouping(reader: reader, spool: spool, workers: workers)
        survey = try await grouping.run()
        related = grouping.related
    }

    /// Why no round may use what was read, the gravest first: what was read cannot be the register that the agreement
    /// is about, or has more people than it allows. Empty if a round may.
    public var objections: [any Error & CustomStringConvertible] {
        var objections: [any Error & CustomStringConvertible] = []
        if let kind = survey.shortfall(of: declaration, plan: plan, source: source) {
            objections.append(RegisterError(kind, file: source.name))
        }
        let itemCount = survey.people + (plan.withholding == .dummyCell ? survey.peopleWithheld : 0)
        if itemCount > declaration.maxPeople {
            objections.append(
                RegisterOverCap(register: declaration.id, people: itemCount, cap: declaration.maxPeople))
        }
        for related in related { objections += related.objections }
        return objections
    }

    /// Up to `most` people as a round wants them; none after the last. Where they are asked for their records, their
    /// match fields are read and their keys made.
    public mutating func next(_ most: Int) async throws -> PeoplePiece {
        guard let block = try await grouping.nextPeople(most, byteCount: Self.batchByteCount) else {
            return PeoplePiece([])
        }
        return PeoplePiece(
            block, decoder: grouping.makeDecoder(), values: values, hasRows: !declaration.columns.isEmpty,
            file: source.name)
    }

    /// Begins again with the first person.
    public mutating func rewind() async throws(RegisterError) { try await grouping.rewind() }
}
