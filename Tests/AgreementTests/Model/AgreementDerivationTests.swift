import Testing

@testable import Agreement
@testable import PlainWords
@testable import Values

/// Which rows are used, and what is made of columns, as agreements say it.
struct AgreementDerivationTests {
    static let rows = """
            rows:
              people: keep
              where:
                - {column: aloitus, type: date, from: 2009-01-01, until: 2024-12-31}
                - {column: vuosi, type: integer, from: 2009, missing: keep}
                - {column: laji, type: code, in: [A, "01"]}
                - {column: laji, type: code, not_in: [X]}
                - {column: voimassa, type: boolean, is: true}

        """
    static let columns = """
              - {name: start_date, type: code, nullable: true, title: First month, from: Aloitus pvm, coarsen: month}
              - {name: start_year, type: integer, nullable: true, title: First year, from: Aloitus pvm, coarsen: year}
              - {name: service, type: code, nullable: true, title: Kind, from: laji, map: {"01": A, "02": A, B: B},
                 otherwise: missing}
              - {name: other, type: code, title: Kind, map: {a: b}, otherwise: c}
              - {name: strict, type: code, title: Kind, map: {a: b}}
              - {name: income, type: code, title: Income, bands: [0, 10000, 20000.5]}
              - {name: rent, type: code, title: Rent, bands: {limits: [500], labels: [low, high]}}
              - {name: paid, type: decimal, title: Paid, round_to: 100}
              - {name: quarter, type: date, title: Quarter, coarsen: quarter}

        """
    static let old = """
              - {name: start_date, type: date, nullable: true, title: First day, disclosure: as_is}
              - {name: service, type: code, title: Kind of service}

        """

    static let edits: [(String, String)] = [
        ("    max_cells_per_person: 16\n", "    max_cells_per_person: 16\n" + rows), (old, columns),
    ]

    static func parsed(_ more: [(String, String)] = []) throws -> Agreement {
        try AgreementParseTests.parse(edits + more)
    }

    @Test func readsEverything() throws {
        let register = try Self.parsed().registers[0]
        let rows = try #require(register.rows)
        #expect(rows.people == .keep)
        #expect(
            rows.conditions == [
                RowCondition(
                    column: "aloitus",
                    test: .dates(from: CalendarDate(iso: "2009-01-01"), until: CalendarDate(iso: "2024-12-31"))),
                RowCondition(column: "vuosi", test: .integers(from: 2009, until: nil), keepsMissing: true),
                RowCondition(column: "laji", test: .codes(["A", "01"])),
                RowCondition(column: "laji", test: .codesBut(["X"])),
                RowCondition(column: "voimassa", test: .boolean(true)),
            ])
        let columns = register.columns
        #expect(columns.map(\.sourceName).prefix(3) == ["Aloitus pvm", "Aloitus pvm", "laji"])
        #expect(columns[0].derivation == .coarsen(.month) && columns[1].derivation == .coarsen(.year))
        #expect(
            columns[2].derivation
                == .map(CodeMapping(codes: ["01": "A", "02": "A", "B": "B"], otherwise: .missing)))
        #expect(columns[3].derivation == .map(CodeMapping(codes: ["a": "b"], otherwise: .code("c"))))
        #expect(columns[4].derivation == .map(CodeMapping(codes: ["a": "b"])))
        guard case .bands(let bands)? = columns[5].derivation, case .bands(let named)? = columns[6].derivation else {
            Issue.record("no bands")
            return
        }
        #expect(bands.labels == ["under 0", "0 to under 10000", "10000 to under 20000.5", "20000.5 or more"])
        #expect(named.labels == ["low", "high"])
        #expect(columns[7].derivation == .round(to: 100) && columns[8].derivation == .coarsen(.quarter))
    }

    @Test func withoutThemAnAgreementMeansWhatItMeant() throws {
        let agreement = try AgreementSample.parsed()
        #expect(agreement.registers.allSatisfy { $0.rows == nil })
        #expect(agreement.registers.flatMap(\.columns).allSatisfy { $0.derivation == nil && $0.sourceName == $0.name })
        #expect(agreement.minimisation.isEmpty)
    }

    @Test func aDraftSaysThemAgain() throws {
        let agreement = try Self.parsed()
        var draft = AgreementDraft(
            cards: agreement.participants.map { ParticipantCard($0) }, study: agreement.study,
            validFrom: agreement.validFrom, validUntil: agreement.validUntil)
        draft.registers = agreement.registers
        draft.cohorts = agreement.cohorts
        #expect(try Agreement.parse(Array(draft.yaml.utf8)).registers == agreement.registers)
    }

    @Test func signersReadThem() throws {
        let text = AgreementSummary(try Self.parsed()).text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for sentence in [
            "Only rows are used in which aloitus is from 2009-01-01 to 2024-12-31, and vuosi is 2009 or later or "
                + "missing, and laji is 01 or A, and laji is not X, and voimassa is true.",
            "Somebody without such a row is in the register all the same, and belongs to its cohorts without rows.",
            "First month; the month of Aloitus pvm only, as a code such as 2009-07",
            "Kind; one of 2 codes made of laji by a table of 3 codes; others become missing",
            "Income; the band only, one of: under 0; 0 to under 10000; 10000 to under 20000.5; 20000.5 or more",
            "Paid; rounded to the nearest multiple of 100", "Quarter; the quarter only, as the first day of it",
        ] { #expect(text.contains(sentence), "\(sentence)") }
        #expect(try Self.parsed().minimisation.count == 10)
    }

    static let mistakes: [(String, String, String)] = [
        ("coarsen: month", "coarsen: week", "'week' is not allowed here"),
        (
            "type: code, nullable: true, title: First month", "type: text, nullable: true, title: First month",
            "A month is a code such as 2009-07"
        ),
        ("coarsen: month", "coarsen: month, round_to: 5", "A column is made in one way only"),
        ("coarsen: month", "otherwise: missing", "This field belongs to 'map'"),
        (
            "type: integer, nullable: true, title: First year", "type: code, nullable: true, title: First year",
            "A year is a number"
        ),
        ("type: code, nullable: true, title: Kind", "type: code, title: Kind", "Write 'nullable: true'"),
        ("map: {a: b}}", "map: {}}", "A map has 1 to 4096 entries"),
        ("map: {a: b}}", "map: {a: [b]}}", "Write a code here"),
        ("map: {a: b}}", "map: {a: ''}}", "'' is no code"),
        ("map: {a: b}}", "map: [a]}", "the register's codes and what they become"),
        ("title: Kind, map: {a: b}}", "title: Kind, map: {a: b, a: c}}", "there twice"),
        ("bands: [0, 10000, 20000.5]", "bands: []", "Without a limit there is one band only"),
        ("bands: [0, 10000, 20000.5]", "bands: [0, 0.0]", "0.0 does not follow 0"),
        ("bands: [0, 10000, 20000.5]", "bands: [0, -1]", "-1 does not follow 0"),
        ("bands: [0, 10000, 20000.5]", "bands: [1e3]", "'1e3' is no number"),
        ("labels: [low, high]", "labels: [low]", "1 limits make 2 bands"),
        ("labels: [low, high]", "labels: [low, low]", "in the list twice"),
        ("round_to: 100", "round_to: 0", "'0' does not fit"),
        ("type: decimal, title: Paid", "type: code, title: Paid", "What is rounded is a number"),
        (
            "from: 2009-01-01, until: 2024-12-31", "from: 2025-01-01, until: 2024-12-31",
            "The last value is before the first"
        ),
        ("from: 2009-01-01, until: 2024-12-31", "in: [a]", "This field is not for the type date"),
        ("from: 2009-01-01, until: 2024-12-31", "missing: keep", "The condition says nothing yet"),
        ("in: [A, \"01\"]", "in: [A, A]", "'A' is in this list twice"),
        ("in: [A, \"01\"]", "in: []", "This list is empty"),
        ("in: [A, \"01\"]", "in: [A], not_in: [B]", "which says all"),
        ("is: true", "is: yes", "Write true or false"),
        ("people: keep", "people: some", "'some' is not allowed here"),
        ("      people: keep\n", "", "This field is missing"),
    ]

    @Test(arguments: mistakes.indices) func mistakesNameTheirPlace(_ index: Int) throws {
        let (old, new, reason) = Self.mistakes[index]
        do {
            _ = try Self.parsed([(old, new)])
            Issue.record("\(new) was accepted")
        } catch let error as AgreementError {
            #expect(error.description.contains(reason), "\(error)")
            #expect(error.mistakes.allSatisfy { $0.line > 1 && $0.path.hasPrefix("registers[0].") }, "\(error)")
        }
    }

    @Test func rowsThatChangeNothingAreRefused() throws {
        let rows = "    max_people: 80000\n    rows: {people: keep, where: [{column: a, type: boolean, is: true}]}\n"
        #expect(throws: AgreementError.self) { try AgreementParseTests.parse([("    max_people: 80000\n", rows)]) }
        _ = try AgreementParseTests.parse([
            ("    max_people: 80000\n", rows.replacing("people: keep", with: "people: leave_out"))
        ])
    }

    @Test func theCodebookSaysHowAColumnWasMade() throws {
        var column = ColumnDeclaration(name: "a", type: .decimal, nullable: false, title: "A", source: "b")
        #expect(column.derivationText == "the register's column b")
        column.derivation = .round(to: 1_000)
        #expect(column.derivationText == "b rounded to the nearest multiple of 1,000")
        column.source = "a"
        #expect(column.derivationText == "rounded to the nearest multiple of 1,000")
        column.derivation = nil
        #expect(column.derivationText == nil)
    }

    // MARK: Values

    @Test(arguments: [
        (DatePeriod.year, ColumnType.integer, FieldValue.integer(2024)), (.quarter, .code, .code("2024-Q2")),
        (.month, .code, .code("2024-06")), (.year, .date, .date(CalendarDate(iso: "2024-01-01")!)),
        (.quarter, .date, .date(CalendarDate(iso: "2024-04-01")!)),
        (.month, .date, .date(CalendarDate(iso: "2024-06-01")!)),
    ])
    func datesBecomePeriods(_ period: DatePeriod, _ type: ColumnType, _ expected: FieldValue) throws {
        let day = FieldValue.date(try #require(CalendarDate(iso: "2024-06-30")))
        #expect(try ColumnDerivation.coarsen(period).derived(from: day, as: type) == expected)
        #expect(try ColumnDerivation.coarsen(period).derived(from: .null, as: type) == .null)
    }

    @Test func integersAreRoundedAwayFromZero() throws {
        for (number, expected) in [(0, 0), (49, 0), (50, 100), (149, 100), (-49, 0), (-50, -100), (-151, -200)]
            as [(Int64, Int64)]
        {
            #expect(
                try ColumnDerivation.round(to: 100).derived(from: .integer(number), as: .integer) == .integer(expected))
        }
        #expect(throws: DerivationOverflow.self) {
            _ = try ColumnDerivation.round(to: 1000).derived(from: .integer(.max), as: .integer)
        }
        #expect(throws: DerivationOverflow.self) {
            _ = try ColumnDerivation.round(to: 1000).derived(from: .integer(.min), as: .integer)
        }
    }

    @Test func decimalsAreRoundedByTheirDigits() throws {
        let cases: [(String, Int, String)] = [
            ("0", 100, "0"), ("49.99", 100, "0"), ("50", 100, "100"), ("149.99", 100, "100"), ("-50.00", 100, "-100"),
            ("-49.9", 100, "0"), ("0.5", 1, "1"), ("0.49", 1, "0"), ("2.5", 5, "5"), ("2.4999", 5, "0"),
            ("7.49", 5, "5"),
            ("999999999999999999999999999950", 100, "1000000000000000000000000000000"),
            ("1000000000000000000000000000049.9", 100, "1000000000000000000000000000000"), ("1", 1_000_000_000, "0"),
            ("500000000", 1_000_000_000, "1000000000"),
        ]
        for (text, step, expected) in cases {
            #expect(ExactDecimal(text)?.rounded(to: step)?.digits == expected, "\(text)")
        }
        let largest = try #require(ExactDecimal(String(repeating: "9", count: 64)))
        #expect(largest.rounded(to: 10) == nil)
    }

    @Test func decimalsRoundAsIntegersDo() throws {
        var random = SeededNumbers(7)
        for _ in 0..<2_000 {
            let number = Int64.random(in: -1_000_000...1_000_000, using: &random)
            let step = Int.random(in: 1...5_000, using: &random)
            let integer = try ColumnDerivation.round(to: step).derived(from: .integer(number), as: .integer)
            guard case .integer(let rounded)? = integer else {
                Issue.record("no integer")
                return
            }
            #expect(ExactDecimal("\(number)")?.rounded(to: step)?.digits == "\(rounded)", "\(number) to \(step)")
        }
    }

    @Test func decimalsAreInOrder() throws {
        func number(_ text: String) throws -> ExactDecimal { try #require(ExactDecimal(text)) }
        let ascending = try [
            "-100", "-20.5", "-20.05", "-1", "-0.5", "0", "0.05", "0.5", "1", "9", "10", "10.1", "100",
        ].map(number)
        for (index, left) in ascending.enumerated() {
            for (other, right) in ascending.enumerated() { #expect(left.precedes(right) == (index < other)) }
        }
        let (one, same) = (try number("1"), try number("1.00"))
        #expect(!one.precedes(same) && !same.precedes(one))
    }

    @Test func bandsBeginWithTheirLowerLimit() throws {
        let bands = NumberBands(limits: try ["0", "100", "200"].map { try #require(ExactDecimal($0)) })
        let labels = try ["-0.01", "0", "99.99", "100", "199.9", "200", "9999"].map {
            bands.label(of: try #require(ExactDecimal($0)))
        }
        #expect(
            labels == [
                "under 0", "0 to under 100", "0 to under 100", "100 to under 200", "100 to under 200", "200 or more",
                "200 or more",
            ])
    }

    @Test func codesWithoutAnEntryBecomeWhatIsSaid() throws {
        for (otherwise, expected) in [
            (CodeMapping.Otherwise.refused, nil), (.missing, .null), (.code("z"), .code("z")),
        ] as [(CodeMapping.Otherwise, FieldValue?)] {
            let map = ColumnDerivation.map(CodeMapping(codes: ["a": "b"], otherwise: otherwise))
            #expect(try map.derived(from: .code("a"), as: .code) == .code("b"))
            #expect(try map.derived(from: .code("x"), as: .code) == expected)
        }
    }
}

extension AgreementDerivationTests {
    @Test func aPolicyCanWantCoarserDates() throws {
        let agreement = try Self.parsed()
        func refusals(_ columns: String) throws -> [PolicyRefusal] {
            let text = "sidos_policy: 1\nregisters: {omnia_clients: {coarsen: {\(columns)}}}\n"
            return try LocalPolicy.parse(Array(text.utf8)).refusals(for: agreement, participant: "omnia")
        }
        #expect(try refusals("Aloitus pvm: month, quarter: quarter, absent: year") == [])
        #expect(
            try refusals("Aloitus pvm: year, quarter: year")
                == [.coarsening(["start_date", "quarter"], register: "omnia_clients")])
        #expect(try refusals("service: year") == [.coarsening(["service"], register: "omnia_clients")])
        #expect(throws: AgreementError.self) { _ = try refusals("start_date: week") }
        // The register's own name of a column is the same column.
        let text = "sidos_policy: 1\nregisters: {omnia_clients: {coarsen: {alku: year}}}\n"
        let policy = try LocalPolicy.parse(Array(text.utf8))
        #expect(policy.refusals(for: agreement, participant: "omnia") == [])
        let names: [RegisterID: [String: String]] = ["omnia_clients": ["Aloitus pvm": "alku"]]
        #expect(
            policy.refusals(for: agreement, participant: "omnia", columnNames: names)
                == [.coarsening(["start_date"], register: "omnia_clients")])
    }

    @Test("a policy's list of columns is of what is read, whatever it is called in the end")
    func aPolicyListsWhatIsRead() throws {
        let agreement = try Self.parsed()
        let register = try #require(agreement.registers.first { $0.id == "omnia_clients" })
        let released = register.columns.map(\.name)
        func refusals(_ columns: [String]) -> [PolicyRefusal] {
            LocalPolicy(registers: ["omnia_clients": .init(columns: columns)]).refusals(
                for: agreement, participant: "omnia")
        }
        guard case .columns(let others, _)? = refusals(released).first else {
            Issue.record("columns that are made of others are not told")
            return
        }
        #expect(others.contains("Aloitus pvm"))
        let tested = register.rows?.conditions.map(\.column) ?? []
        #expect(
            !tested.isEmpty
                && refusals(released + register.columns.map(\.sourceName)).isEmpty
                    == tested.allSatisfy {
                        (released + register.columns.map(\.sourceName)).contains($0)
                    }
        )
        #expect(refusals(released + register.columns.map(\.sourceName) + tested) == [])
        #expect(
            PolicyRefusal.coarsening(["a", "b"], register: "r").description
                == "The local policy wants dates of r coarser than the agreement has them in: a, b.")
    }
}
