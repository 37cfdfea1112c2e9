import Exchange
import Files
import Testing

@testable import Coordinator
@testable import Daemon
@testable import PSIProtocol
@testable import Values

/// What gets onto a board, by whom, and what its readers get. [P-13] [P-14] [P-54]
@Suite("Entries of a board")
struct BoardEntryTests {
    private let study: TestStudy

    init() throws { study = try TestStudy() }

    /// A round that has just been opened.
    private func withRound(_ body: (RunningCoordinator, RoundID) async throws -> Void) async throws {
        try await RunningCoordinator.run(study) { coordinator in
            try await body(coordinator, try await coordinator.openInstalled())
        }
    }

    private static let commitment = KeyCommitted(commitment: HexBytes([UInt8](repeating: 5, count: 32)))

    @Test("The same entry again gets the number that it has, whoever sends it, and changes nothing")
    func repeated() async throws {
        try await withRound { coordinator, round in
            let entry = try await coordinator.entry(Self.commitment, by: "mixer0", in: round)
            let mixer = try study.caller("mixer0")
            #expect(
                try await coordinator.post(entry, to: round, by: mixer) == AppendedEntry(number: 2, isNew: true))
            for id in ["mixer0", "owner-left", "research"] {
                let again = try await coordinator.post(entry, to: round, by: try study.caller(id))
                #expect(again == AppendedEntry(number: 2, isNew: false), "\(id)")
            }
            #expect(try await coordinator.entries(of: round).count == 2)
            // The same said anew is another entry.
            await expectRefusal(.entryRefused, "entry.repeated") {
                try await coordinator.post(Self.commitment, by: "mixer0", to: round)
            }
        }
    }

    @Test("Entries posted at once are each taken once, with numbers without gaps")
    func atOnce() async throws {
        try await withRound { coordinator, round in
            var waiting: [(ParticipantID, [UInt8])] = []
            for id in ["owner-left", "owner-right", "mixer0", "research"] {
                waiting.append((id, try await coordinator.entry(Self.commitment, by: id, in: round)))
            }
            let study = study
            let numbers = try await withThrowingTaskGroup(of: (ParticipantID, AppendedEntry).self) { group in
                for (id, entry) in waiting + waiting + waiting {
                    group.addTask { (id, try await coordinator.post(entry, to: round, by: try study.caller(id))) }
                }
                return try await group.reduce(into: [ParticipantID: [AppendedEntry]]()) {
                    $0[$1.0, default: []].append($1.1)
                }
            }
            for (id, appended) in numbers {
                #expect(Set(appended.map(\.number)).count == 1 && appended.count { $0.isNew } == 1, "\(id)")
            }
            #expect(Set(numbers.values.compactMap(\.first?.number)) == [2, 3, 4, 5])
            #expect(try await coordinator.rounds.record(of: round).commitments.count == 4)
        }
    }

    @Test("A stranger neither reads nor writes, and learns nothing but that")
    func stranger() async throws {
        try await withRound { coordinator, round in
            let stranger = try TestStudy.stranger()
            let entry = try await coordinator.entry(Self.commitment, by: "mixer0", in: round)
            for call in 0..<5 {
                let stream = StreamID(batch: "left", stage: .ring(0), attempt: 0)
                let refusal = await #expect(throws: ExchangeRefusal.self) {
                    switch call {
                    case 0: try await coordinator.rounds.mayReadBoard(of: round, caller: stranger)
                    case 1: _ = try await coordinator.rounds.mayWrite(stream, of: round, caller: stranger)
                    case 2: try await coordinator.rounds.mayRead(stream, of: round, caller: stranger)
                    case 3: _ = try await coordinator.rounds.mayReadCells(of: stream, round: round, caller: stranger)
                    default: try await coordinator.post(entry, to: round, by: stranger)
                    }
                }
                #expect(refusal == ExchangeRefusal(.callerNotAllowed), "\(call)")
            }
            await expectRefusal(.entryRefused, "entry.not-allowed") {
                try await coordinator.rounds.mayAppend(entry, to: round, caller: stranger)
            }
            #expect(try await coordinator.rounds.rounds(for: stranger).isEmpty)
            #expect(await !coordinator.rounds.knows(stranger.pin))
            #expect(await !coordinator.rounds.isOperator(stranger))
            #expect(try await coordinator.entries(of: round).count == 1)
        }
    }

    @Test("An operator reads boards and opens rounds, but takes part in none")
    func operators() async throws {
        let further = try TestStudy.stranger()
        try study.install()
        try await RunningCoordinator.run(study, operators: [further.pin]) { coordinator in
            let round = try await coordinator.open()
            for caller in [try study.operatorCaller(), further] {
                #expect(await coordinator.rounds.knows(caller.pin))
                #expect(await coordinator.rounds.isOperator(caller))
                try await coordinator.rounds.mayReadBoard(of: round, caller: caller)
                let entry = try await coordinator.entry(Self.commitment, by: "mixer0", in: round)
                await expectRefusal(.entryRefused, "entry.not-allowed") {
                    try await coordinator.post(entry, to: round, by: caller)
                }
                #expect(try await coordinator.rounds.rounds(for: caller).isEmpty)
            }
            for participant in study.participants {
                #expect(try await !coordinator.rounds.isOperator(study.caller(participant.id)), "\(participant.id)")
            }
        }
    }

    @Test("Taking an agreement away shuts its participants out, whatever rounds of it there are")
    func takenAway() async throws {
        try await withRound { coordinator, round in
            let directory = try study.home.home.agreements().directory
            let names = try directory.names()
            func known() async throws -> [ParticipantID] {
                var known: [ParticipantID] = []
                for participant in study.participants {
                    let pin = try study.caller(participant.id).pin
                    if await coordinator.rounds.knows(pin) { known.append(participant.id) }
                }
                return known
            }
            #expect(try await known() == study.participants.map(\.id))
            for name in names { try Directory.move(directory.file(name), to: study.place.file(name)) }
            #expect(try await known() == [])
            #expect(try await coordinator.rounds.knows(study.operatorCaller().pin))
            for name in names { try Directory.move(study.place.file(name), to: directory.file(name)) }
            #expect(try await known() == study.participants.map(\.id))
            #expect(try await coordinator.rounds.record(of: round).ending == nil)
        }
    }

    @Test("What the protocol does not allow is refused by name, and stored by nobody's wish")
    func refused() async throws {
        try await withRound { coordinator, round in
            let head = try await coordinator.rounds.record(of: round).head
            let ahead = BoardHead(count: 2, hash: [UInt8](repeating: 9, count: 32))
            let elsewhere = BoardHead(count: 1, hash: [UInt8](repeating: 9, count: 32))
            let other = try #require(RoundID(bytes: [UInt8](repeating: 7, count: 32)))
            var altered = try await coordinator.entry(Self.commitment, by: "mixer0", in: round)
            altered[3] ^= 1
            let ofOtherRound = try SignedEntry(
                body: Self.commitment, author: "mixer0", round: other, seen: head,
                key: try #require(study.keys["mixer0"]).signing
            ).bytes
            let cases: [(String, [UInt8])] = [
                (
                    "entry.malformed",
                    Array("nothing sensible at all, and long enough to hold a signature of 64 bytes".utf8)
                ),
                ("entry.bad-signature", altered),
                ("entry.wrong-round", ofOtherRound),
                ("board.forked", try await coordinator.entry(Self.commitment, by: "mixer0", in: round, seen: ahead)),
                (
                    "board.forked",
                    try await coordinator.entry(Self.commitment, by: "mixer0", in: round, seen: elsewhere)
                ),
                ("entry.out-of-place", try await coordinator.entry(KeysErased(), by: "mixer0", in: round)),
                (
                    "entry.out-of-place",
                    try await coordinator.entry(ManifestSigned(manifest: HexBytes([])), by: "mixer0", in: round)
                ),
                ("entry.not-allowed", try await coordinator.entry(RoundClosed(), by: "mixer0", in: round)),
                ("entry.not-allowed", try await coordinator.entry(Self.commitment, by: "owner-left", in: round)),
            ]
            let mixer = try study.caller("mixer0")
            for (name, entry) in cases {
                await expectRefusal(.entryRefused, name, name) {
                    try await coordinator.post(entry, to: round, by: mixer)
                }
            }
            #expect(try await coordinator.entries(of: round).count == 1)
            #expect(coordinator.log.lines.count { $0.contains("An entry is refused") } == cases.count)
        }
    }

    @Test("The coordinator's own entries do not come over the network, even with its certificate")
    func ownEntries() async throws {
        try await withRound { coordinator, round in
            let caller = try study.caller(TestStudy.coordinator)
            let abort = RoundAborted(code: .deadline, participants: [])
            let entry = try await coordinator.entry(abort, by: TestStudy.coordinator, in: round)
            for id in [TestStudy.coordinator, "owner-left"] {
                await expectRefusal(.entryRefused, "entry.not-allowed", id) {
                    try await coordinator.post(entry, to: round, by: id == "owner-left" ? study.caller(id) : caller)
                }
            }
            #expect(try await coordinator.rounds.record(of: round).ending == nil)
        }
    }

    @Test("After the end only the erasure of keys is taken; who comes late is told so by its own code")
    func ended() async throws {
        try await withRound { coordinator, round in
            let late = try await coordinator.entry(Self.commitment, by: "mixer0", in: round)
            try await coordinator.rounds.abort(round, reason: "Enough", caller: try study.operatorCaller())
            await expectRefusal(.roundClosed) {
                try await coordinator.post(late, to: round, by: try study.caller("mixer0"))
            }
            await expectRefusal(.roundClosed) {
                try await coordinator.post(Refused(code: .policy), by: "research", to: round)
            }
            #expect(!coordinator.log.text.contains("An entry is refused"), "it was on its way: no fault")
            for id in ["mixer0", "research"] { try await coordinator.post(KeysErased(), by: id, to: round) }
            #expect(try await coordinator.rounds.record(of: round).erased == ["mixer0", "research"])
        }
    }

    @Test("A board is handed out from any place in it, without gaps, in pages, before and after a restart")
    func pages() async throws {
        var board: [[UInt8]] = []
        var round: RoundID?
        try await withRound { coordinator, opened in
            try await Members(study).run(opened, at: coordinator) { $0.allManifestsSigned }
            board = try await coordinator.entries(of: opened)
            round = opened
        }
        #expect(board.count == 1 + 3 * 4)
        let known = try #require(round)
        try await RunningCoordinator.run(study) { coordinator in
            for after in 0...board.count + 1 {
                let page = try await coordinator.board.entries(of: known, after: after)
                #expect(page.entries.map(\.bytes) == Array(board.dropFirst(after)))
                #expect(page.entries.map(\.number) == Array((after + 1)..<(max(after, board.count) + 1)))
                #expect(page.isLast)
                var found: [[UInt8]] = []
                while true {
                    let page = try await coordinator.board.entries(of: known, after: after + found.count, countLimit: 5)
                    #expect(page.entries.count <= 5)
                    found += page.entries.map(\.bytes)
                    if page.isLast { break }
                }
                #expect(found == Array(board.dropFirst(after)))
            }
        }
    }

    @Test("A round is on the list of whoever still has to do with it")
    func lists() async throws {
        try await withRound { coordinator, round in
            func listed() async throws -> Set<ParticipantID> {
                var found: Set<ParticipantID> = []
                for participant in study.participants {
                    let rounds = try await coordinator.rounds.rounds(for: try study.caller(participant.id))
                    if rounds.map(\.round) == [round] { found.insert(participant.id) }
                }
                return found
            }
            #expect(try await listed() == Set(study.participants.map(\.id)))
            try await coordinator.rounds.abort(round, reason: "Enough", caller: try study.operatorCaller())
            // Who holds keys, until it has erased them.
            var expected: Set = ["owner-left", "owner-right", "mixer0", "research"]
            #expect(try await listed() == expected)
            for id in ["research", "mixer0", "owner-left", "owner-right"] {
                try await coordinator.post(KeysErased(), by: id, to: round)
                expected.remove(id)
                #expect(try await listed() == expected)
            }
        }
    }

    @Test("What is no round is told so, whatever is asked of it")
    func unknownRound() async throws {
        try await withRound { coordinator, _ in
            let other = try #require(RoundID(bytes: [UInt8](repeating: 7, count: 32)))
            let caller = try study.caller("mixer0")
            let stream = StreamID(batch: "left", stage: .ring(0), attempt: 0)
            await expectRefusal(.roundUnknown) { try await coordinator.rounds.mayReadBoard(of: other, caller: caller) }
            await expectRefusal(.roundUnknown) { _ = try await coordinator.rounds.status(of: other) }
            await expectRefusal(.roundUnknown) {
                try await coordinator.rounds.abort(other, reason: "Enough", caller: try study.operatorCaller())
            }
            await expectRefusal(.roundUnknown) {
                _ = try await coordinator.rounds.mayWrite(stream, of: other, caller: caller)
            }
            await expectRefusal(.roundUnknown) {
                try await coordinator.rounds.mayRead(stream, of: other, caller: caller)
            }
        }
    }
}
