import Crypto
import Daemon
import Foundation
import Synchronization
import TestDirectories
import Testing

@testable import Engine
@testable import Files
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// A step whose daemon was killed, or whose cluster failed, goes on with what was done; and never with what is of other
/// contents, other keys, or damaged.
@Suite("Steps that go on", .timeLimit(.minutes(10)))
struct ResumedStepTests {
    let cluster: InProcessCluster
    let stateDirectory: PrivateDirectory
    static let stateKey = SymmetricKey(data: [UInt8](repeating: 6, count: 32))

    init() throws {
        cluster = try InProcessCluster(tasks: 2, pieceByteCount: 1 << 12)
        stateDirectory = try PrivateDirectory(creating: cluster.place.file("state"))
    }

    private func state() throws -> SealedState { try SealedState(in: stateDirectory, key: Self.stateKey) }

    /// As a daemon that has just started.
    private func engine(_ state: SealedState) -> SparkEngine {
        cluster.service().engine(of: TicketTests.round, workers: Workers(count: 2), state: state)
    }

    /// Tickets that were done, by step and number.
    private var done: [String] { cluster.done.map { "\($0.job) \($0.number)" } }

    @Test("A daemon killed again and again in a round: no ticket is done twice", arguments: [5, 3])
    func killed(after count: Int) async throws {
        let state = try state()
        let tickets = Mutex(0)
        let mayBeKilled = Mutex(false)
        cluster.onTicket { line in
            guard mayBeKilled.withLock({ $0 }) else { return line }
            // A few go through each time, whatever the stage.
            let isLast = tickets.withLock { tickets in
                tickets += 1
                return tickets % (count + 1) == 0
            }
            if isLast { throw CancellationError() }
            return line
        }
        let (round, local) = (try ClusterRoundTests.round(people: 20), try ClusterRoundTests.round(people: 20))
        try await local.run()
        // Declarations with rows, and the selection, draw a key each time they begin.
        round.beforeDuty = { _, what in
            mayBeKilled.withLock { $0 = !what.contains("declare") && !what.contains("match") }
        }
        var kills = 0
        try await cluster.whileRunning {
            while true {
                let engine = engine(state)
                do {
                    try await SimulationEngine.$current.withValue(engine) { try await round.run() }
                    break
                } catch is CancellationError { kills += 1 }
                try #require(kills < 1_000)
            }
        }
        try ClusterRoundTests.check(round, against: local)
        #expect(kills > 1)
        #expect(Set(done).count == done.count)
        // Nothing is left of the steps, in the folder or in the state.
        let left = try Directory.names(in: cluster.folder.directory.file("\(TicketTests.round)"))
        #expect(left == [HostOffer.name(host: InProcessCluster.host)])
        #expect(!state.contains(.step(of: TicketTests.round)))
    }

    @Test("A declaration with rows begins again under a key of its own, and leaves nothing of the one before")
    func declarations() async throws {
        let state = try state()
        let tickets = Mutex(0)
        let declared = Mutex<Set<JobID>>([])
        cluster.onTicket { line in
            let number = tickets.withLock { tickets in
                tickets += 1
                return tickets
            }
            declared.withLock { _ = try? $0.insert(Ticket(line: line).job) }
            if number == 3 { throw CancellationError() }
            return line
        }
        let (round, local) = (try ClusterRoundTests.round(people: 20), try ClusterRoundTests.round(people: 20))
        try await local.run()
        try await cluster.whileRunning {
            let engine = engine(state)
            try await SimulationEngine.$current.withValue(engine) {
                await #expect(throws: CancellationError.self) { try await round.run() }
                let first = try #require(declared.withLock { $0.first })
                try await round.run { !$0.batches.isEmpty }
                #expect(declared.withLock { $0.count } == 2)
                let folder = cluster.folder.directory.file("\(TicketTests.round)")
                #expect(try !Directory.names(in: folder).contains("\(first)"))
                try await round.run()
            }
        }
        try ClusterRoundTests.check(round, against: local)
    }

    // MARK: One step

    private let work = ShareWork(
        key: Ristretto255.randomScalar().bytes.key, pointCount: 1, coordinator: "coordinator")
    private let pieces = (0..<8).map { number in
        ListPiece(records: Ristretto255.randomElements(count: 150).bytes, first: number * 150)
    }

    /// Shares of pieces, each of which is one ticket.
    private func shares(_ pieces: [ListPiece], _ state: SealedState, _ other: ShareWork? = nil) async throws -> [UInt8]
    {
        var (left, made) = (pieces[...], [UInt8]())
        let engine = engine(state)
        try await cluster.whileRunning {
            try await engine.run(other ?? work) { () async throws -> ListPiece? in
                left.popFirst()
            } take: {
                made += $0[0]
            }
        }
        return made
    }

    private func expected(_ pieces: [ListPiece], _ other: ShareWork? = nil) throws -> [UInt8] {
        try pieces.flatMap { try (other ?? work).compute($0)[0] }
    }

    /// Stops the step after three tickets, the last three.
    private func stopHalfway(_ state: SealedState) async throws {
        let tickets = Mutex(0)
        cluster.onTicket { line in
            let number = tickets.withLock { tickets in
                tickets += 1
                return tickets
            }
            if number > 3 { throw CancellationError() }
            return line
        }
        await #expect(throws: CancellationError.self) { _ = try await shares(pieces, state) }
        #expect(cluster.done.map(\.number).sorted() == [5, 6, 7])
        cluster.onTicket { $0 }
    }

    @Test("Pieces that are others now are computed, and only those") func otherPieces() async throws {
        let state = try state()
        try await stopHalfway(state)
        var changed = pieces
        changed[6] = ListPiece(records: pieces[0].records, first: pieces[6].first)
        #expect(try await shares(changed, state) == expected(changed))
        #expect(cluster.done.map(\.number).sorted() == [0, 1, 2, 3, 4, 5, 6, 6, 7])
    }

    @Test("The same pieces in another order are other pieces") func otherOrder() async throws {
        let state = try state()
        try await stopHalfway(state)
        #expect(try await shares(pieces.reversed(), state) == expected(pieces.reversed()))
        #expect(cluster.done.count == 3 + 8)
    }

    @Test("A step under another key begins by itself") func otherKey() async throws {
        let state = try state()
        try await stopHalfway(state)
        let other = ShareWork(
            key: Ristretto255.randomScalar().bytes.key, pointCount: 1, coordinator: "coordinator")
        #expect(try await shares(pieces, state, other) == expected(pieces, other))
        #expect(Set(cluster.done.map(\.job)).count == 2)
        #expect(cluster.done.count == 3 + 8)
        // A participant does one step at a time: the first one is gone.
        #expect(try await shares(pieces, state) == expected(pieces))
        #expect(cluster.done.count == 3 + 8 + 8)
        #expect(!state.contains(.step(of: TicketTests.round)))
    }

    @Test("What the folder has lost is computed again, and what is nobody's is removed") func lost() async throws {
        let state = try state()
        try await stopHalfway(state)
        let job = try #require(cluster.done.first).job
        let directory = cluster.folder.directory.file("\(TicketTests.round)/\(job)")
        try AtomicFile.remove(directory + "/7.receipt")
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: directory + "/6.receipt")))
        try AtomicFile.write(bytes, to: directory + "/5.receipt")
        // What is no file of tickets; and the same tickets many times over.
        try FileManager.default.createDirectory(atPath: directory + "/tickets-7", withIntermediateDirectories: false)
        try FileManager.default.createDirectory(
            atPath: directory + "/" + String(repeating: "0b", count: 32), withIntermediateDirectories: false)
        let tickets = [UInt8](try Data(contentsOf: URL(fileURLWithPath: directory + "/tickets-0")))
        try AtomicFile.write((0..<100).flatMap { _ in tickets }, to: directory + "/tickets-8")
        let stray = String(repeating: "0a", count: 32)
        try AtomicFile.write([1], to: directory + "/" + stray)
        cluster.onTicket { line in
            if FileStatus.exists(directory + "/" + stray) { Issue.record("the stray file is still there") }
            return line
        }
        #expect(try await shares(pieces, state) == expected(pieces))
        #expect(cluster.done.map(\.number).sorted() == [0, 1, 2, 3, 4, 5, 5, 6, 7, 7])
    }

    @Test("A result that was altered ends the step, which then begins anew") func altered() async throws {
        let state = try state()
        try await stopHalfway(state)
        let job = try #require(cluster.done.first).job
        let directory = cluster.folder.directory.file("\(TicketTests.round)/\(job)")
        for name in try Directory.names(in: directory) where name.utf8.count == 64 {
            var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name)))
            bytes[60] ^= 1
            try Data(bytes).write(to: URL(fileURLWithPath: directory + "/" + name))
        }
        await #expect(throws: EngineError.self) { _ = try await shares(pieces, state) }
        #expect(!FileStatus.exists(directory))
        #expect(try await shares(pieces, state) == expected(pieces))
        #expect(Set(cluster.done.map(\.job)).count == 2)
    }

    @Test("A cluster that fails keeps what was done for the next try, as long as something was") func fails()
        async throws
    {
        let state = try state()
        let tickets = Mutex(0)
        cluster.onTicket { line in
            if tickets.withLock({
                $0 += 1
                return $0 % 2 == 0
            }) {
                throw EngineError.stageFailed("lost")
            }
            return line
        }
        // Three tries of one ticket each.
        await #expect(throws: EngineError.stageFailed("lost")) { _ = try await shares(pieces, state) }
        #expect(cluster.done.count == 3)
        cluster.onTicket { _ in throw EngineError.driverEnded(status: 1) }
        await #expect(throws: EngineError.driverEnded(status: 1)) { _ = try await shares(pieces, state) }
        #expect(state.contains(.step(of: TicketTests.round)))
        cluster.onTicket { _ in throw EngineError.stageFailed("always") }
        await #expect(throws: EngineError.stageFailed("always")) { _ = try await shares(pieces, state) }
        #expect(!state.contains(.step(of: TicketTests.round)))
        cluster.onTicket { $0 }
        #expect(try await shares(pieces, state) == expected(pieces))
        #expect(cluster.done.count == 3 + 8)
    }

    @Test("What fails in a file of this machine's own is not laid to the folder's charge") func ownFile() async throws {
        let (engine, path) = (engine(try state()), cluster.place.file("kept"))
        await #expect(throws: FileError.altered(path: path)) {
            try await cluster.whileRunning {
                try await engine.run(work) { () async throws -> ListPiece? in
                    throw FileError.altered(path: path)
                } take: { _ in
                }
            }
        }
    }
}
