import Foundation
import Testing

@testable import Agreement
@testable import Coordinator
@testable import Daemon
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// What an operator is told of a round, from its opening to its end.
@Suite("Status of a round")
struct RoundStatusTests {
    private static func status(
        _ record: RoundRecord, progress: StageProgress = StageProgress(), counts: Counted? = nil, reason: String? = nil
    ) -> RoundStatus {
        RoundStatus(
            record, received: { progress.byteCount(of: $0, batch: $1, round: record.round) }, counts: counts,
            abortReason: reason)
    }

    private static func fixture(_ release: ReleaseMode) async throws -> BoardFixture {
        try await (release == .rows ? BoardFixture.rows : BoardFixture.counts).value
    }

    @Test(
        "Each phase comes in its turn, and every moment before the end waits for somebody",
        arguments: [
            (
                ReleaseMode.rows,
                ["keys", "declaring", "ring", "matching", "releasing", "receiving", "closing", "closed"]
            ),
            (.none, ["keys", "declaring", "ring", "matching", "closing", "closed"]),
        ])
    func phases(_ release: ReleaseMode, _ expected: [String]) async throws {
        let fixture = try await Self.fixture(release)
        var phases: [String] = []
        for record in fixture.records {
            let status = Self.status(record)
            if status.phase != phases.last { phases.append(status.phase) }
            #expect(status.waitingFor.isEmpty == (status.ended != nil), "\(status.phase)")
            #expect((status.ended != nil) == (status.phase == "closed"))
            #expect(status.release == release.rawValue && status.study == "simulated" && status.number == 1)
            #expect(status.opened == 1_000 && status.deadline == 4_600)
            #expect(status.counts == nil && status.countMargin == nil)
        }
        #expect(phases == expected)
        let end = Self.status(try #require(fixture.records.last))
        #expect(end.ended == RoundStatus.Ending(outcome: "closed", participants: []))
    }

    @Test("It waits for those, in the agreement's order, whose entry is missing")
    func waiting() async throws {
        let fixture = try await BoardFixture.rows.value
        let (left, right, mixer) = (BoardFixture.left, BoardFixture.right, BoardFixture.mixer)
        let moments: [(RoundRecord, [String])] = [
            (fixture.records[0], [left, right, mixer, "research"]),
            (try fixture.after(KeyCommitted.self), [right, mixer, "research"]),
            (try fixture.after(KeyRevealed.self, skip: 2), ["research"]),
            (try fixture.before(BatchDeclared.self), [left, right]),
            (try fixture.after(BatchDeclared.self), [right]),
            (try fixture.before(Selected.self), ["coordinator"]),
            (try fixture.after(Selected.self), [left, right, mixer]),
            (try fixture.after(Released.self, skip: 1), [mixer]),
            (try fixture.before(Received.self), ["research"]),
            (try fixture.before(RoundClosed.self), ["coordinator"]),
            (try fixture.after(RoundClosed.self), []),
        ]
        for (record, expected) in moments { #expect(Self.status(record).waitingFor == expected) }
    }

    @Test("What is declared, released and erased is counted as it comes, and stages as they are done")
    func tallies() async throws {
        let fixture = try await BoardFixture.rows.value
        var (declared, released, erased, stages) = (0, 0, 0, 0)
        for (bytes, record) in zip(fixture.board, fixture.records) {
            let body = try SignedEntry(bytes: bytes).body
            if body is BatchDeclared { declared += 1 }
            if body is Released { released += 1 }
            if body is KeysErased { erased += 1 }
            if body is StageCommitted { stages += 1 }
            let status = Self.status(record)
            #expect(status.declared == RoundStatus.Tally(done: declared, total: 2))
            #expect(status.released == RoundStatus.Tally(done: released, total: 3))
            #expect(status.erased == RoundStatus.Tally(done: erased, total: 4))
            #expect(status.registers.map(\.stagesDone).reduce(0, +) == stages)
            #expect(status.registers.map(\.stagesTotal) == [3, 3])
            #expect(status.registers.map(\.register) == ["left", "right"])
            #expect(status.registers.map(\.owner) == ["owner-left", "owner-right"])
            #expect(status.registers.map { $0.items == nil ? 0 : 1 }.reduce(0, +) == declared)
            #expect((status.selectedItems != nil) == (record.selected != nil))
            // Who computes is told from the last declaration to the end of a list's way.
            for register in status.registers {
                let isUnderWay = declared == 2 && register.stagesDone < 3
                #expect((register.stageNode != nil) == isUnderWay && (register.stageItems != nil) == isUnderWay)
            }
        }
        #expect((declared, released, erased, stages) == (2, 3, 4, 6))
        let counts = try await BoardFixture.counts.value
        for record in counts.records {
            let status = Self.status(record)
            #expect(status.selectedItems == nil && status.released == RoundStatus.Tally(done: 0, total: 0))
        }
    }

    @Test("The node of a stage under way is the one whose turn it is")
    func stageNodes() async throws {
        let fixture = try await BoardFixture.rows.value
        for index in fixture.records.indices.dropFirst() {
            let entry = try fixture.entry(index)
            guard let committed = entry.body as? StageCommitted else { continue }
            let before = Self.status(fixture.records[index - 1])
            let register = try #require(before.registers.first { $0.register == committed.register })
            #expect(register.stageNode == entry.author && register.stagesDone == committed.stage)
        }
    }

    @Test("What has come in of a stage is told as items, as they are laid out there")
    func stageItems() async throws {
        let fixture = try await BoardFixture.rows.value
        // The last stage of a list carries tags in place of elements.
        for (stage, itemByteCount) in [(0, 32 + 64), (1, 32 + 64), (2, 16 + 64)] {
            let position = try #require(
                fixture.board.indices.first { index in
                    guard let body = try? fixture.entry(index).body as? StageCommitted else { return false }
                    return body.register == "left" && body.stage == stage
                })
            let record = fixture.records[position - 1]
            let stream = StreamID(batch: "left", stage: .ring(stage), attempt: 0)
            for (items, expected) in [(0, 0), (1, 1), (2, 2), (3, 3), (1_000, 3)] {
                var progress = StageProgress()
                progress.note(stream, of: record.round, byteCount: 32 + items * itemByteCount)
                let register = try #require(Self.status(record, progress: progress).registers.first)
                #expect(register.stageItems == expected, "stage \(stage), \(items)")
            }
        }
    }

    @Test("An aborted round says why and on whose account, and waits for nobody")
    func aborted() async throws {
        let fixture = try await BoardFixture.rows.value
        var record = try fixture.before(BatchDeclared.self)
        try record.append(try fixture.sign(Refused(code: .cap), by: BoardFixture.right, on: record))
        try record.append(try fixture.sign(Refused(code: .policy), by: BoardFixture.left, on: record))
        #expect(Self.status(record).refusals == ["owner-left: policy.refused", "owner-right: cap.exceeded"])
        let abort = RoundAborted(code: .refused, participants: [BoardFixture.left, BoardFixture.right])
        try record.append(try fixture.sign(abort, by: "coordinator", on: record))
        let status = Self.status(record, reason: nil)
        #expect(status.phase == "aborted" && status.waitingFor.isEmpty)
        #expect(
            status.ended
                == RoundStatus.Ending(
                    outcome: "aborted", code: "participant.refused", participants: ["owner-left", "owner-right"]))
        #expect(status.registers.allSatisfy { $0.stageNode == nil && $0.stageItems == nil })
    }

    @Test("As JSON it comes back, with names that programs can rely on")
    func json() async throws {
        let fixture = try await BoardFixture.rows.value
        let counts = Counted(
            overlap: [PublishedCount(registers: ["left"], people: nil, upperBound: true)],
            cohorts: [PublishedCohort(cohort: "everybody", people: 30, upperBound: false)],
            linkage: PublishedLinkage(conflicts: [1], historyConflicts: -1, linked: [[2], [3]]))
        for record in fixture.records {
            let status = Self.status(record, counts: counts)
            #expect(try StatusJSON.decode(RoundStatus.self, try StatusJSON.encode(status)) == status)
        }
        let under = Self.status(try fixture.after(BatchDeclared.self, skip: 1), counts: counts)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(try StatusJSON.encode(under))) as? [String: Any])
        #expect(
            Set(object.keys) == [
                "agreement", "complaints", "counts", "deadline", "declared", "erased", "number", "opened", "phase",
                "received",
                "refusals", "registers", "release", "released", "round", "study", "title", "waiting_for",
            ])
        let register = try #require((object["registers"] as? [[String: Any]])?.first)
        #expect(
            Set(register.keys) == [
                "items", "owner", "register", "stage_items", "stage_node", "stages_done", "stages_total",
            ])
        let text = try StatusJSON.text(under)
        #expect(text.contains("\"upper_bound\":true") && text.contains("\"history_conflicts\":-1"))
        #expect(!text.contains("\n"))
        let ended = try StatusJSON.text(Self.status(try #require(fixture.records.last)))
        #expect(ended.contains("\"ended\":{\"outcome\":\"closed\",\"participants\":[]}"))
    }

    /// A whole round's statuses without what is random: ids of round and agreement.
    private static func statuses(of people: [RegisterID: [SimulatedPerson]]) async throws -> [RoundStatus] {
        let study = try SimulatedStudy(
            registers: ["left", "right"], cohorts: [("everybody", .union(.register("left"), .register("right")))],
            releasedFor: ["left": ["everybody"], "right": ["everybody"]],
            options: SimulatedStudy.Options(padding: .none))
        let round = SimulatedRound(Ristretto255.self, study: study, registers: people)
        try await round.run()
        var record = try RoundRecord(opening: round.board[0], agreement: study.agreement, file: study.file)
        return try round.board.indices.map { index in
            if index > 0 { try record.append(round.board[index]) }
            var status = Self.status(record)
            (status.round, status.agreement) = ("", "")
            return status
        }
    }

    @Test("It tells nothing of people: with others in the registers, as many of them, it is the same to the letter")
    func people() async throws {
        let some = ["a", "b", "c"].map { SimulatedPerson($0, rows: [[.integer(1), .null]]) }
        let others = ["010190-901A", "Meikäläinen", "c"].map { (code: String) in
            SimulatedPerson(code, rows: [[.integer(1_984), .text("a secret of \(code)")]])
        }
        let first = try await Self.statuses(of: ["left": some, "right": Array(some.dropFirst())])
        let second = try await Self.statuses(of: ["left": others, "right": Array(others.dropLast())])
        #expect(first.count > 20)
        #expect(first == second)
    }
}
