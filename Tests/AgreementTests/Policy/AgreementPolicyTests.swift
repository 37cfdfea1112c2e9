import Testing

@testable import Agreement
@testable import Values

struct AgreementPolicyTests {
    static let yaml = """
        sidos_policy: 1
        studies: [skills-study]          # omitted: any
        release: rows
        registers:
          residents: {columns: [], max_people: 70000, max_cells_per_person: 16}
          other: {}
        suites: [ristretto255-SHA512]
        rounds_allowed: 2
        smallest_cell: 5
        max_released_people: 5000
        padding: padme
        verification: off
        vault_access: whole
        match_fields: [family, birth]
        tolerant_matching: off
        k: 5
        epsilon: 0.5

        """

    static func parse(_ yaml: String) throws -> LocalPolicy { try LocalPolicy.parse(Array(yaml.utf8)) }

    @Test func readsEveryField() throws {
        #expect(
            try Self.parse(Self.yaml)
                == LocalPolicy(
                    studies: ["skills-study"], release: .rows,
                    registers: [
                        "residents": .init(columns: [], maxPeople: 70000, maxCellsPerPerson: 16), "other": .init(),
                    ],
                    suites: [.ristretto255], roundsAllowed: 2, smallestCell: 5, maxReleasedPeople: 5000,
                    padding: .padme,
                    verification: .off, vaultAccess: .whole, matchFields: ["family", "birth"],
                    allowsTolerantMatching: false, smallestClass: 5, epsilon: Billionths(500_000_000)))
        #expect(try Self.parse("sidos_policy: 1") == LocalPolicy())
    }

    @Test func mistakes() throws {
        for (old, new, path, line, words) in [
            ("sidos_policy: 1", "sidos_policy: 2", "sidos_policy", 1, "'2'"),
            ("rounds_allowed", "round_allowed", "round_allowed", 8, "did you mean rounds_allowed?"),
            ("[ristretto255-SHA512]", "[ristretto-SHA512]", "suites[0]", 7, "ristretto255-SHA512"),
            ("[ristretto255-SHA512]", "[]", "suites", 7, "at least one"),
            ("residents: {", "Residents: {", "registers", 5, "a-z"),
            ("max_people: 70000", "max_person: 70000", "registers.residents.max_person", 5, "max_people"),
            ("  other: {}", "  residents: {}", "registers.residents", 6, "twice"),
            ("verification: off", "verification: maybe", "verification", 12, "off, full"),
            ("max_released_people: 5000", "max_released_people: 0", "max_released_people", 10, "1 to 2000000000"),
            ("studies: [skills-study]", "studies: skills-study", "studies", 2, "list"),
            ("[family, birth]", "[family, Birth]", "match_fields[1]", 14, "a-z"),
            ("[family, birth]", "[birth, birth]", "match_fields[1]", 14, "twice"),
            ("[family, birth]", "family", "match_fields", 14, "list"),
            ("tolerant_matching: off", "tolerant_matching: on", "tolerant_matching", 15, "off"),
            ("k: 5", "k: 1", "k", 16, "2 to 1000"),
            ("epsilon: 0.5", "epsilon: .5", "epsilon", 17, "0.001 to 10"),
        ] as [(String, String, String, Int, String)] {
            do throws(AgreementError) {
                _ = try LocalPolicy.parse(Array(Self.yaml.replacing(old, with: new).utf8))
                Issue.record("accepted \(new)")
            } catch {
                #expect(error.document == .policy)
                #expect(
                    error.mistakes.contains { $0.path == path && $0.line == line && $0.reason.contains(words) },
                    "\(error)")
            }
        }
    }

    @Test func allowsWhatFits() throws {
        let agreement = try AgreementSample.parsed()
        for id in ["omnia", "espoo", "mixer-one"] {
            #expect(LocalPolicy().refusals(for: agreement, participant: id) == [])
        }
        let strict = try Self.parse(Self.yaml.replacing("k: 5\n", with: ""))
        #expect(strict.refusals(for: agreement, participant: "espoo") == [])
        let exact = LocalPolicy(registers: ["omnia_clients": .init(columns: ["service", "start_date", "x"])])
        #expect(exact.refusals(for: agreement, participant: "omnia") == [])
    }

    @Test func refusesEverythingAtOnce() throws {
        let agreement = try AgreementParseTests.parse([
            ("vault_access: whole", "vault_access: selected"), ("padding: padme", "padding: none"),
            ("smallest_cell: 5", "smallest_cell: 4"),
        ])
        let policy = LocalPolicy(
            studies: ["other"], release: ReleaseMode.none, registers: ["omnia_clients": .init(columns: ["start_date"])],
            suites: [.p256], smallestCell: 5, padding: .padme, verification: .full, vaultAccess: .whole)
        let refusals = policy.refusals(for: agreement, participant: "omnia")
        #expect(
            refusals == [
                .study("skills-study", allowed: ["other"]), .release, .columns(["service"], register: "omnia_clients"),
                .suite(.ristretto255, allowed: [.p256]), .smallestCell(4, least: 5), .padding, .verification,
                .vaultAccess,
            ])
        #expect(refusals.allSatisfy { $0.description.hasSuffix(".") })
        #expect(
            LocalPolicy(registers: [:]).refusals(for: agreement, participant: "espoo") == [.register("residents")])
        for id in ["hub", "lab", "nobody"] {
            #expect(LocalPolicy().refusals(for: agreement, participant: id) == [.notANode(id)])
        }
    }

    /// A policy never refuses for the registers of others, nor for vaults where there are none.
    @Test func looksAtItsOwnOnly() throws {
        let agreement = try AgreementSample.parsed()
        let policy = LocalPolicy(registers: ["residents": .init()])
        #expect(policy.refusals(for: agreement, participant: "espoo") == [])
        #expect(policy.refusals(for: agreement, participant: "mixer-one") == [])
        #expect(policy.refusals(for: agreement, participant: "omnia") == [.register("omnia_clients")])
        let counts = try AgreementParseTests.parse(AgreementParseTests.countOnly)
        #expect(
            LocalPolicy(release: ReleaseMode.none, vaultAccess: .whole).refusals(for: counts, participant: "omnia")
                == [])
    }

    /// k is for rows, and noise for counts alone: an agreement can have one of them only.
    @Test func disclosure() throws {
        let anonymous = LocalPolicy(smallestClass: 5)
        var agreement = try AgreementSample.parsed()
        #expect(anonymous.refusals(for: agreement, participant: "espoo") == [.smallestClass(nil, least: 5)])
        agreement.disclosure = DisclosureRules([.anonymity(Anonymity(smallestClass: 4))])
        let refusals = anonymous.refusals(for: agreement, participant: "espoo")
        #expect(refusals == [.smallestClass(4, least: 5)])
        #expect(
            refusals.map(\.description)
                == ["The agreement's disclosure has k: 4; the local policy wants a k of at least 5."])
        agreement.disclosure = DisclosureRules([.anonymity(Anonymity(smallestClass: 5))])
        #expect(anonymous.refusals(for: agreement, participant: "espoo") == [])

        let noisy = LocalPolicy(smallestClass: 5, epsilon: Billionths(500_000_000))
        #expect(noisy.refusals(for: agreement, participant: "espoo") == [])
        var counts = try AgreementParseTests.parse(AgreementParseTests.countOnly)
        let without = noisy.refusals(for: counts, participant: "espoo")
        #expect(without == [.epsilon(nil, most: Billionths(500_000_000))])
        #expect(
            without.map(\.description)
                == ["The agreement's counts have no noise; the local policy wants noise of an epsilon of at most 0.5."])
        for (epsilon, isRefused) in [(500_000_001, true), (500_000_000, false), (1_000_000, false)] {
            counts.counts = .noise(
                CountNoise(
                    kind: .discreteLaplace, epsilon: Billionths(epsilon), totalEpsilon: Billionths(1_000_000_000)))
            #expect(
                noisy.refusals(for: counts, participant: "espoo")
                    == (isRefused ? [.epsilon(Billionths(epsilon), most: Billionths(500_000_000))] : []))
        }
    }

    @Test func matching() throws {
        let agreement = try AgreementMatchingTests.parsed()
        #expect(agreement.registers.map(\.matchFields) == [["given", "family", "birth"], ["family", "birth"]])
        for policy in [LocalPolicy(), LocalPolicy(matchFields: ["given", "family", "birth", "other"])] {
            for id in ["omnia", "espoo", "mixer-one"] {
                #expect(policy.refusals(for: agreement, participant: id) == [])
            }
        }
        let some = LocalPolicy(matchFields: ["birth", "family"], allowsTolerantMatching: false)
        #expect(
            some.refusals(for: agreement, participant: "omnia")
                == [.matchFields(["given"], register: "omnia_clients"), .tolerantMatching])
        #expect(some.refusals(for: agreement, participant: "espoo") == [.tolerantMatching])
        #expect(some.refusals(for: agreement, participant: "mixer-one") == [.tolerantMatching])
        #expect(
            LocalPolicy(matchFields: []).refusals(for: agreement, participant: "espoo")
                == [.matchFields(["family", "birth"], register: "residents")])
        let plain = LocalPolicy(matchFields: [], allowsTolerantMatching: false)
        #expect(plain.refusals(for: try AgreementSample.parsed(), participant: "espoo") == [])
        for refusal in some.refusals(for: agreement, participant: "omnia") {
            #expect(refusal.description.hasSuffix("."))
        }
        #expect(some.refusals(for: agreement, participant: "omnia")[0].description.contains("given"))
    }

    @Test func stricterNumberWins() throws {
        let agreement = try AgreementSample.parsed()
        let own = try Self.parse(Self.yaml).effectiveLimits(for: agreement, participant: "espoo")
        #expect(own.roundsAllowed == 2)
        #expect(own.maxPeople == ["residents": 70000])
        #expect(own.maxCellsPerPerson == ["residents": 16])
        #expect(own.maxReleasedPeople == ["clients": 3000, "others": 5000])
        let none = LocalPolicy(roundsAllowed: 100).effectiveLimits(for: agreement, participant: "omnia")
        #expect(none.roundsAllowed == 3)
        #expect(none.maxPeople == ["omnia_clients": 3000])
        #expect(none.maxCellsPerPerson == ["omnia_clients": 16])
        #expect(none.maxReleasedPeople == ["clients": 3000, "others": 8000])
    }
}
