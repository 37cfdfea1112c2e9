internal import Agreement

/// What tokens are made of: of each feature group, what a person's normalised fields have. Secret.
struct FeatureMaker {
    private let fields: [MatchField]
    private let groups: [FeatureGroup]

    /// Begins and ends a word among its pairs and triples of characters.
    private static let mark: [UInt8] = [0x1E]

    init(fields: [MatchField], groups: [FeatureGroup]) {
        self.fields = fields
        self.groups = groups
    }

    /// - Parameter values: of `fields`, in order; nil where the person has none.
    /// - Returns: of each group, the features, each once: weight's number ‖ name space ‖ 0x1F ‖ what was taken.
    func features(of values: [NormalisedField?]) -> [[[UInt8]]] {
        groups.map { group in
            var found: Set<[UInt8]> = []
            for feature in group.features {
                guard let index = fields.firstIndex(where: { $0.name == feature.field }), let value = values[index]
                else {
                    continue
                }
                let space = Array(Self.nameSpace(of: fields[index]).utf8) + [RecipeEvaluator.partSeparator]
                for taken in Self.taken(feature.form, value) {
                    for copy in 0..<feature.weight { found.insert([UInt8(copy)] + space + taken) }
                }
            }
            return Array(found)
        }
    }

    /// Names of all kinds are compared with each other, since given and family names come in either's field.
    private static func nameSpace(of field: MatchField) -> String {
        switch field.kind {
        case .givenNames, .familyName: "names"
        case .date, .code, .text: "field " + field.name
        }
    }

    private static func taken(_ form: FeatureForm, _ value: NormalisedField) -> [[UInt8]] {
        let label = Array(form.rawValue.utf8) + [RecipeEvaluator.partSeparator]
        return form.takesDate
            ? value.date.map { dateFeatures(form, $0).map { label + $0 } } ?? []
            : wordFeatures(form, value.words).map { label + $0 }
    }

    private static func wordFeatures(_ form: FeatureForm, _ words: [[UInt8]]) -> [[UInt8]] {
        switch form {
        case .bigrams: words.flatMap { grams($0, 2) }
        case .trigrams: words.flatMap { grams($0, 3) }
        case .words: words
        case .whole: words.isEmpty ? [] : [Array(words.joined(separator: [RecipeEvaluator.wordSeparator]))]
        case .positions:
            Characters.split(Array(words.joined())).enumerated().map { [UInt8(clamping: $0)] + $1 }
        case .parts, .pairs, .digits, .swapped: []
        }
    }

    private static func grams(_ word: [UInt8], _ length: Int) -> [[UInt8]] {
        let characters = [mark] + Characters.split(word) + [mark]
        return (0...(characters.count - length)).map { Array(characters[$0..<($0 + length)].joined()) }
    }

    private static func dateFeatures(_ form: FeatureForm, _ date: DateParts) -> [[UInt8]] {
        let day = date.day.map { Array("d\($0)".utf8) }
        let month = date.month.map { Array("m\($0)".utf8) }
        let year = date.year.map { Array("y\($0)".utf8) }
        switch form {
        case .parts: return [day, month, year].compactMap { $0 }
        case .pairs:
            return [(day, month), (month, year), (day, year)].compactMap { first, second in
                first.flatMap { first in second.map { first + $0 } }
            }
        case .swapped:
            let numbers = [date.day, date.month].compactMap { $0 }.map { Array("\($0)".utf8) }
            return numbers + [year].compactMap { $0 }
        case .digits:
            var features: [[UInt8]] = []
            for (label, number, width) in [("y", date.year, 4), ("m", date.month, 2), ("d", date.day, 2)] {
                guard var rest = number else { continue }
                for position in (0..<width).reversed() {
                    features.append(Array("\(label)\(position)\(rest % 10)".utf8))
                    rest /= 10
                }
            }
            return features
        case .bigrams, .trigrams, .words, .positions, .whole: return []
        }
    }
}
