internal import Agreement

/// Makes the values of match keys from a person's normalised fields. What it gives is secret.
struct RecipeEvaluator {
    private let fields: [MatchField]
    private let profile: NormalisationProfile

    static let partSeparator: UInt8 = 0x1F
    static let wordSeparator: UInt8 = 0x20
    /// Only names of very many parts have more, and no value of such a person is better than another.
    private static let mostCombinations = 256

    init(fields: [MatchField], profile: NormalisationProfile) {
        self.fields = fields
        self.profile = profile
    }

    /// What is hashed for a person: the profile's name, then every term, with 0x1F before each; a term's words with
    /// 0x20 between them.
    ///
    /// - Parameter values: of `fields`, in order; nil where the person has none.
    /// - Returns: at most `limit` values, all different, in ascending order; none if a term is missing.
    func values(of recipe: MatchRecipe, _ values: [NormalisedField?], limit: Int) -> [[UInt8]] {
        var found: [[UInt8]] = [Array(profile.name.utf8)]
        for term in recipe.terms {
            let choices = choices(of: term, values)
            guard !choices.isEmpty else { return [] }
            found = found.flatMap { head in
                choices.map { head + [Self.partSeparator] + $0.joined(separator: [Self.wordSeparator]) }
            }
            if found.count > Self.mostCombinations { return [] }
        }
        return Array(Set(found).sorted { $0.lexicographicallyPrecedes($1) }.prefix(limit))
    }

    /// The word lists that a term can stand for: one, or with `any` one a word; none if it is missing.
    ///
    /// - Parameter isSwapped: whether names of either kind may stand in it, which then sound like family names. [N-32]
    private func choices(
        of term: MatchRecipe.Term, _ values: [NormalisedField?], isSwapped: Bool = false
    ) -> [[[UInt8]]] {
        switch term {
        case .field(let name): return field(name, .date, values)
        case .call(let function, let terms, let count):
            if function.takesDate {
                guard case .field(let name)? = terms.first else { return [] }
                return field(name, function, values)
            }
            let isSwapped = isSwapped || function == .swap
            let inner = terms.map { choices(of: $0, values, isSwapped: isSwapped) }
            guard let first = inner.first else { return [] }
            switch function {
            case .swap:
                guard inner.count == 2, first.count * inner[1].count <= Self.mostCombinations else { return [] }
                return first.flatMap { left in
                    inner[1].map { right in
                        [left, right].sorted { Self.precedes($0, $1) }.map {
                            Array($0.joined(separator: [Self.wordSeparator]))
                        }
                    }
                }
            case .any:
                let words = first.flatMap { $0.map { [$0] } }
                return words.count <= Self.mostCombinations ? words : []
            default:
                let kind = isSwapped ? .familyName : terms.first.flatMap(kind)
                return first.compactMap { words in
                    let made = self.words(function, words, count ?? 0, kind)
                    return made.isEmpty || made.contains(where: \.isEmpty) ? nil : made
                }
            }
        }
    }

    private func words(
        _ function: RecipeFunction, _ words: [[UInt8]], _ count: Int, _ kind: MatchFieldKind?
    ) -> [[UInt8]] {
        switch function {
        case .first: Array(words.prefix(1))
        case .last: Array(words.suffix(1))
        case .sorted: words.sorted { $0.lexicographicallyPrecedes($1) }
        case .joined: [Array(words.joined())]
        case .prefix: words.map { Characters.prefix($0, count) }
        case .suffix: words.map { Characters.suffix($0, count) }
        case .letters: words.map { Array(Characters.split($0).sorted { $0.lexicographicallyPrecedes($1) }.joined()) }
        case .phonetic: words.map { profile.phonetic($0, as: kind ?? .text) }
        case .digits: words.compactMap(profile.digits)
        case .alpha: words.map { $0.filter { !Digits.isDigit($0) } }.filter { !$0.isEmpty }
        case .any, .swap, .date, .certain, .year, .day, .yearMonth, .yearDay, .monthDay, .swapDayMonth: words
        }
    }

    private func field(_ name: String, _ form: RecipeFunction, _ values: [NormalisedField?]) -> [[[UInt8]]] {
        guard let index = fields.firstIndex(where: { $0.name == name }), let value = values[index] else { return [] }
        guard let date = value.date else { return value.words.isEmpty ? [] : [value.words] }
        let digits: [UInt8]? =
            switch form {
            case .year: date.digits(.year)
            case .day: date.digits(.day)
            case .yearMonth: date.digits(.yearMonth)
            case .yearDay: date.digits(.yearDay)
            case .monthDay: date.digits(.monthDay)
            case .swapDayMonth: date.digits(.unorderedDay)
            case .certain: date.isDefaultDay ? nil : date.digits(.date)
            default: date.digits(.date)
            }
        return digits.map { [[$0]] } ?? []
    }

    private func kind(of term: MatchRecipe.Term) -> MatchFieldKind? {
        switch term {
        case .field(let name): fields.first { $0.name == name }?.kind
        case .call(.swap, _, _): .familyName
        case .call(_, let terms, _): terms.first.flatMap(kind)
        }
    }

    private static func precedes(_ left: [[UInt8]], _ right: [[UInt8]]) -> Bool {
        left.joined(separator: [wordSeparator]).lexicographicallyPrecedes(right.joined(separator: [wordSeparator]))
    }
}
