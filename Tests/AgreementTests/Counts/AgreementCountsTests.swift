import Testing

@testable import Agreement
@testable import PlainWords
@testable import Values

/// What an agreement may say of noise on counts. [A-70]
struct AgreementCountsTests {
    static let countsOnly: [(String, String)] = [
        ("release: rows\n", "release: none\n"), ("vault_access: whole\n", ""), ("    released_for: [clients]\n", ""),
        (
            """
                columns:
                  - {name: start_date, type: date, nullable: true, title: First day, disclosure: as_is}
                  - {name: service, type: code, title: Kind of service}

            """, ""
        ),
    ]

    static func edits(_ counts: String) -> [(String, String)] {
        countsOnly + [("count_rounding: 10\n", "count_rounding: 10\ncounts: \(counts)\n")]
    }

    static let laplace = "{mechanism: discrete_laplace, epsilon: 0.5, total_epsilon: 1.2}"

    @Test func readsEveryMechanism() throws {
        let laplace = try AgreementParseTests.parse(Self.edits(Self.laplace))
        #expect(
            laplace.counts
                == .noise(
                    CountNoise(
                        kind: .discreteLaplace, epsilon: Billionths(500_000_000),
                        totalEpsilon: Billionths(1_200_000_000))))
        let gaussian = try AgreementParseTests.parse(
            Self.edits("{mechanism: discrete_gaussian, epsilon: 1, delta: 0.000001, total_epsilon: 2.50}"))
        #expect(
            gaussian.counts
                == .noise(
                    CountNoise(
                        kind: .discreteGaussian, epsilon: Billionths(1_000_000_000), deltaPower: 6,
                        totalEpsilon: Billionths(2_500_000_000))))
        #expect(try AgreementParseTests.parse(Self.edits("{mechanism: rounding}")).counts == .rounding)
        #expect(try AgreementSample.parsed().counts == .rounding)
    }

    @Test func saysWhatTheRoundsCost() throws {
        let agreement = try AgreementParseTests.parse(Self.edits(Self.laplace))
        let text = AgreementSummary(agreement).text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("Published counts get noise (discrete_laplace, epsilon 0.5 a round)"))
        #expect(text.contains("that pays for 2 of the 3 rounds"))
        #expect(agreement.cautions.contains { $0.contains("pays for the counts of 2 rounds, not for all 3") })
        let enough = try AgreementParseTests.parse(Self.edits(Self.laplace.replacing("1.2", with: "1.5")))
        #expect(enough.cautions == agreement.cautions.filter { !$0.contains("total_epsilon") })
        #expect(AgreementSummary(enough).text.contains("all 3 rounds cost 1.5"))
    }

    static let mistakes: [(String, [(String, String)], [String])] = [
        ("{epsilon: 1, total_epsilon: 1}", [], ["counts.mechanism", "missing"]),
        ("{mechanism: laplace, epsilon: 1, total_epsilon: 1}", [], ["counts.mechanism", "discrete_laplace"]),
        ("{mechanism: rounding, epsilon: 1}", [], ["counts.epsilon", "Rounding adds no noise"]),
        ("{mechanism: discrete_laplace, epsilon: 0.0001, total_epsilon: 1}", [], ["counts.epsilon", "'0.0001'"]),
        (
            "{mechanism: discrete_laplace, epsilon: 1e-1, total_epsilon: 1}", [],
            ["counts.epsilon", "'1e-1'", "decimal"]
        ),
        ("{mechanism: discrete_laplace, epsilon: .5, total_epsilon: 1}", [], ["counts.epsilon", "'.5'"]),
        ("{mechanism: discrete_laplace, epsilon: 0.1234567891, total_epsilon: 1}", [], ["counts.epsilon", "nine"]),
        ("{mechanism: discrete_laplace, epsilon: 1}", [], ["counts.total_epsilon", "missing"]),
        (
            "{mechanism: discrete_laplace, epsilon: 1, total_epsilon: 0.5}", [],
            ["counts.total_epsilon", "does not pay for one round"]
        ),
        (
            "{mechanism: discrete_laplace, epsilon: 1, delta: 0.0001, total_epsilon: 1}", [],
            ["counts.delta", "no delta"]
        ),
        ("{mechanism: discrete_gaussian, epsilon: 1, total_epsilon: 1}", [], ["counts.delta", "missing"]),
        (
            "{mechanism: discrete_gaussian, epsilon: 1, delta: 0.00002, total_epsilon: 1}", [],
            ["counts.delta", "power of ten"]
        ),
        ("{mechanism: discrete_gaussian, epsilon: 1, delta: 1e-6, total_epsilon: 1}", [], ["counts.delta", "'1e-6'"]),
        (
            laplace, [("expression: omnia_clients", "expression: \"sample(omnia_clients, 20)\"")],
            ["counts", "not for samples"]
        ),
        (
            laplace, [("match_keys: [identity_code]\n", "match_keys: [identity_code, former_code]\n")],
            ["counts", "match_keys: [identity_code]"]
        ),
        (
            "{mechanism: discrete_gaussian, epsilon: 0.001, delta: 0.000000000000001, total_epsilon: 1}", [],
            ["counts", "off by thousands"]
        ),
    ]

    @Test(arguments: mistakes.indices) func blames(_ index: Int) throws {
        let (counts, more, words) = Self.mistakes[index]
        let error = #expect(throws: AgreementError.self) {
            try AgreementParseTests.parse(Self.edits(counts) + more)
        }
        let text = error?.description ?? ""
        for word in words { #expect(text.contains(word), "\(text)") }
    }

    @Test func needsCountsOnly() throws {
        let error = #expect(throws: AgreementError.self) {
            try AgreementParseTests.parse([("count_rounding: 10\n", "count_rounding: 10\ncounts: \(Self.laplace)\n")])
        }
        #expect(error?.description.contains("noise would hide nothing") == true)
    }

    @Test func readsDecimalsExactly() {
        for (text, value) in [
            ("0.5", 500_000_000), ("10", 10_000_000_000), ("0.000000001", 1), ("1.25", 1_250_000_000),
        ] {
            #expect(Billionths(decimal: text)?.value == value)
            #expect(Billionths(value).description == text)
        }
        for text in ["", ".", "1.", ".5", "01", "1,5", "-1", "+1", "1.0000000001", "1000000", "1.2.3", "٣"] {
            #expect(Billionths(decimal: text) == nil, "\(text)")
        }
    }
}
