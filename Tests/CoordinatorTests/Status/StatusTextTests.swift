import Testing

@testable import Coordinator
@testable import Daemon
@testable import PSIProtocol
@testable import RoundSimulation

@Suite("A round's status in words")
struct StatusTextTests {
    private static func lines(_ change: (inout RoundStatus) -> Void) async throws -> [String] {
        var status = try await SampleStatus.ring()
        change(&status)
        return StatusText(status: status).lines
    }

    @Test("A round under way: what it is, until when, whom it waits for, how far each list is")
    func underWay() async throws {
        #expect(
            try await Self.lines { _ in } == [
                "Round 0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
                "  study      simulated, round 1: Simulated",
                "  agreement  0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
                "  phase      ring",
                "  opened     1970-01-01T00:16:40.000Z",
                "  deadline   1970-01-01T01:16:40.000Z",
                "  waits for  owner-right",
                "  register   left of owner-left: 3 items, 1 of 3 stages",
                "  register   right of owner-right: 2 items, 0 of 3 stages",
            ])
    }

    @Test("Every phase is named, and what is not known yet is said to be so")
    func phases() async throws {
        let fixture = try await BoardFixture.rows.value
        for record in fixture.records {
            let status = RoundStatus(record)
            let lines = StatusText(status: status).lines
            #expect(lines.contains("  phase      \(record.phase.rawValue)"))
            #expect(lines.contains { $0.hasPrefix("  waits for  ") } == (record.ending == nil))
            #expect(lines.count { $0.hasSuffix("not declared, 0 of 3 stages") } == 2 - record.batches.count)
            #expect(lines.contains { $0.hasPrefix("  selected   ") } == (record.selected != nil))
            #expect(lines.contains("  ended      closed") == (record.ending != nil))
        }
        let released = try fixture.after(Released.self, skip: 1)
        let status = RoundStatus(released)
        #expect(StatusText(status: status).lines.contains("  selected   5 items, released by 2 of 3"))
    }

    @Test("A verified round says how far proofs, checks and approvals are, and others say nothing of them")
    func verified() async throws {
        let fixture = try await BoardFixture.verifiedRows.value
        func lines(_ record: RoundRecord) -> [String] {
            StatusText(status: RoundStatus(record)).lines
                .filter { $0.hasPrefix("  verified ") || $0.hasPrefix("  approved ") }
        }
        #expect(
            lines(fixture.records[0]) == [
                "  verified   0 of 4 stages proved, 0 of 4 checks found them right",
                "  approved   by 0 of 1 mixers",
            ])
        let proved = try fixture.after(Proved.self)
        #expect(lines(proved)[0] == "  verified   1 of 4 stages proved, 0 of 4 checks found them right")
        let checked = try fixture.after(Checked.self)
        #expect(lines(checked)[0].hasSuffix(" 1 of 4 checks found them right"))
        #expect(
            lines(try #require(fixture.records.last)) == [
                "  verified   4 of 4 stages proved, 4 of 4 checks found them right",
                "  approved   by 1 of 1 mixers",
            ])
        #expect(lines(try #require(await BoardFixture.rows.value.records.last)).isEmpty)
    }

    @Test("A complaint says who accuses whom of what")
    func complaints() async throws {
        let fixture = try await BoardFixture.verifiedRows.value
        var record = try fixture.after(Selected.self)
        record.complaints = [
            "owner-right": Complained(against: "mixer0", code: .proofWrong, register: "left", stage: 2),
            "mixer0": Complained(against: "coordinator", code: .selectionWrong),
        ]
        let status = RoundStatus(record)
        #expect(
            StatusText(status: status).lines.filter { $0.hasPrefix("  complaint ") } == [
                "  complaint  mixer0 accuses coordinator of selection.wrong",
                "  complaint  owner-right accuses mixer0 of proof.wrong (left, stage 2)",
            ])
    }

    @Test("Refusals and the end say who and why")
    func ends() async throws {
        let refused = try await Self.lines { $0.refusals = ["owner-left: cap.exceeded", "research: policy.refused"] }
        #expect(refused.contains("  refused    owner-left: cap.exceeded"))
        #expect(refused.contains("  refused    research: policy.refused"))
        let cases: [(RoundStatus.Ending, String)] = [
            (.init(outcome: "closed", participants: []), "closed"),
            (
                .init(outcome: "aborted", code: "deadline.passed", participants: ["mixer0", "research"]),
                "aborted: deadline.passed (mixer0, research)"
            ),
            (.init(outcome: "aborted", code: "internal.failure", participants: []), "aborted: internal.failure"),
            (
                .init(outcome: "aborted", code: "operator.aborted", participants: [], reason: "Wrong year"),
                "aborted: operator.aborted: Wrong year"
            ),
        ]
        for (ending, words) in cases {
            let lines = try await Self.lines {
                $0.ended = ending
                $0.waitingFor = []
            }
            #expect(lines.last == "  ended      \(words)")
        }
    }

    @Test("An abort that came after all had released says what it does not undo")
    func abortedLate() async throws {
        func warns(_ outcome: String, _ done: Int) async throws -> Bool {
            try await Self.lines {
                $0.ended = RoundStatus.Ending(outcome: outcome, participants: [])
                $0.released = RoundStatus.Tally(done: done, total: 3)
            }.contains { $0.contains("is bound to destroy what it has received") }
        }
        #expect(try await warns("aborted", 3))
        #expect(try await !warns("aborted", 2))
        #expect(try await !warns("closed", 3))
        let countOnly = try await Self.lines {
            $0.ended = RoundStatus.Ending(outcome: "aborted", participants: [])
            $0.released = RoundStatus.Tally(done: 0, total: 0)
        }
        #expect(!countOnly.contains { $0.contains("destroy") })
    }

    /// The lines after the heading of the counts.
    private static func told(_ counts: Counted?, margin: Int? = nil) async throws -> [String] {
        let lines = try await lines {
            $0.counts = counts
            $0.countMargin = margin
        }
        let start = lines.firstIndex { $0.hasPrefix("  people found") } ?? lines.endIndex
        return Array(lines[start...].dropFirst())
    }

    @Test("Counts are told as published: cohorts first, then sets of registers, the largest first")
    func counts() async throws {
        #expect(try await Self.told(nil) == [])
        let counts = SampleStatus.counts(
            [(["left"], 10), (["right"], 30), (["left", "right"], nil)], cohorts: [("all", 40), ("few", nil)])
        #expect(
            try await Self.told(counts) == [
                "    cohort all               40",
                "    cohort few               withheld",
                "    in exactly right         30",
                "    in exactly left          10",
                "    in exactly left + right  withheld",
                "    a combination that is not named has nobody, or is withheld",
            ])
    }

    @Test("Dummies and noise are said beside the numbers that they are in")
    func bounds() async throws {
        var counts = SampleStatus.counts([(["left"], 10)], cohorts: [("all", 40)])
        counts.overlap[0].upperBound = true
        let bounded = try await Self.told(counts)
        #expect(bounded.contains { $0.hasSuffix("in exactly left  at most 10") })
        #expect(bounded.contains { $0.hasPrefix("    cohort all") && $0.hasSuffix("  40") })
        let noisy = try await Self.told(counts, margin: 7)
        #expect(noisy.first == "  (with noise: 95 of 100 draws are within 7; dummies of padded lists are counted)")
        #expect(noisy.contains { $0.hasSuffix("in exactly left  about 10") })
        #expect(noisy.contains { $0.hasPrefix("    cohort all") && $0.hasSuffix("  about 40") })
        // With noise every set is named, so one that is not says nothing.
        #expect(!noisy.contains { $0.contains("a combination that is not named") })
    }

    @Test("Of very many sets the largest are told, and how many more there are", arguments: [16, 17, 300])
    func manySets(_ count: Int) async throws {
        let sets = (0..<count).map { (["r\($0)"], $0 * 10) as ([String], Int?) }
        let lines = try await Self.told(SampleStatus.counts(sets))
        let shown = lines.filter { $0.contains("in exactly") }
        #expect(shown.first?.hasSuffix("  \((count - 1) * 10)") == true)
        let rest = lines.filter { $0.contains("more combinations of registers") }
        #expect(rest == (count == 16 ? [] : ["    and \(count - 12) more combinations of registers: --json tells all"]))
        #expect(shown.count == (count == 16 ? 16 : 12))
    }
}
