import Agreement
import Exchange
import Foundation
import Logging
import PSIProtocol
import TestDirectories
import Testing

@testable import Daemon
@testable import Files
@testable import Member
@testable import RoundSimulation
@testable import Values

@Suite("Boards that are kept")
struct BoardArchiveTests {
    private let place: TemporaryDirectory
    private let home: Home
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() throws {
        place = try TemporaryDirectory()
        home = try Home.create(
            at: place.file("home"), id: "mixer0", name: "Mixer", role: .mixer, alternativeNames: [], validityDays: 30)
    }

    private func clock(_ seconds: Int64) -> MachineClock {
        MachineClock(wall: { Date(timeIntervalSince1970: Double(seconds)) }, monotonic: { .zero })
    }

    private func keeper(days: Int = 1, at seconds: Int64 = 1_000) throws -> BoardKeeper {
        try BoardKeeper(archive: BoardArchive(home: home), days: days, clock: clock(seconds), logger: quiet)
    }

    /// Keeps the entries of a fixture's board after the first `after`, up to number `count`, as a reader takes them.
    private func keep(_ fixture: BoardFixture, _ after: Int, _ count: Int, _ keeper: BoardKeeper) throws {
        try keeper.keep(
            Array(fixture.board[after..<count]), of: fixture.records[count - 1], agreement: fixture.study.file)
    }

    @Test("Entries are kept as they come, each once, and the same after another start")
    func grows() async throws {
        let fixture = try await BoardFixture.written.value
        let round = fixture.records[0].round
        var keeper = try keeper()
        try keep(fixture, 0, 1, keeper)
        try keep(fixture, 1, 4, keeper)
        // Read again, in part or whole.
        try keep(fixture, 2, 6, keeper)
        try keep(fixture, 0, 3, keeper)
        keeper = try self.keeper()
        try keep(fixture, 0, 9, keeper)
        // What is missing before is not made up.
        try keep(fixture, 12, 15, keeper)
        let archive = try BoardArchive(home: home)
        #expect(try archive.rounds() == [round])
        let kept = try #require(try archive.board(of: round))
        #expect(kept.entries == Array(fixture.board[..<9]) && kept.agreement == fixture.study.file)
        #expect(kept.heads == fixture.records[8].heads)
    }

    @Test("A process that is killed while it writes leaves what was there, and goes on from it")
    func killed() async throws {
        let fixture = try await BoardFixture.written.value
        let round = fixture.records[0].round
        let path = "home/boards/\(round).board"
        try keep(fixture, 0, 5, keeper())
        let before = try place.read(path)
        try keep(fixture, 5, 8, keeper())
        let whole = try place.read(path)
        let archive = try BoardArchive(home: home)
        for count in stride(from: 0, to: whole.count, by: 997) {
            try place.overwrite(path, Array(whole.prefix(count)))
            let kept = try archive.board(of: round)
            #expect(kept == nil || fixture.board.starts(with: kept?.entries ?? []), "\(count)")
            if count >= before.count { #expect((kept?.entries.count ?? 0) >= 5, "\(count)") }
            try keep(fixture, 0, 8, keeper())
            #expect(try archive.board(of: round)?.entries == Array(fixture.board[..<8]), "\(count)")
        }
    }

    @Test("It lies sealed: no length of a list and no count is in it; what was changed is found")
    func sealed() async throws {
        let fixture = try await BoardFixture.written.value
        let round = fixture.records[0].round
        let path = "home/boards/\(round).board"
        try keep(fixture, 0, fixture.board.count, keeper())
        let whole = try place.read(path)
        let text = String(decoding: whole, as: UTF8.self)
        #expect(!text.contains("BatchDeclared") && !text.contains("owner-left") && !text.contains("\"count\""))
        #expect(try place.mode(path) == 0o600)
        let archive = try BoardArchive(home: home)
        for index in stride(from: 0, to: whole.count - 1, by: 2_011) {
            var bytes = whole
            bytes[index] = bytes[index] == 0x41 ? 0x42 : 0x41
            try place.overwrite(path, bytes)
            #expect(throws: FileError.altered(path: place.file(path)), "\(index)") { try archive.board(of: round) }
        }
        // Of another round, it does not open.
        let other = try #require(RoundID(bytes: [UInt8](repeating: 7, count: 32)))
        try place.write(text, to: "home/boards/\(other).board")
        #expect(throws: FileError.altered(path: place.file("home/boards/\(other).board"))) {
            try archive.board(of: other)
        }
        // What was damaged is read anew.
        try place.overwrite(path, Array("0 0 AAAA\n".utf8))
        try keep(fixture, 0, 6, keeper())
        #expect(try archive.board(of: round)?.entries == Array(fixture.board[..<6]))
    }

    @Test("Another board than the one that is kept is found, also after another start and when the round is over")
    func forked() async throws {
        let fixture = try await BoardFixture.written.value
        let count = try fixture.position(of: RoundClosed.self)
        let first = try keeper()
        try keep(fixture, 0, fixture.board.count, first)
        let abort = try fixture.sign(
            RoundAborted(code: .deadline, participants: []), by: "coordinator", on: fixture.records[count - 1])
        var record = fixture.records[count - 1]
        try record.append(abort)
        while record.head.count <= fixture.board.count {
            guard let next = record.yetToErase.first else { break }
            try record.append(try fixture.sign(KeysErased(), by: next, on: record))
        }
        // Also where it is shown only as far as it is shorter than the one that is kept.
        var short = fixture.records[count - 1]
        try short.append(abort)
        for keeper in [first, try keeper()] {
            for shown in [record, short] {
                #expect(throws: ProtocolViolation(.boardForked, by: "coordinator")) {
                    try keeper.keep([abort], of: shown, agreement: fixture.study.file)
                }
            }
        }
        let kept = try BoardArchive(home: home).board(of: record.round)
        #expect(kept?.entries == fixture.board)
    }

    @Test("It is removed when the configured days after the round's deadline are over, and not before")
    func expires() async throws {
        let fixture = try await BoardFixture.written.value
        let deadline = Int64(fixture.records[0].opening.deadline)
        try keep(fixture, 0, 4, keeper())
        let archive = try BoardArchive(home: home)
        try keeper(days: 30, at: deadline + 30 * 86_400).tidy()
        #expect(try archive.rounds().count == 1)
        let late = try keeper(days: 30, at: deadline + 30 * 86_400 + 1)
        late.tidy()
        #expect(try archive.rounds() == [])
        let kept = try KeptEvidence.all(in: home, days: 30)
        #expect(kept == [])
        // A home of a former version has none, and nothing is made of that.
        #expect(try archive.board(of: fixture.records[0].round) == nil)
    }

    @Test("What others sign after this participant's part is over is read and kept")
    func lateEntries() async throws {
        let fixture = try await BoardFixture.written.value
        let round = fixture.records[0].round
        let end = try fixture.position(of: KeysErased.self) + 1
        let keeper = try keeper()
        try keep(fixture, 0, end, keeper)
        let client = BoardPort(board: Array(fixture.board[..<(end + 1)]))
        let late = LateEntries(boards: keeper, client: client, logger: quiet)
        var done: Set<RoundID> = []
        await late.look(&done)
        #expect(done.isEmpty)
        #expect(try keeper.archive.board(of: round)?.entries.count == end + 1)
        await LateEntries(boards: keeper, client: BoardPort(board: fixture.board), logger: quiet).look(&done)
        #expect(done == [round])
        #expect(try keeper.archive.board(of: round)?.entries == fixture.board)
        // A coordinator that shows another one changes nothing.
        await LateEntries(boards: keeper, client: BoardPort(board: []), logger: quiet).look(&done)
        #expect(try keeper.archive.board(of: round)?.entries == fixture.board)
    }

    @Test("It is shown as anybody can check it, without a coordinator")
    func shown() async throws {
        let fixture = try await BoardFixture.written.value
        let round = fixture.records[0].round
        try keep(fixture, 0, fixture.board.count, keeper())
        let (board, missing) = try await EvidenceStore(home: home).export(
            round, withStreams: true, to: place.file("round.zip"))
        #expect(missing.isEmpty && board.record.round == round)
        #expect(try EvidenceReader(place.file("round.zip")).board.entries.map(\.bytes) == fixture.board)
        let lines = EvidenceExportText.lines(board, missing: [], withStreams: false, path: "round.zip")
        #expect(lines.last == "Anybody can check it with `evidence verify round.zip`")
    }

    @Test("Evidence of a former version, a board beside the streams, is shown too")
    func formerVersion() async throws {
        let study = try SimulatedStudy.written()
        let entry = try study.opening()
        let round = try #require(entry.openedRound)
        let agreement = AgreementID(ofFile: study.file)
        try place.write("{\"agreement\":\"\(agreement)\",\"until\":9000000000}", to: "home/x.json")
        _ = try home.evidence()
        try FileManager.default.moveItem(
            atPath: place.file("home/x.json"), toPath: place.file("home/evidence/\(round).json"))
        try place.overwrite("home/evidence/\(round).board.txt", BoardText.line(of: entry.bytes))
        let store = try EvidenceStore(home: home)
        await #expect(throws: EvidenceExportError.noAgreement(id: "\(agreement)")) {
            try await store.export(round, withStreams: false, to: place.file("round.zip"))
        }
        let agreements = try home.agreements().directory
        let signature = AgreementSignature(
            agreement: agreement, participant: "mixer0", signature: [UInt8](repeating: 1, count: 64))
        try AtomicFile.write(signature.json, to: agreements.file("\(agreement).signature.json"))
        try AtomicFile.write(study.file, to: agreements.file("\(agreement).yaml"))
        let (board, _) = try await store.export(round, withStreams: false, to: place.file("round.zip"))
        #expect(board.record.round == round)
        #expect(try KeptEvidence.all(in: home, days: 1).map(\.round) == [round])
    }
}

/// A coordinator of which nothing is asked but one board.
private struct BoardPort: CoordinatorPort {
    struct Refused: Error {}
    let board: [[UInt8]]
    var isReached: Bool { true }

    func entries(of round: RoundID, after: Int, wait: Duration) async throws -> BoardPage {
        let rest = after < board.count ? board[after...] : []
        return BoardPage(
            entries: rest.enumerated().map { NumberedEntry(number: after + 1 + $0, bytes: $1) }, isLast: true)
    }

    func rounds(known: String?, wait: Duration) async throws -> RoundList { throw Refused() }
    func post(_ entry: [UInt8], to round: RoundID) async throws -> PostedEntry { throw Refused() }
    func getChunk(seq: Int, stream: StreamID, round: RoundID, wait: Duration) async throws -> StoredChunk? {
        throw Refused()
    }
    func chunk(seq: Int, stream: StreamID, round: RoundID) async throws -> StoredChunk { throw Refused() }
    func put(_ chunk: [UInt8], seq: Int, last: Bool, stream: StreamID, round: RoundID) async throws { throw Refused() }
    func vaultCells(
        of batch: String, attempt: Int, round: RoundID, handles: [[UInt8]], cellByteCount: Int
    ) async throws -> [[UInt8]] { throw Refused() }
    func shutdown() async throws {}
}
