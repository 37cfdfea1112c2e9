internal import Agreement

/// Normalises a register's match fields, and counts what of them can be read.
struct MatchFieldReader {
    /// Whether it is counted which words of programs for a missing value are read as if they were none.
    var countsProgramWords = false
    private let fields: [MatchField]
    private let profile: NormalisationProfile
    private(set) var dates: [DateFieldCount]
    private(set) var programWords: [String: [String: Int]] = [:]

    init(_ plan: MatchPlan) {
        fields = plan.fields
        profile = plan.profile
        dates = fields.filter { $0.kind == .date }.map { DateFieldCount(name: $0.name) }
    }

    /// - Parameters:
    ///   - source: what a row has. Secret, as is the result.
    ///   - index: which of the plan's fields it is.
    mutating func normalised(_ source: SourceField, as index: Int) -> NormalisedField? {
        guard let text = source.written else { return nil }
        let field = fields[index]
        let normal = profile.normalise(text, as: field.kind, dates: field.dates)
        if field.kind == .date {
            if normal != nil || !profile.isMissingText(text),
                let count = dates.firstIndex(where: { $0.name == field.name })
            {
                dates[count].present += 1
                if normal != nil { dates[count].readable += 1 }
            }
        } else if countsProgramWords, normal != nil, let word = MissingText.programWord(text) {
            programWords[field.name, default: [:]][word, default: 0] += 1
        }
        return normal
    }

    /// Adds what was counted of other rows.
    mutating func add(countsOf part: MatchFieldReader) {
        for index in dates.indices {
            dates[index].present += part.dates[index].present
            dates[index].readable += part.dates[index].readable
        }
        for (field, words) in part.programWords {
            for (word, count) in words { programWords[field, default: [:]][word, default: 0] += count }
        }
    }
}
