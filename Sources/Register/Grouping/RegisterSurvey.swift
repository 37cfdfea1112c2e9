public import PSIProtocol

/// What a register holds, in numbers. They stay with its owner until the agreement's caps have been checked.
///
/// Neither rows that the agreement leaves out nor people who are never to be released count, but in the numbers that
/// say so: of what is told of a register, it is as if they were not there.
public struct RegisterSurvey: Sendable, Equatable {
    public var rowsRead = 0
    /// Rows that the agreement's `rows` leave out. For the owner only, as are all numbers down to `peopleWithoutRows`.
    public var rowsLeftOut = 0
    /// People who are never to be released, by a list or a mark.
    public var peopleWithheld = 0
    /// Codes on the lists, and those among them that nobody in the register has.
    public var codesListed = 0
    public var codesListedOfNobody = 0
    public var derivations: [DerivationCounts] = []
    /// People none of whose rows is kept, and who are in the register all the same.
    public var peopleWithoutRows = 0
    /// Rows of people who may be recognised.
    public var rowsKept = 0
    /// Rows left out, by reason; without reasons that didn't occur.
    public var refused: [RefusalReason: Int] = [:]
    public var people = 0
    /// People among them who have no usable code.
    public var peopleWithoutCode = 0
    /// People whom the owner's history knows former codes of.
    public var peopleWithFormerCodes = 0
    /// People, as the owner names them, whose rows have different codes.
    public var severalCodes = 0
    /// The largest number of rows that one person has; 0 when there is nobody.
    public var mostRowsOfPerson = 0
    /// The largest number of bytes that one person's rows take as `RowCodec` has them.
    public var mostBytesOfPerson = 0
    public var history = IdentityHistory.Counts()
    /// What codes look like that are not used. Stays with the register's owner.
    public var codeShapes = CodeShapes()
    /// Of match fields that are dates.
    public var dateFields: [DateFieldCount] = []
    /// Words that stand for a missing value in programs and are read as names or texts here, by match field.
    public var programWords: [String: [String: Int]] = [:]
    /// Rows by what their code is, kept or not.
    public var codes = SourceSurvey.CodeCounts()
    private(set) var years: [Int?: SourceSurvey.CodeCounts] = [:]
    private(set) var groups: [String?: SourceSurvey.CodeCounts] = [:]

    /// Groups that are counted; more are no groups, and their rows count as `other`.
    static let mostGroups = 4_096
    /// Bytes of a group's value; a longer one is no group's.
    private static let groupByteLimit = 64
    private static let other = SourceSurvey.other

    public init() {}

    public var rowsRefused: Int { refused.values.reduce(0, +) }

    /// Adds what was counted of rows and people that follow.
    mutating func add(_ part: SurveyPart) {
        rowsRead += part.codes.rows
        codes.add(part.codes)
        for (reason, count) in part.refused { refused[reason, default: 0] += count }
        for (year, codes) in part.years { years[year, default: .init()].add(codes) }
        for (group, codes) in part.groupsInOrder {
            let isOther =
                group.map {
                    $0.utf8.count > Self.groupByteLimit || (groups[$0] == nil && groups.count >= Self.mostGroups)
                        || $0.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
                } ?? false
            groups[isOther ? Self.other : group, default: .init()].add(codes)
        }
        people += part.people
        rowsKept += part.rowsKept
        peopleWithoutRows += part.peopleWithoutRows
        peopleWithoutCode += part.peopleWithoutCode
        peopleWithFormerCodes += part.peopleWithFormerCodes
        peopleWithheld += part.peopleWithheld
        severalCodes += part.severalCodes
        codesListedOfNobody -= part.codesListed
        mostRowsOfPerson = max(mostRowsOfPerson, part.mostRowsOfPerson)
        mostBytesOfPerson = max(mostBytesOfPerson, part.mostBytesOfPerson)
    }

    /// Rows by year, the latest years told apart; empty if no row has one.
    public var yearBreakdown: [SourceSurvey.Breakdown] {
        let known = years.keys.compactMap { $0 }.sorted()
        guard !known.isEmpty else { return [] }
        let shown = known.suffix(SourceSurvey.mostYears)
        let earlier = known.dropLast(shown.count).compactMap { years[$0] }
        return Self.breakdown(
            shown.compactMap { year in years[year].map { SourceSurvey.Breakdown(value: String(year), codes: $0) } },
            earlier,
            years[.none])
    }

    /// Rows by group, the largest told apart; empty if no row has one.
    public var groupBreakdown: [SourceSurvey.Breakdown] {
        let known = groups.compactMap { value, codes in
            value.flatMap { $0 == Self.other ? nil : SourceSurvey.Breakdown(value: $0, codes: codes) }
        }.sorted { ($1.codes.rows, $0.value) < ($0.codes.rows, $1.value) }
        guard !known.isEmpty || groups[Self.other] != nil else { return [] }
        let rest = known.dropFirst(SourceSurvey.mostGroups).map(\.codes) + [groups[Self.other]].compactMap { $0 }
        return Self.breakdown(Array(known.prefix(SourceSurvey.mostGroups)), rest, groups[.none])
    }

    private static func breakdown(
        _ shown: [SourceSurvey.Breakdown], _ others: [SourceSurvey.CodeCounts], _ none: SourceSurvey.CodeCounts?
    ) -> [SourceSurvey.Breakdown] {
        var breakdown = shown
        if !others.isEmpty {
            breakdown.append(SourceSurvey.Breakdown(value: other, codes: others.reduce(into: .init()) { $0.add($1) }))
        }
        if let none { breakdown.append(SourceSurvey.Breakdown(value: "", codes: none)) }
        return breakdown
    }
}
