import Files
import Logging
import PSIProtocol
import Testing

@testable import Coordinator
@testable import Daemon
@testable import Exchange
@testable import Values

/// The coordinator on a study's disk as `serve` builds it, but without a port: tests ask what callers would.
final class RunningCoordinator: Sendable {
    let study: TestStudy
    let rounds: CoordinatedRounds
    let board: BoardStore
    let streams: StreamStore
    let state: SealedState
    let clock: TestClock
    let log: Transcript

    private init(
        _ study: TestStudy, _ clock: TestClock, _ log: Transcript, _ quota: Int?, _ operators: Set<TLSPin>,
        _ couriers: Set<TLSPin>
    ) throws {
        self.study = study
        self.clock = clock
        self.log = log
        let home = study.home
        var configuration = try home.configuration()
        configuration.quotaByteCount = quota
        configuration.operatorPins = operators
        configuration.courierPins = couriers
        state = try home.home.state()
        board = try BoardStore(path: home.boardPath)
        _ = try home.home.directory.subdirectory("streams")
        streams = try StreamStore(root: home.streamsPath, reserve: 0, fileReserve: 0)
        rounds = try CoordinatedRounds(
            home: home, configuration: configuration, board: board, streams: streams, state: state, clock: clock.clock,
            logger: log.logger)
    }

    /// Starts it, and stops it after `body`: what it knows then lies on the disk.
    static func run<Result>(
        _ study: TestStudy, clock: TestClock = TestClock(), log: Transcript = Transcript(),
        quota: Int? = nil, operators: Set<TLSPin> = [], couriers: Set<TLSPin> = [],
        _ body: (RunningCoordinator) async throws -> Result
    ) async throws -> Result {
        let running = try RunningCoordinator(study, clock, log, quota, operators, couriers)
        do {
            try await running.rounds.load()
            let result = try await body(running)
            try running.board.close()
            return result
        } catch {
            try? running.board.close()
            throw error
        }
    }

    /// With the engine at work, as `serve` has it.
    func driving<Result>(_ body: () async throws -> Result) async throws -> Result {
        let engine = RoundEngine(
            rounds: rounds, board: board, streams: streams, state: state,
            matching: HonestMatching(
                home: study.home.home, streams: streams, state: state, spool: try study.home.home.spool()),
            clock: clock.clock, logger: log.logger)
        let running = Task { try await engine.run() }
        do {
            let result = try await body()
            running.cancel()
            try await running.value
            return result
        } catch {
            running.cancel()
            throw error
        }
    }

    // MARK: Calls

    @discardableResult
    func open(_ file: [UInt8]? = nil) async throws -> RoundID {
        let file = file ?? study.file
        return try await rounds.openRound(
            agreement: file, signatures: try study.signatures(of: file), purpose: nil,
            caller: try study.operatorCaller())
    }

    /// Opens a round and signs its agreement here before.
    func openInstalled() async throws -> RoundID {
        try study.install()
        return try await open()
    }

    /// As the interface takes an entry.
    @discardableResult
    func post(_ entry: [UInt8], to round: RoundID, by caller: Caller) async throws -> AppendedEntry {
        try await rounds.mayReadBoard(of: round, caller: caller)
        try await rounds.examineStreams(of: entry, in: round, caller: caller)
        let rounds = rounds
        let appended = try await board.append(entry, to: round) {
            try await rounds.mayAppend(entry, to: round, caller: caller)
        }
        if appended.isNew { await rounds.didAppend(number: appended.number, to: round) }
        return appended
    }

    /// An entry of the round, signed by a participant who has seen all that there is.
    func entry(
        _ body: any EntryBody, by author: ParticipantID, in round: RoundID, seen: BoardHead? = nil
    ) async throws -> [UInt8] {
        let key: any MessageSigner = study.keys[author]?.signing ?? study.home.home.keys.signingKey
        let head = try await rounds.record(of: round).head
        return try SignedEntry(body: body, author: author, round: round, seen: seen ?? head, key: key).bytes
    }

    @discardableResult
    func post(_ body: any EntryBody, by author: ParticipantID, to round: RoundID) async throws -> AppendedEntry {
        try await post(try await entry(body, by: author, in: round), to: round, by: try study.caller(author))
    }

    /// As the interface takes a chunk.
    @discardableResult
    func put(
        _ bytes: [UInt8], seq: Int, last: Bool, stream: StreamID, to round: RoundID, by caller: Caller
    ) async throws -> Bool {
        let quota = try await rounds.mayWrite(stream, of: round, caller: caller)
        let isNew = try await streams.put(
            bytes, seq: seq, last: last, stream: stream, round: round, quota: quota)
        if isNew {
            await rounds.didWrite(stream, of: round, status: try await streams.status(of: stream, round: round))
        }
        return isNew
    }

    func status(of round: RoundID) async throws -> RoundStatus {
        try StatusJSON.decode(RoundStatus.self, try await rounds.status(of: round))
    }

    /// The board's bytes, entry by entry.
    func entries(of round: RoundID) async throws -> [[UInt8]] {
        try await board.entries(of: round, after: 0, byteCountLimit: .max).entries.map(\.bytes)
    }
}

/// Expects a refusal with this code; its detail has these words.
func expectRefusal(
    _ code: ExchangeErrorCode, _ words: String = "", _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("\(what) was not refused", sourceLocation: sourceLocation)
    } catch let refusal as ExchangeRefusal {
        #expect(refusal.code == code, "\(what): \(refusal)", sourceLocation: sourceLocation)
        let detail = refusal.detail ?? ""
        #expect(words.isEmpty || detail.contains(words), "\(what): \(detail)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(what): \(error)", sourceLocation: sourceLocation)
    }
}
