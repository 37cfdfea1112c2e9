import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import Register

/// What match keys are made of., [A-31]
@Suite struct RecipeEvaluatorTests {
    private func values(
        _ text: String, _ person: [NormalisedField?], limit: Int = 4
    ) throws -> [[UInt8]] {
        try RecipeEvaluator(fields: matchFields, profile: .sidos1).values(of: recipe(text), person, limit: limit)
    }

    /// The profile's name, then each part after 0x1F, in which words are separated by 0x20.
    private func bytes(_ parts: String...) -> [UInt8] {
        parts.reduce(into: Array("sidos-1".utf8)) { $0 += [0x1F] + Array($1.utf8) }
    }

    private let person = fields(
        given: "Bertta-Anna Helmi", family: "Petrova Öberg", birth: "13.2.1980", phone: "+358 40-123AB",
        street: "Kuusikuja 5")

    @Test func everyFunctionGivesItsBytes() throws {
        let expected: [(RecipeFunction, String, String)] = [
            (.first, "first(given)", "bertta"), (.last, "last(given)", "helmi"),
            (.sorted, "sorted(given)", "anna bertta helmi"), (.joined, "joined(given)", "berttaannahelmi"),
            (.prefix, "prefix(given, 3)", "ber ann hel"), (.suffix, "suffix(given, 2)", "ta na mi"),
            (.letters, "letters(given)", "abertt aann ehilm"),
            (.phonetic, "phonetic(family)", "petrov oberg"), (.digits, "digits(phone)", "35840123"),
            (.alpha, "alpha(phone)", "ab"), (.any, "any(last(given))", "helmi"),
            (.swap, "swap(last(given), first(family))", "helmi petrova"), (.date, "date(birth)", "19800213"),
            (.certain, "certain(birth)", "19800213"), (.year, "year(birth)", "1980"), (.day, "day(birth)", "13"),
            (.yearMonth, "year_month(birth)", "198002"), (.yearDay, "year_day(birth)", "198013"),
            (.monthDay, "month_day(birth)", "0213"), (.swapDayMonth, "swap_day_month(birth)", "19800213"),
        ]
        #expect(Set(expected.map(\.0)) == Set(RecipeFunction.allCases))
        for (function, text, value) in expected {
            #expect(try values(text, person) == [bytes(value)], "\(function): \(text)")
        }
    }

    @Test func termsFollowEachOtherAndNest() throws {
        #expect(try values("given", person) == [Array("sidos-1\u{1F}bertta anna helmi".utf8)])
        #expect(try values("birth", person) == [bytes("19800213")])
        #expect(
            try values("phonetic(family) + prefix(first(given), 1) + year(birth)", person)
                == [bytes("petrov oberg", "b", "1980")])
        #expect(try values("letters(joined(prefix(given, 2)))", person) == [bytes("abeehn")])
        // A part never runs into the next.
        #expect(
            try values("given + family", fields(given: "Ab", family: "Cd"))
                != values("given + family", fields(given: "Ab Cd", family: "X")))
    }

    @Test(arguments: [
        "given", "family + birth", "birth", "first(given)", "any(given)", "swap(given, street)", "swap(street, given)",
        "street + given", "phonetic(given)", "digits(street)", "alpha(digits(phone))", "digits(alpha(phone))",
        "year(birth)",
    ])
    func aMissingPartMakesItAbsent(text: String) throws {
        #expect(try values(text, fields(family: "Öberg", phone: "12", street: "Kuja")) == [])
        #expect(try values(text, fields()) == [])
    }

    @Test func datesNeedTheirOwnPartsOnly() throws {
        let forms = [
            "birth", "certain(birth)", "year(birth)", "day(birth)", "year_month(birth)", "year_day(birth)",
            "month_day(birth)", "swap_day_month(birth)",
        ]
        let expected: [(String, [String?])] = [
            ("2.11.1980", ["19801102", "19801102", "1980", "02", "198011", "198002", "1102", "19800211"]),
            ("11.2.1980", ["19800211", "19800211", "1980", "11", "198002", "198011", "0211", "19800211"]),
            ("1980-05", [nil, nil, "1980", nil, "198005", nil, nil, nil]),
            ("1980", [nil, nil, "1980", nil, nil, nil, nil, nil]),
            ("0000-05-17", [nil, nil, nil, "17", nil, nil, "0517", nil]),
            ("1.1.1980", ["19800101", nil, "1980", "01", "198001", "198001", "0101", "19800101"]),
            ("1.7.1980", ["19800701", nil, "1980", "01", "198007", "198001", "0701", "19800107"]),
            ("7.1.1980", ["19800107", "19800107", "1980", "07", "198001", "198007", "0107", "19800107"]),
        ]
        for (date, row) in expected {
            for (form, value) in zip(forms, row) {
                #expect(try values(form, fields(birth: date)) == value.map { [bytes($0)] } ?? [], "\(form) of \(date)")
            }
        }
    }

    @Test func anyGivesEachWordInAscendingOrderUpToTheLimit() throws {
        let given = fields(given: "Dora Bea Cecilia Anna Bea", family: "Y Zz")
        let all = ["anna", "bea", "cecilia", "dora"]
        for limit in 1...5 {
            #expect(try values("any(given)", given, limit: limit) == all.prefix(limit).map { bytes($0) })
        }
        #expect(
            try values("any(given) + any(family)", fields(given: "Bea Anna", family: "Zz Yy"))
                == [bytes("anna", "yy"), bytes("anna", "zz"), bytes("bea", "yy"), bytes("bea", "zz")])
        #expect(try values("prefix(any(given), 1)", given) == ["a", "b", "c", "d"].map { bytes($0) })
        // Of more than 256 choices none is better than another.
        let many = (0..<26).map { String(UnicodeScalar(UInt8(97 + $0))) + "x" }.joined(separator: " ")
        let nine = "Aa Bb Cc Dd Ee Ff Gg Hh Ii"
        #expect(try values("any(street) + any(given)", fields(given: nine, street: many)).count == 4)
        #expect(try values("any(street) + any(given)", fields(given: nine + " Jj", street: many)) == [])
    }

    @Test func swapIsSymmetric() throws {
        var generator = SeededGenerator(seed: 61)
        let names = ["Anna", "Anna Maria", "Petrova", "Ivanov", "Öberg", "王", "Fatima az-Zahra", "Li"]
        var distinct: Set<[UInt8]> = []
        for _ in 0..<300 {
            let one = try #require(names.randomElement(using: &generator))
            let two = try #require(names.randomElement(using: &generator))
            for text in ["swap(given, family)", "swap(phonetic(given), phonetic(family))", "swap(any(given), family)"] {
                // Particles and patronymics belong to one kind of name; these names have none.
                let straight = try values(text, fields(given: one, family: two), limit: 8)
                let swapped = try values(text, fields(given: two, family: one), limit: 8)
                #expect(!straight.isEmpty)
                if text != "swap(any(given), family)" {
                    #expect(straight == swapped, "\(text) of \(one), \(two)")
                } else if !one.contains(" "), !two.contains(" ") {
                    #expect(straight == swapped)
                }
                distinct.formUnion(straight)
            }
            #expect(
                try values("swap(given, family)", fields(given: one, family: two))
                    == values("swap(family, given)", fields(given: one, family: two)))
        }
        #expect(distinct.count > 30)
    }

    /// Names that may stand in either's field sound like family names in both. [N-32]
    @Test func swappedNamesSoundLikeFamilyNames() throws {
        for text in [
            "swap(phonetic(given), phonetic(family))", "phonetic(swap(given, family))",
            "swap(first(phonetic(given)), phonetic(family))",
        ] {
            let straight = try values(text, fields(given: "Anna", family: "Petrova"))
            #expect(straight == [bytes("ana petrov")], "\(text)")
            #expect(try values(text, fields(given: "Petrova", family: "Anna")) == straight, "\(text)")
        }
        #expect(try values("phonetic(given)", fields(given: "Petrova")) == [bytes("petrova")])
    }

    @Test func charactersOfOtherScriptsAreWhole() throws {
        let name = fields(given: "王小明", family: "ab王c")
        #expect(try values("prefix(given, 2)", name) == [bytes("王小")])
        #expect(try values("suffix(given, 1)", name) == [bytes("明")])
        #expect(try values("suffix(family, 2)", name) == [bytes("王c")])
        #expect(try values("prefix(given, 16)", name) == [bytes("王小明")])
        // By their bytes: E5 B0 8F, E6 98 8E, E7 8E 8B.
        #expect(try values("letters(given)", name) == [bytes("小明王")])
        #expect(try values("letters(family)", name) == [bytes("abc王")])
        #expect(try values("phonetic(given)", name) == [bytes("王小明")])
    }

    @Test func aFieldThatTheRegisterLacksIsMissing() throws {
        let evaluator = RecipeEvaluator(fields: [matchFields[1]], profile: .sidos1)
        let value = [field("Öberg", .familyName)]
        #expect(evaluator.values(of: try recipe("family"), value, limit: 1) == [bytes("oberg")])
        for text in ["given", "family + given", "swap(family, given)", "family + birth", "any(given)"] {
            #expect(evaluator.values(of: try recipe(text), value, limit: 4) == [], "\(text)")
        }
    }
}
