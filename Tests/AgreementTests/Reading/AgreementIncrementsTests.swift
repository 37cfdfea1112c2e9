import Testing

@testable import Agreement
@testable import StrictYAML
@testable import Values

/// How datasets of several rounds are made of a register.
struct AgreementIncrementsTests {
    private static let lasting = ("verification: off", "pseudonyms: study\npseudonym_holders: [omnia, mixer-one]")

    private static func with(_ lines: String, lasts: Bool = true) -> [(String, String)] {
        (lasts ? [lasting] : [])
            + [
                (
                    "    max_people: 3000\n",
                    "    max_people: 3000\n" + lines.split(separator: "\n").map { "    \($0)\n" }.joined()
                )
            ]
    }

    @Test(
        arguments: [
            ("", Increments.replace), ("increments: replace", .replace), ("increments: append", .append(period: nil)),
            ("increments: append\nperiod: service", .append(period: "service")),
        ] as [(String, Increments)])
    func isRead(_ lines: String, _ expected: Increments) throws {
        let agreement = try AgreementParseTests.parse(Self.with(lines))
        #expect(agreement.registers[0].increments == expected)
        #expect(agreement.registers[1].increments == .replace)
    }

    @Test(
        arguments: [
            ("increments: sometimes", "registers[0].increments", "append"),
            ("period: service", "registers[0].period", "Only a register that grows"),
            ("increments: replace\nperiod: service", "registers[0].period", "Only a register that grows"),
            ("increments: append\nperiod: servise", "registers[0].period", "service"),
            ("increments: append\nperiod: start_date", "registers[0].period", "that no row lacks"),
            ("increments: append\nperiod: [service]", "registers[0].period", "Write"),
        ] as [(String, String, String)])
    func mistakes(_ lines: String, _ path: String, _ words: String) throws {
        let error = #expect(throws: AgreementError.self) { try AgreementParseTests.parse(Self.with(lines)) }
        let mistakes = try #require(error?.mistakes)
        #expect(mistakes.count == 1 && mistakes[0].path == path, "\(mistakes)")
        #expect(mistakes[0].reason.contains(words), "\(mistakes[0].reason)")
    }

    @Test func roundsArePutTogetherByPseudonymsThatLast() throws {
        let error = #expect(throws: AgreementError.self) {
            try AgreementParseTests.parse(Self.with("increments: append", lasts: false))
        }
        #expect(error?.mistakes.map(\.path) == ["registers"])
        #expect(error?.mistakes.first?.reason.contains("pseudonyms: study") == true)
        #expect(try AgreementParseTests.parse(Self.with("increments: replace", lasts: false)).registers.count == 2)
    }
}

/// Cohorts of people whose registers are those of several rounds.
struct CohortsOverRoundsTests {
    @Test func samplesAreNotDrawnAnew() throws {
        let cohorts = [
            CohortDeclaration(id: "some", title: "", expression: .sample(.register("a"), count: 1), maxPeople: 9),
            CohortDeclaration(
                id: "rest", title: "", expression: .except(.register("a"), .cohort("some")), maxPeople: 9),
            CohortDeclaration(
                id: "both", title: "", expression: .intersect(.cohort("some"), .register("b")), maxPeople: 9),
        ]
        let compiled = try CompiledCohorts(registers: ["a", "b"], cohorts: cohorts)
        // Drawn or not: who is not drawn is among the rest, whatever a round said of the rest.
        #expect(compiled.overRounds(registers: 0b01, drawn: 0b000) == 0b010)
        #expect(compiled.overRounds(registers: 0b01, drawn: 0b001) == 0b001)
        #expect(compiled.overRounds(registers: 0b01, drawn: 0b011) == 0b001)
        #expect(compiled.overRounds(registers: 0b11, drawn: 0b001) == 0b101)
        #expect(compiled.overRounds(registers: 0b11, drawn: 0b110) == 0b010)
        // Who was drawn stays, also where the register that they were drawn from has them no more.
        #expect(compiled.overRounds(registers: 0b10, drawn: 0b001) == 0b101)
        #expect(compiled.overRounds(registers: 0, drawn: 0) == 0)
    }

    @Test(arguments: 0..<8 as Range<UInt32>)
    func withoutSamplesRegistersDecide(_ registers: UInt32) throws {
        let cohorts = [
            CohortDeclaration(id: "x", title: "", expression: .union(.register("a"), .register("b")), maxPeople: 9),
            CohortDeclaration(id: "y", title: "", expression: .except(.cohort("x"), .register("c")), maxPeople: 9),
        ]
        let compiled = try CompiledCohorts(registers: ["a", "b", "c"], cohorts: cohorts)
        for drawn in 0..<4 as Range<UInt64> {
            #expect(
                compiled.overRounds(registers: registers, drawn: drawn) == compiled.unsampled(registers: registers))
        }
    }
}
