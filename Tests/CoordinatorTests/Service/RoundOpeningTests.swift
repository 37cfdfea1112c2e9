import Exchange
import Files
import Foundation
import Testing

@testable import Agreement
@testable import Coordinator
@testable import Daemon
@testable import PSIProtocol
@testable import Values

/// When an operator may open a round, and what it opens. [P-15] [P-55]
@Suite("Opening a round")
struct RoundOpeningTests {
    /// Calls as the operator.
    private static func open(
        _ coordinator: RunningCoordinator, _ file: [UInt8], _ signatures: [[UInt8]]
    ) async throws -> RoundID {
        try await coordinator.rounds.openRound(
            agreement: file, signatures: signatures, purpose: nil, caller: try coordinator.study.operatorCaller())
    }

    @Test("It is numbered, dated, signed by the coordinator, and carries everybody's signature of the agreement")
    func opened() async throws {
        let study = try TestStudy()
        try await RunningCoordinator.run(study) { coordinator in
            let round = try await coordinator.openInstalled()
            let board = try await coordinator.entries(of: round)
            #expect(board.count == 1)
            let entry = try SignedEntry(bytes: board[0])
            #expect(entry.author == TestStudy.coordinator && entry.openedRound == round)
            try entry.verifySignature(publicKey: study.home.home.keys.participant.signingKey)
            let opening = try #require(entry.body as? RoundOpened)
            #expect(opening.number == 1)
            #expect(opening.agreement.bytes == AgreementID(ofFile: study.file).bytes)
            #expect(opening.opened == TestClock.noon && opening.deadline == TestClock.noon + 3_600)
            #expect(Set(opening.signatures.keys) == Set(study.participants.map(\.id)))
            for participant in study.participants {
                let signature = try study.signature(participant.id)
                #expect(opening.signatures[participant.id]?.bytes.count == signature.signature.count)
            }
            let listed = try await coordinator.rounds.allRounds()
            #expect(listed.map(\.round) == [round] && listed.map(\.state) == ["keys"])
            let attachment = try RoundAttachment(decoding: try await coordinator.board.attachment(of: round))
            #expect(Array(attachment.agreement) == study.file)
        }
    }

    @Test("Not before everybody has signed exactly this file, and it says who has not")
    func signatures() async throws {
        let study = try TestStudy()
        try study.install()
        let all = try study.signatures()
        let other = study.otherFile(study.design)
        let forged = try AgreementSignature(
            file: study.file, participant: "mixer0", key: try #require(study.keys["owner-left"]).signing)
        let cases: [(String, [[UInt8]], String)] = [
            ("one is missing", Array(all.dropFirst(2)), "Not signed yet by: owner-left, owner-right."),
            (
                "of another file", Array(all.dropLast()) + [try study.signature("research", of: other).json],
                "The signature by research is for another agreement"
            ),
            (
                "by another key",
                all.filter { !String(decoding: $0, as: UTF8.self).contains("mixer0") } + [forged.json],
                "The signature by mixer0 is not valid"
            ),
            (
                "by a stranger too",
                all + [
                    try AgreementSignature(
                        file: study.file, participant: "nobody", key: try #require(study.keys["mixer0"]).signing
                    ).json
                ],
                "The signature is by nobody, whom the agreement does not name"
            ),
            ("no signature file", all + [Array("{}".utf8)], "The signature file cannot be read"),
            ("none", [], "Not signed yet by: owner-left, owner-right, mixer0, coordinator, research."),
        ]
        try await RunningCoordinator.run(study) { coordinator in
            for (what, signatures, words) in cases {
                await expectRefusal(.agreementRefused, words, what) {
                    _ = try await Self.open(coordinator, study.file, signatures)
                }
            }
            // Nothing that was refused has left a trace.
            #expect(try await coordinator.board.rounds().isEmpty)
            #expect(coordinator.state.names(StatePrefix("")).isEmpty)
            let round = try await Self.open(coordinator, study.file, all.reversed())
            #expect(try await coordinator.status(of: round).number == 1)
        }
    }

    @Test("Not under what is no agreement, or one that this coordinator has not signed")
    func unknown() async throws {
        let study = try TestStudy()
        try await RunningCoordinator.run(study) { coordinator in
            await expectRefusal(.agreementRefused, "sign it first with `agreement sign`") {
                _ = try await coordinator.open()
            }
            try study.install()
            for text in ["", "rubbish", "\u{0}", String(repeating: "[", count: 5_000)] {
                await expectRefusal(.agreementRefused, "", text) {
                    _ = try await Self.open(coordinator, Array(text.utf8), [])
                }
            }
            // One space more is another agreement.
            let other = study.file + Array(" \n".utf8)
            await expectRefusal(.agreementRefused, "sign it first with `agreement sign`") {
                _ = try await Self.open(coordinator, other, try study.signatures(of: other))
            }
            #expect(try await coordinator.board.rounds().isEmpty)
        }
    }

    @Test("Not under an agreement that names this coordinator with other keys")
    func otherKeys() async throws {
        let (study, other) = (try TestStudy(), try TestStudy())
        // Its files lie here, as after a copy of another coordinator's directory.
        try other.install()
        let store = try study.home.home.agreements()
        for name in try other.home.home.agreements().directory.names() {
            let bytes = try PublicFile.read(other.home.home.agreements().directory.file(name), maxByteCount: 1 << 20)
            try AtomicFile.write(bytes, to: store.directory.file(name))
        }
        try await RunningCoordinator.run(study) { coordinator in
            await expectRefusal(.agreementRefused, "pins another signing key for coordinator") {
                _ = try await Self.open(coordinator, other.file, try other.signatures())
            }
        }
    }

    struct Day: CustomTestStringConvertible, Sendable {
        var seconds: Int
        /// Of the refusal; nil where a round is opened.
        var words: String?
        var testDescription: String { "\(seconds)" }
    }

    private static let first = 1_767_225_600
    private static let last = first + 364 * TestClock.day

    @Test(
        "From the first second of the first day of validity to the last of the last, in UTC",
        arguments: [
            Day(seconds: first - 1, words: "The agreement is valid from 2026-01-01 (UTC)."),
            Day(seconds: first), Day(seconds: last + TestClock.day - 1),
            Day(seconds: last + TestClock.day, words: "The agreement was valid until 2026-12-31 (UTC)."),
        ])
    func validity(_ day: Day) async throws {
        let study = try TestStudy()
        try study.install()
        try await RunningCoordinator.run(study, clock: TestClock(day.seconds)) { coordinator in
            guard let words = day.words else {
                _ = try await coordinator.open()
                return
            }
            await expectRefusal(.agreementRefused, words) { _ = try await coordinator.open() }
        }
    }

    @Test("One round of an agreement at a time, and no more than were agreed to")
    func numbers() async throws {
        var design = TestStudy.Design()
        design.roundsAllowed = 2
        let study = try TestStudy(design)
        try await RunningCoordinator.run(study) { coordinator in
            try study.install()
            for number in 1...2 {
                let round = try await coordinator.open()
                #expect(try await coordinator.status(of: round).number == number)
                await expectRefusal(.agreementRefused, "Round \(round) of this agreement is still open") {
                    _ = try await coordinator.open()
                }
                try await coordinator.rounds.abort(round, reason: "Again", caller: try study.operatorCaller())
            }
            await expectRefusal(.agreementRefused, "All 2 rounds of the agreement are spent.") {
                _ = try await coordinator.open()
            }
            // Another agreement of the same parties has rounds of its own.
            let other = study.otherFile(design)
            try study.install(other)
            _ = try await coordinator.open(other)
        }
    }

    @Test("Of two operators who open at once, one opens")
    func atOnce() async throws {
        let study = try TestStudy()
        try study.install()
        try await RunningCoordinator.run(study) { coordinator in
            let opened = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 { group.addTask { (try? await coordinator.open()) != nil } }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            let rounds = try await coordinator.board.rounds()
            #expect(opened == 1 && rounds.count == 1)
        }
    }

    @Test("A number is not given again after the boards were lost, nor after the sealed state was put back")
    func lostBoards() async throws {
        let study = try TestStudy()
        try study.install()
        let first = try await RunningCoordinator.run(study) { try await $0.open() }
        for name in try study.home.home.directory.names() where name.hasPrefix("board.sqlite") {
            try AtomicFile.remove(study.home.home.directory.file(name))
        }
        try await RunningCoordinator.run(study) { coordinator in
            #expect(try await coordinator.rounds.allRounds().isEmpty)
            let second = try await coordinator.open()
            #expect(second != first)
            #expect(try await coordinator.status(of: second).number == 2)
            try await coordinator.rounds.abort(second, reason: "Again", caller: try study.operatorCaller())
        }
        try Directory.removeTree(study.home.home.directory.file("state"))
        try await RunningCoordinator.run(study) { coordinator in
            let third = try await coordinator.open()
            #expect(try await coordinator.status(of: third).number == 3)
        }
    }

    @Test("Counts with noise: an open round counts as told, one that ended without counts costs nothing [A-73]")
    func budget() async throws {
        var design = TestStudy.Design(release: .none)
        design.counts = "{mechanism: discrete_laplace, epsilon: 0.5, total_epsilon: 0.5}"
        let study = try TestStudy(design)
        // Another agreement of the study: what its counts have cost does not begin anew with it.
        let other = study.otherFile(design)
        try study.install()
        try study.install(other)
        try await RunningCoordinator.run(study) { coordinator in
            let round = try await coordinator.open()
            await expectRefusal(.agreementRefused, "have cost an epsilon of 0.5, and a round costs 0.5") {
                _ = try await coordinator.open(other)
            }
            var elsewhere = design
            elsewhere.study = "another"
            let unrelated = study.otherFile(elsewhere)
            try study.install(unrelated)
            _ = try await coordinator.open(unrelated)
            try await coordinator.rounds.abort(round, reason: "Again", caller: try study.operatorCaller())
            _ = try await coordinator.open(other)
        }
    }

    @Test("A round whose number could not be kept is on its board and ends like any other")
    func stateFails() async throws {
        let study = try TestStudy()
        try study.install()
        let clock = TestClock()
        try await RunningCoordinator.run(study, clock: clock) { coordinator in
            try await coordinator.driving {
                try Directory.removeTree(study.home.home.directory.file("state"))
                let before = coordinator.board.changes.version(of: .roundList)
                await expectRefusal(.serverFailed) { _ = try await coordinator.open() }
                // Once when it was stored, and again when it could be found among the rounds.
                #expect(coordinator.board.changes.version(of: .roundList) == before + 2)
                let round = try #require(try await coordinator.board.rounds().first)
                try await coordinator.post(Refused(code: .policy), by: "mixer0", to: round)
                let start = ContinuousClock.now
                while try await coordinator.rounds.record(of: round).ending == nil {
                    try #require(ContinuousClock.now - start < .seconds(120), "nobody ends the round")
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
        }
    }
}
