import Crypto
import Foundation
import Synchronization
import TestDirectories
import Testing

@testable import Agreement
@testable import Engine
@testable import Files
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Rounds whose steps are computed over a shared folder, by tickets, come to what they do without; and whatever is done
/// to tickets, receipts, files and agents, the result is that or none.
@Suite("Rounds by tickets", .timeLimit(.minutes(10)))
struct ClusterRoundTests {
    static func round(
        _ verification: VerificationMode = .off, people: Int = 150, lasting: Bool = false
    ) throws -> SimulatedRound<Ristretto255> {
        let study = try SimulatedStudy(
            registers: ["left", "right"], cohorts: [("both", .intersect(.register("left"), .register("right")))],
            releasedFor: ["left": ["both"], "right": ["both"]],
            options: .init(mixers: 1, verification: verification))
        let rows: [[FieldValue]] = [[.integer(2020), .text("a note of a person")]]
        func register(_ range: Range<Int>) -> [SimulatedPerson] {
            range.map { SimulatedPerson("canary person \($0)", rows: rows) }
        }
        return SimulatedRound(
            Ristretto255.self, study: study,
            registers: ["left": register(0..<people), "right": register(people / 2..<people + people / 2)])
    }

    static func run(
        _ cluster: InProcessCluster, patience: Duration = .seconds(60),
        _ round: SimulatedRound<Ristretto255>
    ) async throws {
        let engine = cluster.service(patience: patience).engine(of: TicketTests.round, workers: Workers(count: 2))
        try await cluster.whileRunning {
            try await SimulationEngine.$current.withValue(engine) { try await round.run() }
        }
    }

    static func check(_ round: SimulatedRound<Ristretto255>, against other: SimulatedRound<Ristretto255>) throws {
        #expect(try round.record().ending == .closed)
        #expect(round.opened.portraits == other.opened.portraits)
        #expect(round.outcome?.counts == other.outcome?.counts)
        #expect(!round.opened.portraits.isEmpty)
    }

    @Test("The same records and counts as without", arguments: [VerificationMode.off, .full])
    func same(verification: VerificationMode) async throws {
        let cluster = try InProcessCluster()
        let (round, local) = (try Self.round(verification), try Self.round(verification))
        try await local.run()
        try await Self.run(cluster, round)
        try Self.check(round, against: local)
        // Several files of pieces each, and every range of both kinds.
        let work = Dictionary(grouping: cluster.done, by: \.work).mapValues(\.count)
        #expect(try #require(work[.compute]) > 12)
        #expect(try #require(work[.sort]) >= 4 * (2 * 2 + 4))
        // A step's files go with it.
        let left = try Directory.names(in: cluster.folder.directory.file("\(TicketTests.round)"))
        #expect(left == [HostOffer.name(host: InProcessCluster.host)])
    }

    @Test("No file of the shared folder, and no ticket or receipt, has anything of a person or a key")
    func sealed() async throws {
        let cluster = try InProcessCluster()
        let seen = Mutex<[UInt8]>([])
        let folder = cluster.folder.directory.path
        cluster.onTicket { line in
            // Everything that lies there now.
            var bytes = Array(line.utf8)
            for name in FileManager.default.enumerator(atPath: folder)!.compactMap({ $0 as? String }) {
                bytes += Array(name.utf8) + [10]
                bytes += (try? Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))).map { Array($0) } ?? []
            }
            seen.withLock { $0 += bytes }
            return line
        }
        let round = try Self.round(people: 40)
        try await Self.run(cluster, round)
        let all = Data(seen.withLock { $0 })
        #expect(all.count > 1 << 19)
        for canary in ["canary person", "a note of a person", "canary"] {
            #expect(all.range(of: Data(canary.utf8)) == nil)
        }
        for node in try round.record().ring {
            let secrets = try round.secrets(of: node)
            for key in [secrets.blindingScalar.bytes.key, secrets.capsuleScalar.bytes.key] {
                let bytes = key.withUnsafeBytes { Data($0) }
                #expect(all.range(of: bytes) == nil)
                #expect(all.range(of: Data(Hex.encode(Array(bytes)).utf8)) == nil)
            }
        }
    }

    @Test("Receipts that are lost on the way are found in the folder, and no ticket is done twice")
    func lostReceipts() async throws {
        let cluster = try InProcessCluster()
        let count = Mutex(0)
        cluster.onReceipt { line in
            count.withLock { $0 += 1 }
            return count.withLock { $0 % 3 == 0 } ? nil : line
        }
        let (round, local) = (try Self.round(), try Self.round())
        try await local.run()
        try await Self.run(cluster, round)
        try Self.check(round, against: local)
        let names = cluster.done.map { "\($0.job) \($0.number)" }
        #expect(Set(names).count == names.count)
    }

    @Test("A driver that dies in every stage: what was done is not done again")
    func driverDies() async throws {
        let cluster = try InProcessCluster()
        let deaths = Mutex<Set<String>>([])
        cluster.onTicket { line in
            let ticket = try Ticket(line: line)
            // Once for each step and kind of work.
            let isFirst = deaths.withLock { $0.insert("\(ticket.job) \(ticket.work)").inserted }
            if isFirst, ticket.number % 2 == 0 { throw EngineError.driverEnded(status: 9) }
            return line
        }
        let (round, local) = (try Self.round(), try Self.round())
        try await local.run()
        try await Self.run(cluster, round)
        try Self.check(round, against: local)
        #expect(deaths.withLock { $0.count } > 8)
    }

    @Test("A cluster that always fails ends the step with its reason, after three tries")
    func alwaysFails() async throws {
        let cluster = try InProcessCluster()
        cluster.onTicket { _ in throw EngineError.stageFailed("an executor was lost") }
        let round = try Self.round()
        await #expect(throws: EngineError.stageFailed("an executor was lost")) { try await Self.run(cluster, round) }
        #expect(cluster.stageCount == 3)
    }

    @Test("Forged receipts, and those of other tickets, count for nothing") func forgedReceipts() async throws {
        let cluster = try InProcessCluster()
        let last = Mutex<String?>(nil)
        cluster.onReceipt { line in
            // The receipt before this one, or one with other counts.
            let before = last.withLock { last in
                defer { last = line }
                return last
            }
            return before ?? line.replacingOccurrences(of: "\"file\":\"", with: "\"file\":\"00")
        }
        // The genuine ones are in the folder, so the round goes on.
        let (round, local) = (try Self.round(people: 40), try Self.round(people: 40))
        try await local.run()
        try await Self.run(cluster, round)
        try Self.check(round, against: local)
    }

    @Test(
        "A ticket that was altered, or is of another round, is refused by every worker",
        arguments: ["\"number\":", "\"round\":\"", "\"input\":\"", "\"work\":\"compute\""])
    func alteredTickets(field: String) async throws {
        let cluster = try InProcessCluster()
        cluster.onTicket { line in
            // One digit or word changed, in a line that is a ticket still.
            let place = try #require(line.range(of: field)?.upperBound)
            if field.hasSuffix("compute\"") { return line.replacingOccurrences(of: field, with: "\"work\":\"sort\"") }
            var changed = line
            let digit = line[place]
            changed.replaceSubrange(place...place, with: digit == "1" ? "2" : "1")
            _ = try Ticket(line: changed)
            return changed
        }
        let round = try Self.round(people: 20)
        await #expect(throws: EngineError.self) { try await Self.run(cluster, round) }
        #expect(cluster.done.isEmpty)
    }

    @Test("A ticket that is replayed does no harm") func replayed() async throws {
        let cluster = try InProcessCluster()
        let former = Mutex<[String]>([])
        cluster.onTicket { line in
            former.withLock { $0.append(line) }
            return line
        }
        let (round, local) = (try Self.round(people: 40), try Self.round(people: 40))
        try await local.run()
        // While the round runs, another worker does every ticket again as soon as it has been given out.
        let replays = Mutex(0)
        let replaying = Task {
            let worker = try cluster.worker()
            while !Task.isCancelled {
                let next = former.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                guard let next else {
                    try await Task.sleep(for: .milliseconds(1))
                    continue
                }
                // A step that is over has no keys any more.
                if (try? await worker.perform(next)) != nil { replays.withLock { $0 += 1 } }
            }
        }
        try await Self.run(cluster, round)
        replaying.cancel()
        try Self.check(round, against: local)
        #expect(replays.withLock { $0 } > 0)
    }

    @Test("A file that is altered, cut or exchanged between two steps stops the step", arguments: 0..<4)
    func alteredFiles(kind: Int) async throws {
        let cluster = try InProcessCluster()
        let folder = cluster.folder.directory.path
        let altered = Mutex<Set<JobID>>([])
        cluster.onTicket { line in
            let ticket = try Ticket(line: line)
            guard ticket.work == .sort, altered.withLock({ $0.insert(ticket.job).inserted }) else { return line }
            let directory = "\(folder)/\(ticket.round)/\(ticket.job)"
            // All that was computed, so that whatever is sorted first has it.
            let paths = try Directory.names(in: directory).filter { $0.utf8.count == 64 && $0 != ticket.input }
                .map { URL(fileURLWithPath: "\(directory)/\($0)") }
            let contents = try paths.map { [UInt8](try Data(contentsOf: $0)) }
            try #require(paths.count > 1)
            for (index, path) in paths.enumerated() {
                var bytes = contents[index]
                switch kind {
                case 0: bytes[bytes.count / 2] ^= 1
                case 1: bytes.removeLast()
                case 2: bytes = []
                default: bytes = contents[(index + 1) % contents.count]
                }
                try Data(bytes).write(to: path)
            }
            return line
        }
        let round = try Self.round(people: 300)
        await #expect(throws: EngineError.self) { try await Self.run(cluster, round) }
        #expect(try round.record().stages.isEmpty)
    }

    @Test("A result that is altered before the node reads it stops the step") func alteredResult() async throws {
        let cluster = try InProcessCluster()
        let folder = cluster.folder.directory.path
        cluster.onReceipt { line in
            let receipt = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            for name in FileManager.default.enumerator(atPath: folder)!.compactMap({ $0 as? String })
            where name.hasSuffix(receipt?["file"] as? String ?? "-") {
                let path = folder + "/" + name
                var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
                bytes[60] ^= 1
                try Data(bytes).write(to: URL(fileURLWithPath: path))
            }
            return line
        }
        let round = try Self.round(people: 20)
        await #expect(throws: EngineError.self) { try await Self.run(cluster, round) }
        #expect(try round.record().batches.isEmpty)
    }

    @Test("A host whose agent does not answer is named, and what to do") func noAgent() async throws {
        let cluster = try InProcessCluster()
        let engine = cluster.service(patience: .milliseconds(300)).engine(
            of: TicketTests.round, workers: Workers(count: 1))
        let round = try Self.round(people: 20)
        await #expect(
            throws: EngineError.noAgent(hosts: [InProcessCluster.host], folder: cluster.folder.directory.path)
        ) {
            try await SimulationEngine.$current.withValue(engine) { try await round.run() }
        }
        #expect(cluster.stageCount == 0)
    }

    @Test("An agent that starts anew in the middle gets the keys sealed again") func agentStartsAnew() async throws {
        let cluster = try InProcessCluster()
        let isDone = Mutex(false)
        let round = TicketTests.round
        cluster.onTicket { line in
            let ticket = try Ticket(line: line)
            if ticket.work == .sort, isDone.withLock({ !$0 }) {
                isDone.withLock { $0 = true }
                // Its memory is gone, and it shows another key for the same round.
                let directory = try #require(try cluster.folder.existing(round))
                cluster.keys.forgetAll()
                try AtomicFile.remove(directory.file(HostOffer.name(host: InProcessCluster.host)))
                try cluster.keys.look()
                throw EngineError.stageFailed("the agent has no keys")
            }
            return line
        }
        let (simulated, local) = (try Self.round(people: 40), try Self.round(people: 40))
        try await local.run()
        try await Self.run(cluster, simulated)
        try Self.check(simulated, against: local)
        #expect(isDone.withLock { $0 })
    }

    @Test(
        "A full or read-only folder is said to be so; nothing goes out, and the step works once there is room",
        .enabled(if: SmallDisk.canMount))
    func smallFolder() async throws {
        let place = try TemporaryDirectory()
        let disk = try SmallDisk(at: place.file("shared"), kilobytes: 256)
        let cluster = try InProcessCluster(folder: place.file("shared"))
        let (round, local) = (try Self.round(people: 600), try Self.round(people: 600))
        try await local.run()
        do {
            try await Self.run(cluster, round)
            Issue.record("everything fitted")
        } catch EngineError.folder(.diskFull) {} catch EngineError.stageFailed(let reason) {
            #expect(reason.contains("no space is left"))
        }
        #expect(try round.record().batches.isEmpty)
        try disk.remount("size=64m")
        try disk.remount("ro")
        do {
            try await Self.run(cluster, round)
            Issue.record("the folder is read-only")
        } catch EngineError.folder(.noPermission) {}
        try disk.remount("rw")
        try await Self.run(cluster, round)
        try Self.check(round, against: local)
    }
}
