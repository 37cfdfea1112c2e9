internal import Agreement
internal import Daemon
internal import Exchange
internal import Foundation
internal import Logging
internal import PSIProtocol
internal import Synchronization
internal import Values

/// The coordinator, called in each round with the keys that the round's agreement pins, while a participant has new
/// keys and former ones.
///
/// The coordinator knows a caller by its TLS key, and shows it the rounds whose agreements pin that. So lists of rounds
/// are asked for with all keys that are in service, and everything else with those of the round.
struct KeyedCoordinator: CoordinatorPort {
    /// A connection with one of the participant's keys.
    struct Way: Sendable {
        let keys: KeyDirectory
        let client: any CoordinatorPort
    }

    private enum Found {
        case list(RoundList, Int)
        case failed(any Error, Int)
        case time
    }

    private struct Known {
        /// What was listed last, by way.
        var lists: [Int: RoundList] = [:]
        /// With which way a round is followed.
        var routes: [RoundID: Int] = [:]
    }

    private final class Memory: Sendable {
        let known = Mutex(Known())
    }

    /// The newest keys first.
    private let ways: [Way]
    private let home: Home
    private let state: SealedState
    private let memory = Memory()
    private static let patience = Duration.seconds(2)

    init(_ ways: [Way], home: Home, state: SealedState) {
        self.ways = ways
        self.home = home
        self.state = state
    }

    // MARK: Rounds

    /// Those whose keys an agreement pins under which rounds may be opened, or with which a round is followed now.
    private func inService() throws -> [Int] {
        let store = try home.agreements()
        let succession = Succession(in: state)
        let installed = try store.all().filter { installed in
            try succession.obstacle(to: store.chain(of: installed.id, installed.agreement)) == nil
        }
        let followed = RoundJournal.rounds(in: state).map(route)
        let found = ways.indices.filter { index in
            followed.contains(index)
                || installed.contains { home.keyRing.pinned(by: $0.agreement)?.path == ways[index].keys.path }
        }
        return found.isEmpty ? [0] : found
    }

    func rounds(known: String?, wait: Duration) async throws -> RoundList {
        let serving = try inService()
        let before = memory.known.withLock { memory in
            memory.lists = memory.lists.filter { serving.contains($0.key) }
            return memory.lists
        }
        let isKnown = known != nil && known == Self.merged(before).version
        return try await withThrowingTaskGroup(of: Found.self) { group in
            defer { group.cancelAll() }
            for index in serving {
                let client = ways[index].client
                let version = isKnown ? before[index]?.version : nil
                // One of which nothing is known yet answers at once, and then waits as the others.
                let wait = isKnown && version == nil ? .zero : wait
                group.addTask {
                    do { return .list(try await client.rounds(known: version, wait: wait), index) } catch {
                        return .failed(error, index)
                    }
                }
            }
            var waiting = Set(serving)
            var isAnswered = false
            var failure: (any Error)?
            while !waiting.isEmpty, let found = try await group.next() {
                switch found {
                case .list(let list, let index):
                    waiting.remove(index)
                    isAnswered = true
                    take(list, from: index)
                    if isKnown, before[index] != list || waiting.isEmpty { return current() }
                    // The coordinator may not know the other keys yet: whoever waits for it waits for ever.
                    group.addTask {
                        try await Task.sleep(for: Self.patience)
                        return .time
                    }
                case .failed(let error, let index):
                    waiting.remove(index)
                    if error is CancellationError || Task.isCancelled { throw error }
                    failure = failure ?? error
                case .time: return current()
                }
            }
            if let failure, !isAnswered { throw failure }
            return current()
        }
    }

    private func take(_ list: RoundList, from index: Int) {
        memory.known.withLock { memory in
            memory.lists[index] = list
            for summary in list.rounds { memory.routes[summary.round] = index }
        }
    }

    private func current() -> RoundList { Self.merged(memory.known.withLock { $0.lists }) }

    private static func merged(_ lists: [Int: RoundList]) -> RoundList {
        let sorted = lists.sorted { $0.key < $1.key }
        return RoundList(
            rounds: sorted.flatMap(\.value.rounds),
            version: sorted.map { "\($0.key):\($0.value.version)" }.joined(separator: " "))
    }

    /// By what was listed, else by the agreement that is kept with the round's board; the newest keys for one of which
    /// nothing is known.
    private func route(_ round: RoundID) -> Int {
        if let known = memory.known.withLock({ $0.routes[round] }) { return known }
        guard let kept = try? BoardArchive(home: home).board(of: round),
            let agreement = try? Agreement.parse(kept.agreement),
            let keys = home.keyRing.pinned(by: agreement),
            let index = ways.firstIndex(where: { $0.keys.path == keys.path })
        else { return 0 }
        memory.known.withLock { $0.routes[round] = index }
        return index
    }

    private func client(_ round: RoundID) -> any CoordinatorPort { ways[route(round)].client }

    func keys(in round: RoundID) -> TLSPin? { TLSPin(bytes: ways[route(round)].keys.tlsPin) }

    // MARK: One round

    func entries(of round: RoundID, after: Int, wait: Duration) async throws -> BoardPage {
        try await client(round).entries(of: round, after: after, wait: wait)
    }

    func post(_ entry: [UInt8], to round: RoundID) async throws -> PostedEntry {
        try await client(round).post(entry, to: round)
    }

    func getChunk(seq: Int, stream: StreamID, round: RoundID, wait: Duration) async throws -> StoredChunk? {
        try await client(round).getChunk(seq: seq, stream: stream, round: round, wait: wait)
    }

    func vaultCells(
        of batch: String, attempt: Int, round: RoundID, handles: [[UInt8]], cellByteCount: Int
    ) async throws -> [[UInt8]] {
        try await client(round).vaultCells(
            of: batch, attempt: attempt, round: round, handles: handles, cellByteCount: cellByteCount)
    }

    func put(_ chunk: [UInt8], seq: Int, last: Bool, stream: StreamID, round: RoundID) async throws {
        try await client(round).put(chunk, seq: seq, last: last, stream: stream, round: round)
    }

    func chunk(seq: Int, stream: StreamID, round: RoundID) async throws -> StoredChunk {
        try await client(round).chunk(seq: seq, stream: stream, round: round)
    }

    func forget(_ round: RoundID) async throws { try await client(round).forget(round) }

    var isReached: Bool { ways.contains { $0.client.isReached } }

    func shutdown() async throws {
        var failure: (any Error)?
        for way in ways { do { try await way.client.shutdown() } catch { failure = failure ?? error } }
        if let failure { throw failure }
    }
}
