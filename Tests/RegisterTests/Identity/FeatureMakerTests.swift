import PSIProtocol
import Testing

@testable import Agreement
@testable import Register

/// What tokens are made of.
@Suite struct FeatureMakerTests {
    private func features(_ features: MatchFeature..., of person: [NormalisedField?]) -> Set<[UInt8]> {
        let groups = [FeatureGroup(name: "g", features: features)]
        let made = FeatureMaker(fields: matchFields, groups: groups).features(of: person)
        #expect(made.count == 1 && Set(made[0]).count == made[0].count, "each once")
        return Set(made[0])
    }

    /// Number of the copy ‖ name space ‖ 0x1F ‖ form ‖ 0x1F ‖ what was taken.
    private func bytes(_ space: String, _ form: FeatureForm, _ taken: [String], copies: Int = 1) -> Set<[UInt8]> {
        Set(
            taken.flatMap { text in
                (0..<copies).map { [UInt8($0)] + Array("\(space)\u{1F}\(form.rawValue)\u{1F}\(text)".utf8) }
            })
    }

    private let person = fields(
        given: "Anna Li", family: "王a", birth: "2.11.1980", phone: "040", street: "Kuja 5")

    @Test func everyFormTakesItsParts() {
        let cases: [(field: String, form: FeatureForm, space: String, taken: [String])] = [
            ("given", .bigrams, "names", ["\u{1E}a", "an", "nn", "na", "a\u{1E}", "\u{1E}l", "li", "i\u{1E}"]),
            ("given", .trigrams, "names", ["\u{1E}an", "ann", "nna", "na\u{1E}", "\u{1E}li", "li\u{1E}"]),
            ("given", .words, "names", ["anna", "li"]), ("given", .whole, "names", ["anna li"]),
            ("given", .positions, "names", ["\u{0}a", "\u{1}n", "\u{2}n", "\u{3}a", "\u{4}l", "\u{5}i"]),
            ("family", .bigrams, "names", ["\u{1E}王", "王a", "a\u{1E}"]),
            ("family", .trigrams, "names", ["\u{1E}王a", "王a\u{1E}"]),
            ("family", .positions, "names", ["\u{0}王", "\u{1}a"]),
            ("phone", .positions, "field phone", ["\u{0}0", "\u{1}4", "\u{2}0"]),
            ("phone", .whole, "field phone", ["040"]), ("street", .words, "field street", ["kj", "5"]),
            ("street", .trigrams, "field street", ["\u{1E}kj", "kj\u{1E}", "\u{1E}5\u{1E}"]),
            ("birth", .parts, "field birth", ["d2", "m11", "y1980"]),
            ("birth", .pairs, "field birth", ["d2m11", "m11y1980", "d2y1980"]),
            ("birth", .digits, "field birth", ["y01", "y19", "y28", "y30", "m01", "m11", "d00", "d12"]),
            ("birth", .swapped, "field birth", ["2", "11", "y1980"]),
        ]
        #expect(Set(cases.map(\.form)) == Set(FeatureForm.allCases))
        for (field, form, space, taken) in cases {
            #expect(
                features(MatchFeature(field: field, form: form), of: person) == bytes(space, form, taken),
                "\(form) of \(field)")
            #expect(
                features(MatchFeature(field: field, form: form, weight: 3), of: person)
                    == bytes(space, form, taken, copies: 3), "\(form) of \(field), three times")
        }
    }

    @Test func unknownPartsOfADateGiveNothing() {
        let cases: [(String, FeatureForm, [String])] = [
            ("1980", .parts, ["y1980"]), ("1980", .pairs, []), ("1980", .swapped, ["y1980"]),
            ("1980", .digits, ["y01", "y19", "y28", "y30"]), ("1980-05", .pairs, ["m5y1980"]),
            ("0000-05-17", .pairs, ["d17m5"]), ("0000-05-17", .swapped, ["5", "17"]),
            ("5.5.1980", .swapped, ["5", "y1980"]),
        ]
        for (date, form, taken) in cases {
            #expect(
                features(MatchFeature(field: "birth", form: form), of: fields(birth: date))
                    == bytes("field birth", form, taken), "\(form) of \(date)")
        }
        #expect(
            features(MatchFeature(field: "birth", form: .swapped), of: fields(birth: "2.11.1980"))
                == features(MatchFeature(field: "birth", form: .swapped), of: fields(birth: "11.2.1980")))
    }

    @Test func namesShareTheirFeaturesWhicheverFieldTheyAreIn() {
        let both = [MatchFeature(field: "given", form: .bigrams), MatchFeature(field: "family", form: .bigrams)]
        let maker = FeatureMaker(fields: matchFields, groups: [FeatureGroup(name: "names", features: both)])
        let straight = maker.features(of: fields(given: "Anna", family: "Öberg"))
        let swapped = maker.features(of: fields(given: "Öberg", family: "Anna"))
        #expect(straight.map(Set.init) == swapped.map(Set.init) && straight[0].count == 11)
        // Other fields have a space of their own, and so has every form.
        let text = fields(given: "anna", street: "anna")
        #expect(
            features(MatchFeature(field: "given", form: .words), of: text)
                .isDisjoint(with: features(MatchFeature(field: "street", form: .words), of: text)))
        #expect(
            features(MatchFeature(field: "given", form: .words), of: text)
                .isDisjoint(with: features(MatchFeature(field: "given", form: .whole), of: text)))
    }

    @Test func missingFieldsGiveNothing() {
        for form in FeatureForm.allCases {
            let field = form.takesDate ? "birth" : "given"
            #expect(features(MatchFeature(field: field, form: form, weight: 8), of: fields(street: "x y")) == [])
        }
        let groups = [
            FeatureGroup(name: "a", features: [MatchFeature(field: "given", form: .words)]),
            FeatureGroup(name: "b", features: [MatchFeature(field: "family", form: .words)]),
        ]
        let maker = FeatureMaker(fields: [matchFields[1]], groups: groups)
        #expect(maker.features(of: [field("Öberg", .familyName)]).map(\.count) == [0, 1], "a field it lacks")
        // Of one group, copies of a lower weight are among those of a higher one.
        let name = MatchFeature(field: "given", form: .words)
        #expect(
            features(name, MatchFeature(field: "given", form: .words, weight: 2), of: fields(given: "Anna"))
                == bytes("names", .words, ["anna"], copies: 2))
    }
}
