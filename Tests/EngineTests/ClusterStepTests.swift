import Crypto
import Daemon
import Foundation
import Logging
import Synchronization
import TestDirectories
import Testing

@testable import Engine
@testable import Files
@testable import PSIProtocol
@testable import Values

/// What was logged.
private final class Told: Sendable {
    let lines = Mutex<[String]>([])

    struct Handler: LogHandler {
        let told: Told
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(
            level: Logger.Level, message: Logger.Message, metadata: Logger.Metadata?, source: String, file: String,
            function: String, line: UInt
        ) { told.lines.withLock { $0.append("\(level) \(message)") } }
    }

    var logger: Logger { Logger(label: "test") { _ in Handler(told: self) } }
}

/// One step over a shared folder: what is shared out, what is thrown, and what stays in the folder.
@Suite("Steps by tickets", .timeLimit(.minutes(10)))
struct ClusterStepTests {
    @Test("A link in the place of a step's or a round's folder is removed, and what it leads to stays")
    func links() async throws {
        let cluster = try InProcessCluster()
        let home = cluster.place.path + "/home"
        _ = try PrivateDirectory(creating: home)
        try AtomicFile.write([1], to: home + "/keys")
        let directory = try cluster.folder.make(TicketTests.round)
        try FileManager.default.createSymbolicLink(
            atPath: directory.file("\(JobID())"), withDestinationPath: home)
        let next = try JobFolder(making: JobID(), of: TicketTests.round, in: directory)
        #expect(try directory.names() == ["\(next.job)"])
        try Directory.removeTree(directory.path)
        try FileManager.default.createSymbolicLink(atPath: directory.path, withDestinationPath: home)
        try cluster.service().end(TicketTests.round)
        #expect(try Directory.names(in: home) == ["keys"])
        #expect(!FileStatus.exists(directory.path))
    }

    @Test("Dummies are shared out as people are") func manyDummies() async throws {
        let cluster = try InProcessCluster(pieceByteCount: 1 << 16)
        let work = try StepTask(
            step: .declare, parameters: Array(Self.parameters.utf8),
            secrets: SymmetricKey(data: [UInt8](repeating: 1, count: 32))
        ).work()
        let engine = cluster.service().engine(of: TicketTests.round, workers: Workers(count: 2))
        try await cluster.whileRunning { try await Self.dummies(work, engine) }
        // 40 pieces of 512 items of 32 bytes are 640 KiB.
        #expect(cluster.done.count { $0.work == .compute } >= 9)
    }

    /// Of a count-only round under one key.
    static let parameters = """
        {"firstValue":0,"hasStudyKey":false,"heads":["00"],"layout":{"elementByteCount":32,"elementCount":1,\
        "hasCapsule":false,"hasStudyCapsule":false},"suite":"ristretto255-SHA512"}
        """

    private static func dummies<Work: StepWork>(_ work: Work, _ engine: SparkEngine) async throws {
        let step = try await engine.sorting(work, [StepOutput(width: 32, fixedBits: Ristretto255.fixedBits)])
        var left = 40
        try await step.add {
            guard left > 0, let piece = BatchInput.dummies(512) as? Work.Piece else { return nil }
            left -= 1
            return piece
        }
        #expect(step.count(of: 0) == 40 * 512)
        var items: [UInt8] = []
        try await step.sorted(0) { items += $0 }
        #expect(items.count == 40 * 512 * 32)
        var order = IncreasingOrder(keyByteCount: 32)
        #expect(order.firstViolation(in: items, width: 32) == nil)
    }

    @Test("Of two failures the earlier is thrown, also where the later one is met while reading")
    func earliestFailure() async throws {
        let cluster = try InProcessCluster()
        let engine = cluster.service().engine(of: TicketTests.round, workers: Workers(count: 2))
        let work = ShareWork(
            key: Ristretto255.randomScalar().bytes.key, pointCount: 1, coordinator: "coordinator")
        var number = 0
        try await cluster.whileRunning {
            await #expect(throws: ProtocolViolation(.invalidElement, by: "coordinator", index: 7)) {
                try await engine.run(work) { () async throws -> ListPiece? in
                    number += 1
                    switch number {
                    case 1: return ListPiece(records: [UInt8](repeating: 0xff, count: 32), first: 7)
                    default: throw ProtocolViolation(.wrongCount, by: "coordinator")
                    }
                } take: { _ in
                }
            }
        }
    }

    @Test("A slow folder holds a step up, and it is said, once for a stage; nothing is given out again")
    func slowFolder() async throws {
        let cluster = try InProcessCluster()
        cluster.onTicket { line in
            Thread.sleep(forTimeInterval: 0.5)
            return line
        }
        let told = Told()
        let engine = cluster.service(silence: .milliseconds(50), logger: told.logger).engine(
            of: TicketTests.round, workers: Workers(count: 2))
        let work = ShareWork(
            key: Ristretto255.randomScalar().bytes.key, pointCount: 1, coordinator: "coordinator")
        let piece = ListPiece(records: Ristretto255.randomElements(count: 10).bytes, first: 0)
        var (left, made) = ([piece], [UInt8]())
        try await cluster.whileRunning {
            try await engine.run(work) { () async throws -> ListPiece? in
                left.popLast()
            } take: {
                made += $0[0]
            }
        }
        #expect(try made == work.compute(piece)[0])
        #expect(cluster.stageCount == 1)
        let warnings = told.lines.withLock { $0 }.filter { $0.hasPrefix("warning") }
        #expect(warnings.count == 1 && warnings[0].contains("the shared folder may be slow"), "\(warnings)")
    }

    @Test("A round that is over leaves nothing in the folder, and a new step nothing of one that was killed")
    func ended() async throws {
        let cluster = try InProcessCluster()
        let service = cluster.service()
        let directory = try cluster.folder.make(TicketTests.round)
        let killed = try JobFolder(making: JobID(), of: TicketTests.round, in: directory)
        try AtomicFile.write([1, 2, 3], to: killed.directory.file("piece"))
        let next = try JobFolder(making: JobID(), of: TicketTests.round, in: directory)
        #expect(try directory.names() == ["\(next.job)"])
        try service.end(TicketTests.round)
        try service.end(TicketTests.round)
        #expect(try cluster.folder.rounds().isEmpty)
    }

    @Test(
        "Ranges are the power of two from the tasks on",
        arguments: [(1, 1), (3, 4), (64, 64), (65, 128), (5_000, 1_024)])
    func ranges(tasks: Int, ranges: Int) { #expect(SparkJob.rangeCount(tasks) == ranges) }
}
