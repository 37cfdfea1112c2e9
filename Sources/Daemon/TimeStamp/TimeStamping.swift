internal import Exchange
internal import Foundation
public import Logging
internal import PSIProtocol
public import ServiceLifecycle
public import Values

/// Where boards are that get time stamps.
public protocol StampedBoards: Sendable {
    func rounds() async throws -> [RoundID]
    /// Nil for a round of which nothing is kept any more.
    func board(of round: RoundID) async throws -> KeptBoard?
}

/// Gets time stamps of the opening and the end of boards, from the server that the configuration names.
///
/// A server that is away stops no round: it is told once, and asked again until it answers or nobody waits any more.
public struct TimeStamping: Sendable {
    private let client: TimeStampClient
    private let certificate: TimeStampCertificate
    private let store: TimeStampStore
    private let clock: MachineClock
    private let pause: Duration
    private let logger: Logger

    /// How long after a round's deadline time stamps are asked for.
    private static let patienceSeconds: Int64 = 14 * 86_400
    private static let longestPause = Duration.seconds(600)

    /// - Parameters:
    ///   - proxy: the way to the server where its own configuration names none.
    ///   - pause: between two looks at the boards; after a failure it gets longer.
    /// - Throws: `TimeStampServerError`, `FileError`, as the proxy's credentials do.
    public init(
        _ server: TimeStampServer, home: Home, proxy: ProxyAddress? = nil, clock: MachineClock = .system,
        pause: Duration = .seconds(5), logger: Logger
    ) throws {
        let way = try (server.proxy ?? proxy)?.proxy()
        guard let client = TimeStampClient(url: server.url, proxy: way, logger: logger) else {
            throw TimeStampServerError.notAnAddress(server.url)
        }
        self.client = client
        certificate = try server.certificate()
        store = try TimeStampStore(home: home)
        self.clock = clock
        self.pause = pause
        self.logger = logger
    }

    /// Until it is cancelled.
    public func run(_ boards: some StampedBoards) async {
        var done: Set<RoundID> = []
        var (wait, isFailing) = (pause, false)
        while !Task.isCancelled {
            do {
                try await look(boards, &done)
                if isFailing { logger.notice("Time stamps are given again") }
                (wait, isFailing) = (pause, false)
            } catch {
                if Task.isCancelled { return }
                if !isFailing {
                    logger.warning(
                        "A time stamp is missing; it is asked for again until it is given",
                        metadata: ["error": "\(ErrorReport(error).sentence)"])
                }
                isFailing = true
                wait = min(Self.longestPause, wait * 2)
            }
            do { try await Task.sleep(for: wait) } catch { return }
        }
    }

    /// Gets what is missing now.
    ///
    /// - Parameter done: rounds that need no further look.
    /// - Throws: the first failure, after every round was tried.
    func look(_ boards: some StampedBoards, _ done: inout Set<RoundID>) async throws {
        var failure: (any Error)?
        for round in try await boards.rounds() where !done.contains(round) {
            do {
                if try await isStamped(round, boards) { done.insert(round) }
            } catch {
                try Task.checkCancellation()
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    private func isStamped(_ round: RoundID, _ boards: some StampedBoards) async throws -> Bool {
        if store.has(.opening, of: round), store.has(.end, of: round) { return true }
        guard let board = try await boards.board(of: round), let opening = board.opening,
            clock.unixSeconds() < Int64(clamping: opening.deadline) + Self.patienceSeconds
        else { return true }
        let heads = board.heads
        if heads.count > 1 { try await stamp(.opening, heads[1], round) }
        guard let end = board.endCount, end < heads.count else { return false }
        try await stamp(.end, heads[end], round)
        return true
    }

    private func stamp(_ place: StampedHead, _ head: BoardHead, _ round: RoundID) async throws {
        guard !store.has(place, of: round) else { return }
        let digest = StampedHead.digest(of: head, in: round)
        var generator = SystemRandomNumberGenerator()
        let nonce = (0..<TimeStamp.nonceByteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let answer = try await client.answer(to: TimeStamp.query(of: digest, nonce: nonce))
        let stamp = try TimeStamp(answer, of: digest, nonce: nonce, certificate: certificate)
        try store.keep(stamp, of: place, of: round)
        logger.info(
            "A time stamp is kept",
            metadata: [
                "round": "\(round.description.prefix(12))", "of": "\(place.rawValue)",
                "time": "\(MachineClock.timestamp(Date(timeIntervalSince1970: Double(stamp.seconds))))",
            ])
    }
}

/// Gets time stamps as long as a daemon runs.
public struct TimeStampService<Boards: StampedBoards>: Service {
    private let stamping: TimeStamping
    private let boards: Boards

    public init(_ stamping: TimeStamping, _ boards: Boards) {
        self.stamping = stamping
        self.boards = boards
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await stamping.run(boards)
            // A service that returns would end the daemon.
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(3_600)) }
        }
    }
}
