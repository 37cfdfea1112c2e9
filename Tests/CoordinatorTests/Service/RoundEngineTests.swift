import Exchange
import Files
import Testing

@testable import Coordinator
@testable import Daemon
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// The coordinator's own part of a round: matches, closes, aborts, clears away. Whole rounds in one process; those of
/// the three programs are in SystemTests.
@Suite("The coordinator's part of a round", .timeLimit(.minutes(10)))
struct RoundEngineTests {
    /// Until the round has ended, with nobody but the engine at work.
    private static func ending(_ round: RoundID, _ coordinator: RunningCoordinator) async throws -> RoundRecord.Ending {
        let start = ContinuousClock.now
        while true {
            if let ending = try await coordinator.rounds.record(of: round).ending { return ending }
            try #require(ContinuousClock.now - start < .seconds(120), "nobody ends the round")
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test("A round that releases rows is matched and closed; its counts are told once it is matched")
    func rows() async throws {
        let study = try TestStudy()
        try await RunningCoordinator.run(study) { coordinator in
            try await coordinator.driving {
                let round = try await coordinator.openInstalled()
                let members = Members(study)
                try await members.finish(round, at: coordinator) { $0.allStagesDone }
                #expect(try await coordinator.status(of: round).ended == nil)
                try await members.finish(round, at: coordinator)
                let record = try await coordinator.rounds.record(of: round)
                #expect(record.ending == .closed && record.isReceived)
                let status = try await coordinator.status(of: round)
                #expect(status.phase == "closed" && status.ended?.outcome == "closed")
                #expect(status.counts?.cohorts.map(\.people) == [4])
                #expect(status.counts?.overlap.first { $0.registers.count == 2 }?.people == 2)
                // Two people of the left register only are selected once, those of both twice.
                #expect(status.selectedItems == 6)
                #expect(status.released == RoundStatus.Tally(done: 3, total: 3))
                #expect(status.erased == RoundStatus.Tally(done: 4, total: 4))
            }
        }
    }

    /// 12 only left, 3 in both, 26 only right.
    private static let many: [RegisterID: [SimulatedPerson]] = [
        "left": (0..<15).map { SimulatedPerson("person \($0)") },
        "right": (12..<41).map { SimulatedPerson("person \($0)") },
    ]

    @Test("Counts are told as the agreement lets them be, and not before they are published")
    func counts() async throws {
        var design = TestStudy.Design(release: .none)
        design.smallestCell = 5
        design.countRounding = 10
        let study = try TestStudy(design)
        try await RunningCoordinator.run(study) { coordinator in
            let round = try await coordinator.openInstalled()
            let members = Members(study, people: Self.many)
            var phases: Set<String> = []
            try await members.run(round, at: coordinator) { record in
                phases.insert(record.phase.rawValue)
                return record.allStagesDone
            }
            #expect(phases == ["keys", "declaring", "ring", "matching"])
            let before = try await coordinator.rounds.status(of: round)
            #expect(try await coordinator.status(of: round).counts == nil)
            #expect(!String(decoding: before, as: UTF8.self).contains("\"counts\""))
            try await coordinator.driving { try await members.finish(round, at: coordinator) }
            let record = try await coordinator.rounds.record(of: round)
            let status = try await coordinator.status(of: round)
            #expect(record.ending == .closed)
            #expect(status.counts == record.counted)
            let counts = try #require(status.counts)
            // 41 people. The three in both are too few, and with the sizes of the lists, which all know, the other two
            // numbers would betray them.
            #expect(counts.cohorts.map(\.people).allSatisfy { $0 == nil || $0 == 40 })
            #expect(counts.overlap.allSatisfy { $0.registers.count < 2 })
            for cell in counts.overlap { #expect((cell.people ?? 0).isMultiple(of: 10)) }
        }
    }

    @Test("A coordinator that was killed after drawing noise publishes the same numbers, and no longer keeps it then")
    func noise() async throws {
        var design = TestStudy.Design(release: .none)
        design.counts = "{mechanism: discrete_laplace, epsilon: 0.5, total_epsilon: 0.5}"
        let study = try TestStudy(design)
        let clock = TestClock()
        let members = Members(study, people: Self.many)
        let (round, drawn) = try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let round = try await coordinator.openInstalled()
            try await members.run(round, at: coordinator)
            let record = try await coordinator.rounds.record(of: round)
            let plan = try #require(try NoisePlan(record.agreement))
            let drawn = try await coordinator.rounds.noise(for: record, plan)
            #expect(try await coordinator.rounds.noise(for: record, plan) == drawn)
            return (round, drawn)
        }
        try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let record = try await coordinator.rounds.record(of: round)
            let plan = try #require(try NoisePlan(record.agreement))
            #expect(try await coordinator.rounds.noise(for: record, plan) == drawn)
            try await coordinator.driving {
                try await members.finish(round, at: coordinator)
                let start = ContinuousClock.now
                while coordinator.state.contains(.noise(of: round)) {
                    try #require(ContinuousClock.now - start < .seconds(120), "the noise is kept")
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            #expect(try await coordinator.status(of: round).countMargin != nil)
            await expectRefusal(.agreementRefused, "have cost an epsilon of 0.5") { _ = try await coordinator.open() }
        }
    }

    @Test("The deadline ends a round, naming whom it waited for, even if the coordinator was away when it passed")
    func deadline() async throws {
        let study = try TestStudy()
        let clock = TestClock()
        let round = try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let round = try await coordinator.openInstalled()
            for id in ["owner-left", "research"] {
                let commitment = KeyCommitted(commitment: HexBytes([UInt8](repeating: 5, count: 32)))
                try await coordinator.post(commitment, by: id, to: round)
            }
            return round
        }
        clock.advance(by: 3_599)
        try await RunningCoordinator.run(study, clock: clock) { coordinator in
            try await coordinator.driving { try await Task.sleep(for: .milliseconds(300)) }
            #expect(try await coordinator.rounds.record(of: round).ending == nil, "a second is left")
        }
        clock.advance(by: 1)
        try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let ending = try await coordinator.driving { try await Self.ending(round, coordinator) }
            #expect(ending == .aborted(RoundAborted(code: .deadline, participants: ["owner-right", "mixer0"])))
            let status = try await coordinator.status(of: round)
            #expect(status.ended?.code == "deadline.passed" && status.ended?.reason == nil)
        }
    }

    @Test("A list that came in time is not matched after the deadline")
    func deadlineBeforeMatching() async throws {
        let study = try TestStudy()
        let clock = TestClock()
        let members = Members(study)
        let round = try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let round = try await coordinator.openInstalled()
            try await members.run(round, at: coordinator)
            #expect(try await coordinator.rounds.record(of: round).allStagesDone)
            return round
        }
        clock.advance(by: 3_600)
        try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let ending = try await coordinator.driving { try await Self.ending(round, coordinator) }
            #expect(ending == .aborted(RoundAborted(code: .deadline, participants: [TestStudy.coordinator])))
            #expect(try await coordinator.status(of: round).counts == nil)
        }
    }

    @Test("Who refuses ends the round, and is named")
    func refusal() async throws {
        let study = try TestStudy()
        try await RunningCoordinator.run(study) { coordinator in
            try await coordinator.driving {
                let round = try await coordinator.openInstalled()
                try await coordinator.post(Refused(code: .policy), by: "mixer0", to: round)
                let ending = try await Self.ending(round, coordinator)
                #expect(ending == .aborted(RoundAborted(code: .refused, participants: ["mixer0"])))
                let status = try await coordinator.status(of: round)
                #expect(status.refusals == ["mixer0: policy.refused"])
                // The next round of the agreement can be opened at once.
                _ = try await coordinator.open()
            }
        }
    }

    @Test("An operator ends a round once, with a reason that is kept; nothing is stored or read afterwards")
    func abort() async throws {
        let study = try TestStudy()
        let clock = TestClock()
        let round = try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let round = try await coordinator.openInstalled()
            try await Members(study).run(round, at: coordinator) { $0.allDeclared }
            let caller = try study.operatorCaller()
            try await coordinator.rounds.abort(round, reason: "The register is out of date", caller: caller)
            await expectRefusal(.roundClosed) {
                try await coordinator.rounds.abort(round, reason: "Once more", caller: caller)
            }
            let stream = StreamID(batch: "left", stage: .ring(0), attempt: 0)
            await expectRefusal(.roundClosed) {
                try await coordinator.put(
                    [1], seq: 0, last: true, stream: stream, to: round, by: study.caller("owner-left"))
            }
            return round
        }
        try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let ended = try await coordinator.status(of: round).ended
            #expect(
                ended
                    == RoundStatus.Ending(
                        outcome: "aborted", code: "operator.aborted", participants: [],
                        reason: "The register is out of date"))
        }
    }

    @Test("A last list that does not open ends the round; the log says which it was, and nobody is named as at fault")
    func malformedList() async throws {
        let study = try TestStudy()
        try await RunningCoordinator.run(study) { coordinator in
            let round = try await coordinator.openInstalled()
            try await Members(study).run(round, at: coordinator)
            let folder = "\(study.home.streamsPath)/rounds/\(round)/streams/left/2/0/0"
            let name = try #require(try Directory.names(in: folder).first)
            var bytes = try PublicFile.read(folder + "/" + name, maxByteCount: 1 << 20)
            bytes[bytes.count - 1] ^= 1
            try AtomicFile.write(bytes, to: folder + "/" + name)
            let ending = try await coordinator.driving { try await Self.ending(round, coordinator) }
            #expect(ending == .aborted(RoundAborted(code: .protocolViolation, participants: [])))
            #expect(coordinator.log.text.contains("stream left/2/0/0, written by mixer0, kept by coordinator"))
            #expect(try await coordinator.status(of: round).counts == nil)
        }
    }

    @Test("Streams are deleted when their retention is over, the board is not")
    func retention() async throws {
        let study = try TestStudy()
        let clock = TestClock()
        let members = Members(study)
        let round = try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let round = try await coordinator.openInstalled()
            try await coordinator.driving { try await members.finish(round, at: coordinator) }
            #expect(try await coordinator.streams.byteCount(of: round) > 0)
            _ = try await coordinator.rounds.endTime(of: round)
            return round
        }
        func isCleared() async throws -> Bool {
            try await RunningCoordinator.run(study, clock: clock) { coordinator in
                try await coordinator.driving { try await Task.sleep(for: .seconds(3)) }
                let isEmpty = try await coordinator.streams.byteCount(of: round) == 0
                #expect(await coordinator.rounds.isCleared(round) == isEmpty)
                #expect(try await coordinator.rounds.record(of: round).ending == .closed)
                return isEmpty
            }
        }
        clock.advance(by: 30 * TestClock.day - 1)
        #expect(try await !isCleared())
        clock.advance(by: 1)
        #expect(try await isCleared())
        #expect(try await isCleared(), "and again")
    }

    @Test("A participant that never says that its keys are erased keeps streams for a day longer, not for ever")
    func retentionWithoutErasure() async throws {
        var design = TestStudy.Design()
        design.retentionDays = 0
        let study = try TestStudy(design)
        let clock = TestClock()
        let members = Members(study)
        let round = try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let round = try await coordinator.openInstalled()
            try await coordinator.driving { try await members.finish(round, at: coordinator) { $0.ending != nil } }
            _ = try await coordinator.rounds.endTime(of: round)
            return round
        }
        for (seconds, expected) in [(TestClock.day - 1, false), (1, true)] {
            clock.advance(by: seconds)
            try await RunningCoordinator.run(study, clock: clock) { coordinator in
                try await coordinator.driving {
                    // What must not happen is waited for a while, and what must for as long as it takes.
                    let end = ContinuousClock.now + (expected ? .seconds(120) : .milliseconds(300))
                    while await !coordinator.rounds.isCleared(round), ContinuousClock.now < end {
                        try await Task.sleep(for: .milliseconds(20))
                    }
                }
                #expect(await coordinator.rounds.isCleared(round) == expected)
            }
        }
    }

    @Test("A board is removed when its ten years are over; how many rounds are spent stays known")
    func boardRetention() async throws {
        var design = TestStudy.Design()
        design.valid = "{from: 2026-01-01, until: 2046-12-31}"
        let study = try TestStudy(design)
        let clock = TestClock()
        let members = Members(study)
        let round = try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let round = try await coordinator.openInstalled()
            try await coordinator.driving { try await members.finish(round, at: coordinator) }
            _ = try await coordinator.rounds.endTime(of: round)
            return round
        }
        func isKept() async throws -> Bool {
            try await RunningCoordinator.run(study, clock: clock) { coordinator in
                try await coordinator.driving { try await Task.sleep(for: .seconds(3)) }
                let isKnown = await coordinator.rounds.order.contains(round)
                #expect(try await coordinator.board.holds(round) == isKnown)
                return isKnown
            }
        }
        // From the deadline on, which is an hour after the opening.
        clock.advance(by: 3_650 * TestClock.day)
        // Its streams go first.
        #expect(try await isKept())
        #expect(try await isKept())
        clock.advance(by: 3_601)
        #expect(try await !isKept())
        try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let next = try await coordinator.openInstalled()
            #expect(try await coordinator.rounds.record(of: next).opening.number == 2)
        }
    }

    @Test("After a failure it waits longer and longer, up to half a minute")
    func pauses() {
        var pause = RetryPause()
        #expect(!pause.isFailing)
        let pauses = (0..<9).map { _ in pause.next() }
        #expect(pauses.map { $0 / .seconds(1) } == [0.5, 1, 2, 4, 8, 16, 30, 30, 30])
        #expect(pause.isFailing)
        #expect(!RetryPause().isFailing)
    }
}
