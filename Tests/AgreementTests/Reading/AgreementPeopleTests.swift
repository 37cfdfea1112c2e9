import Testing

@testable import Agreement
@testable import StrictYAML

/// Registers of up to two billion people.
struct AgreementPeopleTests {
    private static func with(_ left: Int, _ right: Int, _ more: [(String, String)] = []) throws -> Agreement {
        try AgreementParseTests.parse(
            [
                ("    max_people: 3000\n", "    max_people: \(left)\n"),
                ("    max_people: 80000\n", "    max_people: \(right)\n"),
            ] + more)
    }

    @Test func areAllowedWhereOneKeyLinks() throws {
        let agreement = try Self.with(2_000_000_000, 2_000_000_000)
        #expect(agreement.registers.map(\.maxPeople) == [2_000_000_000, 2_000_000_000])
        #expect(throws: AgreementError.self) { try Self.with(2_000_000_001, 1) }
    }

    @Test(arguments: [
        ("verification: off", "verification: full")
    ])
    func areBoundedTogetherWhereItemsAreNumberedThrough(_ edit: (String, String)) throws {
        let agreement = try Self.with(1_600_000_000, 1_600_000_000, [edit])
        #expect(agreement.registers.count == 2)
        let error = #expect(throws: AgreementError.self) { try Self.with(1_600_000_000, 1_600_000_001, [edit]) }
        let mistakes = try #require(error?.mistakes)
        #expect(mistakes.map(\.path) == ["registers"])
        #expect(mistakes.first?.reason.contains("3200000000") == true)
    }
}
