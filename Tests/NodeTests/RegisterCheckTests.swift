import Exchange
import Testing

@testable import Agreement
@testable import Daemon
@testable import Node
@testable import PSIProtocol
@testable import Register
@testable import RoundSimulation
@testable import Values

/// What `check` says of a register before a round.
@Suite("A register looked at before a round")
struct RegisterCheckTests {
    private func check(_ fixture: NodeFixture, obstacle: RegisterError? = nil) async throws -> ([ReadinessWord], String)
    {
        let agreement = fixture.study.agreement
        let register = try #require(agreement.register("left"))
        let source = try #require(try NodeConfiguration(home: fixture.home).registers["left"])
        let out = KeptLines()
        let problems = try await RegisterCheck(
            declaration: register,
            plan: MatchPlan(agreement: agreement, register: register, today: CalendarDate(iso: "2026-06-01")),
            source: source, cellByteCount: agreement.cellByteCount, obstacle: obstacle
        ).report(to: out.console, spool: fixture.home.spool(), workers: Workers(count: 2))
        return (problems, out.text)
    }

    @Test("It counts people, rows and keys as they are, and finds nothing wrong with them")
    func counts() async throws {
        let people = NodeFixture.people(5)
        let fixture = try NodeFixture(people: people + [people[0], people[0]])
        let (problems, text) = try await check(fixture)
        #expect(problems == [], "\(text)")
        for words in [
            "register left: 5 people, 7 rows of 7 read", "codes by row: 0 official, 7 temporary, 0 missing, 0 invalid",
            "5 people have it (100 %), 0 share it", "at most 3 rows and 1 cells a person (4 allowed)",
        ] { #expect(text.contains(words), "\(words): \(text)") }
    }

    @Test("What would stop a round is counted as a problem, and is there in words")
    func problems() async throws {
        let fixture = try NodeFixture(people: NodeFixture.largePerson())
        let tooLarge = try await check(fixture)
        #expect(tooLarge.0 == [.cap] && tooLarge.1.contains("1 people need more cells than allowed"), "\(tooLarge.1)")
        try fixture.write(NodeFixture.people(51))
        let tooMany = try await check(fixture)
        #expect(tooMany.0 == [.cap] && tooMany.1.contains("max_people"), "\(tooMany.1)")
        let obstacle = RegisterError(.neverReleaseNotKept(cohort: "everybody"), file: "left.csv")
        let blocked = try await check(fixture, obstacle: obstacle)
        #expect(blocked.0 == [.register, .cap] && blocked.1.contains(obstacle.description), "\(blocked.1)")
    }

    @Test("It shows nobody's code or value, whatever is wrong with the register")
    func nobody() async throws {
        let codes = ["010150-901X", "0101 50-901", "15001011009", "o10150-9o1U", NodeFixture.code(7)]
        let rows = codes.enumerated().map { ($1, 1_987_654 + $0, "private \($0)") }
        let (_, text) = try await check(try NodeFixture(people: rows))
        for (code, year, note) in rows {
            for secret in [code, "\(year)", note] { #expect(!text.contains(secret), "\(secret): \(text)") }
        }
        #expect(text.contains("codes that are not usable"))
    }

    /// What it says under the fixture's agreement with other matching.
    private func check(
        _ fixture: NodeFixture, registers: Int = 2, configuration: String? = nil, _ change: (inout Agreement) -> Void
    ) async throws -> String {
        if let configuration { try fixture.configure(configuration) }
        var agreement = fixture.study.agreement
        change(&agreement)
        let register = try #require(agreement.register("left"))
        let source = try #require(try NodeConfiguration(home: fixture.home).registers["left"])
        let out = KeptLines()
        _ = try await RegisterCheck(
            declaration: register,
            plan: MatchPlan(agreement: agreement, register: register, today: CalendarDate(iso: "2026-06-01")),
            source: source, cellByteCount: agreement.cellByteCount, tokenRegisterCount: registers
        ).report(to: out.console, spool: fixture.home.spool(), workers: Workers(count: 2))
        return out.text
    }

    //
    @Test("It tells before any round how many pairs the tokens make, and what to do if matching cannot take them")
    func pairs() async throws {
        // All have the same note, so that 130 people share each of 64 tokens: 1,081,600 pairs.
        let people = NodeFixture.people(130).map { ($0.0, $0.1, "the same") }
        let fixture = try NodeFixture(people: people)
        let matched = """
            registers:
              - id: left
                identity: hetu
                csv: {file: left.csv}
                match_fields: {words: note}
            """
        func text(_ registers: Int) async throws -> String {
            try await check(fixture, registers: registers, configuration: matched) { agreement in
                agreement.normalisation = .sidos3
                agreement.matchFields = [MatchField(name: "words", kind: .text)]
                agreement.tolerantMatching = TolerantMatching(
                    tokenCount: 64, agreeCount: 2, bits: 40, margin: 1, mostFrequent: 10_000,
                    groups: [
                        FeatureGroup(name: "words", features: [MatchFeature(field: "words", form: .bigrams)])
                    ], patterns: [[0, 0]])
                for index in agreement.registers.indices { agreement.registers[index].matchFields = ["words"] }
            }
        }
        let few = try await text(2)
        let told = try #require(few.firstMatch(of: #/tokens: about (\d+) pairs of people would share one/#), "\(few)")
        // It is an estimate.
        #expect((1_070_000...1_093_000).contains(try #require(Int(told.output.1))))
        #expect(!few.contains("500000000"), "\(few)")
        let many = try await text(32)
        #expect(many.contains("with 32 registers like this it would be more than 500000000 pairs"), "\(many)")
        for word in ["patterns", "tokens", "most_frequent"] { #expect(many.contains(word), "\(word): \(many)") }
    }

    //
    @Test("It tells which former codes do not count, and whether the days are missing that say it")
    func formerCodes() async throws {
        let codes = (0..<6).map(NodeFixture.code)
        let fixture = try NodeFixture(people: [(codes[1], 2_020, "a"), (codes[3], 2_021, "b"), (codes[4], 2_022, "c")])
        // 0 became 1 early; 2 became 3 late; 4 was replaced by 5, and then given to whoever had 3.
        try fixture.place.write(
            "old,new,day\n\(codes[0]),\(codes[1]),1998-01-01\n\(codes[2]),\(codes[3]),2020-01-01\n"
                + "\(codes[4]),\(codes[5]),2019-01-01\n\(codes[3]),\(codes[4]),2021-01-01\n", to: "node/codes.csv")
        func configuration(_ more: String) -> String {
            """
            registers:
              - id: left
                identity: hetu
                csv: {file: left.csv}
                history: {csv: {file: codes.csv}, former: old, current: new\(more)}
            """
        }
        func text(_ more: String) async throws -> String {
            try await check(fixture, configuration: configuration(more)) {
                $0.matchKeys = [
                    .identityCode,
                    MatchKey(
                        "former_code", content: .formerCode, replacedSince: CalendarDate(iso: "2010-01-01")),
                ]
            }
        }
        let dated = try await text(", replaced: day")
        #expect(dated.contains("1 former codes were replaced too early"), "\(dated)")
        #expect(dated.contains("1 codes were given to somebody after they had been replaced"), "\(dated)")
        #expect(dated.contains("register left: 2 people"), "\(dated)")
        #expect(!dated.contains("replaced on 2010-01-01 or later"), "\(dated)")
        let undated = try await text("")
        #expect(undated.contains("replaced on 2010-01-01 or later") && undated.contains("(replaced)"), "\(undated)")
        #expect(undated.contains("4 former codes were replaced too early, or on no day"), "\(undated)")
        for code in codes { #expect(!dated.contains(code) && !undated.contains(code)) }
    }
}
