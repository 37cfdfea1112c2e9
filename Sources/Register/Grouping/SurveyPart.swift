internal import PSIProtocol

/// What is counted of some rows or people, on one core: see `RegisterSurvey.add`.
struct SurveyPart: Sendable {
    private(set) var codes = SourceSurvey.CodeCounts()
    private(set) var refused: [RefusalReason: Int] = [:]
    private(set) var people = 0
    private(set) var rowsKept = 0
    private(set) var peopleWithoutRows = 0
    private(set) var peopleWithoutCode = 0
    private(set) var peopleWithFormerCodes = 0
    private(set) var mostRowsOfPerson = 0
    private(set) var mostBytesOfPerson = 0
    var peopleWithheld = 0
    /// People, as the owner names them, whose rows have different codes.
    var severalCodes = 0
    /// Codes on the lists of people never to be released that somebody has.
    var codesListed = 0
    private var knownYears: [Int: SourceSurvey.CodeCounts] = [:]
    private var groups: [String: SourceSurvey.CodeCounts] = [:]
    /// In the order in which they were met: which of too many are told apart depends on it.
    private var groupOrder: [String?] = []
    // Apart from the others, since most registers have neither.
    private var withoutYear = SourceSurvey.CodeCounts()
    private var withoutGroup = SourceSurvey.CodeCounts()
    private let mostGroups: Int

    /// - Parameter mostGroups: groups that are told apart, for parts that have no bound of their own.
    init(mostGroups: Int = .max) { self.mostGroups = mostGroups }

    var years: [Int?: SourceSurvey.CodeCounts] {
        var years: [Int?: SourceSurvey.CodeCounts] = [:]
        for (year, codes) in knownYears { years[year] = codes }
        if withoutYear.rows > 0 { years[.none] = withoutYear }
        return years
    }

    var groupsInOrder: [(group: String?, codes: SourceSurvey.CodeCounts)] {
        groupOrder.map { group in (group, group.map { groups[$0] ?? .init() } ?? withoutGroup) }
    }

    mutating func refuse(_ reason: RefusalReason) { refused[reason, default: 0] += 1 }

    /// A code of a column that names people which is not used.
    mutating func refuseRelation(_ reason: RefusalReason) {
        refuse(reason)
        count(.failure(reason), QualityValues())
    }

    /// Adds the refused codes of other rows.
    mutating func add(refusedRelationsOf part: SurveyPart) {
        for (reason, count) in part.refused { refused[reason, default: 0] += count }
        codes.add(part.codes)
    }

    /// A row that is read, of somebody who is not left out.
    mutating func count(_ tally: RowTally) { count(tally.codes, tally.quality) }

    mutating func count(_ code: Result<IdentityReading, RefusalReason>, _ quality: QualityValues) {
        var codes = SourceSurvey.CodeCounts()
        codes.count(code)
        count(codes, quality)
    }

    private mutating func count(_ codes: SourceSurvey.CodeCounts, _ quality: QualityValues) {
        self.codes.add(codes)
        if let year = quality.year {
            knownYears[year, default: .init()].add(codes)
        } else {
            withoutYear.add(codes)
        }
        guard let group = quality.group else {
            if withoutGroup.rows == 0 { groupOrder.append(nil) }
            return withoutGroup.add(codes)
        }
        let name = groups[group] == nil && groups.count >= mostGroups ? SourceSurvey.other : group
        if groups[name]?.add(codes) == nil {
            groups[name] = codes
            groupOrder.append(name)
        }
    }

    /// A person of the register who is not left out.
    ///
    /// - Parameters:
    ///   - rowCount: of rows that are kept, and `byteCount` what they take as `RowCodec` has them.
    mutating func countPerson(hasCode: Bool, hasFormerCodes: Bool, rowCount: Int, byteCount: Int) {
        people += 1
        rowsKept += rowCount
        if rowCount == 0 { peopleWithoutRows += 1 }
        if !hasCode { peopleWithoutCode += 1 }
        if hasFormerCodes { peopleWithFormerCodes += 1 }
        mostRowsOfPerson = max(mostRowsOfPerson, rowCount)
        mostBytesOfPerson = max(mostBytesOfPerson, byteCount)
    }
}
