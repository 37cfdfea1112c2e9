import Exchange
import Files
import Testing

@testable import Coordinator
@testable import Daemon
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// A coordinator that was stopped, or whose disk is not as it left it.
@Suite("Coordinator after a restart")
struct RoundRestartTests {
    /// All that a caller can ask of a round.
    private struct Picture: Equatable {
        var board: [[UInt8]]
        var head: BoardHead
        var status: RoundStatus
        var lists: [[RoundSummary]]

        init(_ round: RoundID, at coordinator: RunningCoordinator) async throws {
            board = try await coordinator.entries(of: round)
            head = try await coordinator.rounds.record(of: round).head
            status = try await coordinator.status(of: round)
            // How much of a stage under way has come in is forgotten.
            for index in status.registers.indices { status.registers[index].stageItems = nil }
            lists = []
            for participant in coordinator.study.participants {
                lists.append(try await coordinator.rounds.rounds(for: coordinator.study.caller(participant.id)))
            }
        }
    }

    @Test("Boards, lists, statuses and the order of rounds are as before, at every phase of a round")
    func same() async throws {
        let study = try TestStudy()
        let clock = TestClock()
        let members = Members(study)
        let aborted = try await RunningCoordinator.run(study, clock: clock) { coordinator in
            let round = try await coordinator.openInstalled()
            try await coordinator.post(Refused(code: .policy), by: "mixer0", to: round)
            try await coordinator.rounds.abort(round, reason: "Wrong year", caller: try study.operatorCaller())
            return round
        }
        let round = try await RunningCoordinator.run(study, clock: clock) { try await $0.open() }
        var phases: [String] = []
        let stops: [(RoundRecord) -> Bool] = [
            { _ in true }, { $0.allCommitted }, { $0.allManifestsSigned }, { !$0.batches.isEmpty }, { $0.allDeclared },
            { $0.stages["left"]?.count == 2 }, { $0.allStagesDone }, { $0.selected != nil }, { $0.allReleased },
            { $0.isReceived }, { $0.ending != nil }, { $0.allErased },
        ]
        for stop in stops {
            let before = try await RunningCoordinator.run(study, clock: clock) { coordinator in
                // The engine only where it has something to do: it would close the round at once.
                let due = try await coordinator.rounds.record(of: round).coordinatorDuties()
                if due.isEmpty {
                    try await members.run(round, at: coordinator, until: stop)
                } else {
                    try await coordinator.driving { try await members.finish(round, at: coordinator, until: stop) }
                }
                phases.append(try await coordinator.status(of: round).phase)
                return [try await Picture(aborted, at: coordinator), try await Picture(round, at: coordinator)]
            }
            try await RunningCoordinator.run(study, clock: clock) { coordinator in
                let after = [try await Picture(aborted, at: coordinator), try await Picture(round, at: coordinator)]
                #expect(after == before, "\(phases)")
                #expect(try await coordinator.rounds.allRounds().map(\.round) == [aborted, round])
            }
        }
        #expect(
            Set(phases).isSuperset(of: ["keys", "declaring", "ring", "matching", "releasing", "receiving", "closed"]))
    }

    @Test("A board that can't be replayed stops the start and is named")
    func damaged() async throws {
        for damage in 0..<3 {
            let study = try TestStudy()
            let clock = TestClock()
            var damaged: RoundID?
            try await RunningCoordinator.run(study, clock: clock) { coordinator in
                let round = try await coordinator.openInstalled()
                switch damage {
                case 0:
                    // What no check has seen.
                    _ = try await coordinator.board.append(Array("rubbish".utf8), to: round)
                    damaged = round
                case 1:
                    let other = try #require(RoundID(bytes: [UInt8](repeating: 7, count: 32)))
                    let first = try await coordinator.entries(of: round)[0]
                    let attachment = try await coordinator.board.attachment(of: round)
                    try await coordinator.board.createRound(other, attachment: attachment, firstEntry: first)
                    damaged = other
                default:
                    let other = try #require(RoundID(bytes: [UInt8](repeating: 8, count: 32)))
                    try await coordinator.board.createRound(other, attachment: [1, 2, 3], firstEntry: [4])
                    damaged = other
                }
            }
            let round = try #require(damaged)
            let error = await #expect(throws: CoordinatorError.self) {
                try await RunningCoordinator.run(study, clock: clock) { _ in }
            }
            guard case .damagedRound(round, _)? = error else {
                Issue.record("\(damage): \(error.map { "\($0)" } ?? "started")")
                continue
            }
            #expect(error?.exitStatus == .badData)
            #expect(error?.description.contains("Restore the whole directory") == true)
        }
    }

    @Test("A board that goes wrong meanwhile is handed out no further, and the log says so")
    func damagedMeanwhile() async throws {
        let study = try TestStudy()
        try await RunningCoordinator.run(study) { coordinator in
            let round = try await coordinator.openInstalled()
            _ = try await coordinator.board.append(Array("rubbish".utf8), to: round)
            await expectRefusal(.storeFailed) { _ = try await coordinator.status(of: round) }
            await expectRefusal(.storeFailed) {
                _ = try await coordinator.rounds.mayWrite(
                    StreamID(batch: "left", stage: .vault, attempt: 0), of: round, caller: study.caller("owner-left"))
            }
            #expect(coordinator.log.text.contains("The board holds a wrong entry"))
        }
    }

    @Test("A file that is no board is named, and nothing is made in its place")
    func noBoard() async throws {
        let study = try TestStudy()
        let rubbish = [UInt8](repeating: 0x41, count: 8_192)
        try AtomicFile.write(rubbish, to: study.home.boardPath)
        await #expect(throws: StoreError.damaged("the board's file is not the database it was")) {
            try await RunningCoordinator.run(study) { _ in }
        }
        #expect(try PublicFile.read(study.home.boardPath, maxByteCount: 10_000) == rubbish)
    }
}
