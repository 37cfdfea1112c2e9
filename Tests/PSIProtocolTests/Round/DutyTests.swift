import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Who has what to do at every point of a round. [P-16]
@Suite("Duties")
struct DutyTests {
    /// What the next entry of a simulated board was the duty for.
    static func duty(of entry: SignedEntry) -> SimulatedDuty? {
        let by = entry.author
        switch entry.body {
        case is KeyCommitted: return by == "research" ? .research(.commitKeys) : .authority(by, .commitKeys)
        case is KeyRevealed: return by == "research" ? .research(.revealKeys) : .authority(by, .revealKeys)
        case is ManifestSigned: return by == "research" ? .research(.signManifest) : .authority(by, .signManifest)
        case let batch as BatchDeclared: return .authority(by, .declare(batch.register))
        case let stage as StageCommitted:
            return .authority(
                by, stage.stage == 0 ? .send(stage.register) : .mix(stage.register, stage: stage.stage))
        case is Selected, is Counted: return .coordinator(.match)
        case is Released: return .authority(by, .release)
        case is Received: return .research(.receive)
        case is RoundClosed: return .coordinator(.close)
        case is KeysErased: return by == "research" ? .research(.eraseKeys) : .authority(by, .eraseKeys)
        default: return nil
        }
    }

    static func duties(_ record: RoundRecord) -> [SimulatedDuty] {
        record.ring.flatMap { node in record.authorityDuties(of: node).map { .authority(node, $0) } }
            + record.researchDuties(of: "research").map { .research($0) }
            + record.coordinatorDuties().map { .coordinator($0) }
    }

    /// What the protocol says, written down a second time: by phase, not by role.
    static func expected(_ record: RoundRecord) -> [SimulatedDuty] {
        let holders = record.keyHolders
        func each(
            _ missing: (ParticipantID) -> Bool, _ node: AuthorityDuty, _ research: ResearchDuty
        ) -> [SimulatedDuty] {
            holders.filter(missing).map { $0 == "research" ? .research(research) : .authority($0, node) }
        }
        if record.ending != nil { return each({ !record.erased.contains($0) }, .eraseKeys, .eraseKeys) }
        if !record.allCommitted { return each({ record.commitments[$0] == nil }, .commitKeys, .commitKeys) }
        if !record.allRevealed { return each({ record.reveals[$0] == nil }, .revealKeys, .revealKeys) }
        if !record.allManifestsSigned {
            return each({ !record.manifestSigners.contains($0) }, .signManifest, .signManifest)
        }
        let registers = record.agreement.registers
        if !record.allDeclared {
            return registers.filter { record.batches[$0.id] == nil }.map { .authority($0.owner, .declare($0.id)) }
        }
        if !record.allStagesDone {
            var duties: [SimulatedDuty] = []
            for register in registers {
                let next = record.stages[register.id]?.count ?? 0
                guard next < record.ringCount else { continue }
                let position = record.ring.firstIndex(of: register.owner)! + next
                let node = record.ring[position % record.ringCount]
                duties.append(.authority(node, next == 0 ? .send(register.id) : .mix(register.id, stage: next)))
            }
            return duties
        }
        if !record.releasesRows { return [.coordinator(record.counted == nil ? .match : .close)] }
        if record.selected == nil { return [.coordinator(.match)] }
        if !record.allReleased {
            return record.ring.filter { record.released[$0] == nil }.map { .authority($0, .release) }
        }
        return [record.isReceived ? .coordinator(.close) : .research(.receive)]
    }

    static func sorted(_ duties: [SimulatedDuty]) -> [String] { duties.map { "\($0.who) \($0.what)" }.sorted() }

    @Test("at every prefix of a board, exactly those whose turn it is have a duty", arguments: ReleaseMode.allCases)
    func everyPrefix(release: ReleaseMode) async throws {
        let fixture = try await (release == .rows ? BoardFixture.rows : BoardFixture.counts).value
        for (index, record) in fixture.records.enumerated() {
            let duties = Self.duties(record)
            #expect(Self.sorted(duties) == Self.sorted(Self.expected(record)), "after \(index + 1) entries")
            #expect(record.waitingFor == Self.waiting(record))
            if index + 1 < fixture.board.count {
                let next = try #require(Self.duty(of: fixture.entry(index + 1)))
                #expect(duties.contains(next))
            } else {
                #expect(duties.isEmpty)
                #expect(record.allErased)
            }
            // Before the end somebody always has something to do.
            #expect(record.ending != nil || !record.waitingFor.isEmpty)
        }
    }

    static func waiting(_ record: RoundRecord) -> [ParticipantID] {
        if record.ending != nil { return [] }
        let who = Set(expected(record).map(\.who))
        return record.agreement.participants.map(\.id).filter { who.contains($0) }
    }

    @Test("in any order of duties the round ends the same way", arguments: 1...6)
    func anyOrder(seed: UInt64) async throws {
        let fixture = try await (seed.isMultiple(of: 2) ? BoardFixture.rows : BoardFixture.counts).value
        let people = ["a", "b", "c"].map { SimulatedPerson($0, rows: [[.integer(1), .null]]) }
        let registers = ["left": people, "right": Array(people.dropFirst())]
        let round = SimulatedRound(Ristretto255.self, study: fixture.study, registers: registers)
        var random = SeededRandom(seed: seed)
        round.choose = { Int.random(in: $0.indices, using: &random) }
        try await round.run { record in
            #expect(Self.sorted(Self.duties(record)) == Self.sorted(Self.expected(record)))
            return false
        }
        try round.replay()
        let record = try round.record()
        #expect(record.ending == .closed)
        #expect(record.allErased)
        #expect(record.counted == fixture.records.last?.counted)
        if record.releasesRows {
            #expect(
                round.opened.portraits
                    == PlaintextJoin.portraits(agreement: fixture.study.agreement, registers: registers))
        }
    }

    @Test("a refusal leaves its author nothing to do but erase, and the coordinator to abort")
    func refusals() async throws {
        let fixture = try await BoardFixture.rows.value
        for index in 0..<(try fixture.position(of: RoundClosed.self)) {
            for author in [BoardFixture.left, BoardFixture.mixer, "research"] {
                var record = fixture.records[index]
                try record.append(try fixture.sign(Refused(code: .register), by: author, on: record))
                #expect(Self.duties(record).allSatisfy { $0.who != author })
                #expect(record.waitingFor.contains("coordinator"))
                let abort = RoundAborted(code: .refused, participants: [author])
                #expect(record.coordinatorDuties() == [.abort(abort)])
                try record.append(try fixture.sign(abort, by: "coordinator", on: record))
                #expect(record.phase == .aborted)
                #expect(record.waitingFor.isEmpty)
                for node in record.ring { #expect(record.authorityDuties(of: node) == [.eraseKeys]) }
                #expect(record.researchDuties(of: "research") == [.eraseKeys])
                #expect(record.coordinatorDuties().isEmpty)
            }
        }
    }

    @Test("phases come in their order and each is seen")
    func phases() async throws {
        for (task, all) in [
            (BoardFixture.rows, [.keys, .declaring, .ring, .matching, .releasing, .receiving, .closing, .closed]),
            (BoardFixture.counts, [RoundRecord.Phase.keys, .declaring, .ring, .matching, .closing, .closed]),
        ] {
            var phases: [RoundRecord.Phase] = []
            for record in try await task.value.records where record.phase != phases.last { phases.append(record.phase) }
            #expect(phases == all)
        }
    }

    @Test("the ring visits every node once, beginning with the owner")
    func ring() async throws {
        let record = try await BoardFixture.rows.value.records[0]
        for register in record.agreement.registers {
            let nodes = (0..<record.ringCount).compactMap { record.node(forStage: $0, of: register) }
            #expect(nodes.first == register.owner)
            #expect(Set(nodes) == Set(record.ring))
            #expect(nodes.count == record.ringCount)
            for stage in [-1, record.ringCount, .max, .min] {
                #expect(record.node(forStage: stage, of: register) == nil)
            }
        }
        #expect(record.participant("nobody") == nil)
        #expect(record.register("nothing") == nil)
    }
}
