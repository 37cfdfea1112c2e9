import Crypto
import Foundation
import Glibc
import NIOCore
import NIOPosix
import TestDirectories
import Testing

@testable import Engine
@testable import Files
@testable import PSIProtocol
@testable import Values

/// An agent has keys in memory for as long as a round lasts, and gives them to workers of its own account only.
@Suite("Agents", .timeLimit(.minutes(5)))
struct AgentTests {
    static func jobKeys() throws -> JobKeys {
        JobKeys(
            task: StepTask(
                step: .share, parameters: Array(#"{"coordinator":"c","pointCount":1}"#.utf8),
                secrets: SymmetricKey(data: [UInt8](repeating: 1, count: 32))),
            outputs: [StepOutput(width: 40, fixedBits: 1..<2)], rangeCount: 8)
    }

    /// Seals a step's keys to the host, as a node does.
    static func seal(_ keys: JobKeys, _ job: JobID, in cluster: InProcessCluster) throws {
        let directory = try cluster.folder.make(TicketTests.round)
        try cluster.keys.look()
        let path = directory.file(HostOffer.name(host: InProcessCluster.host))
        let offer = try HostOffer(
            PublicFile.read(path, maxByteCount: HostOffer.mostBytes), host: InProcessCluster.host,
            round: TicketTests.round, identity: cluster.configuration.agents[InProcessCluster.host]!, path: path)
        let folder = try JobFolder(making: job, of: TicketTests.round, in: directory)
        try AtomicFile.write(
            HostSeal.seal(keys, to: offer, TicketTests.round, job, host: InProcessCluster.host),
            to: folder.directory.file(JobFolder.keysName(host: InProcessCluster.host)))
    }

    @Test("A step's keys come back as they were sealed") func roundTrip() async throws {
        let cluster = try InProcessCluster()
        let (keys, job) = (try Self.jobKeys(), JobID())
        try Self.seal(keys, job, in: cluster)
        try await cluster.whileRunning {
            for _ in 0..<2 {
                let read = try await AgentClient(at: cluster.socket).keys(job, of: TicketTests.round)
                #expect(read.fileKey == keys.fileKey && read.codeKey == keys.codeKey)
                #expect(read.task.secrets == keys.task.secrets && read.task.parameters == keys.task.parameters)
                #expect(read.outputs == keys.outputs && read.rangeCount == 8)
            }
        }
    }

    @Test("Keys are for the round, step and host that they were sealed for") func bound() throws {
        let cluster = try InProcessCluster()
        let (keys, job) = (try Self.jobKeys(), JobID())
        try Self.seal(keys, job, in: cluster)
        let key = try XWingMLKEM768X25519.PrivateKey.generate()
        let identity = try AgentIdentity(at: cluster.place.path + "/agent.key")
        let host = InProcessCluster.host
        let offer = try HostOffer(
            HostOffer.signed(
                Array(key.publicKey.rawRepresentation), host: host, round: TicketTests.round, by: identity.key),
            host: host, round: TicketTests.round, identity: Hex.decode(identity.publicText)!, path: "")
        let sealed = try HostSeal.seal(keys, to: offer, TicketTests.round, job, host: host)
        let other = RoundID(bytes: [UInt8](repeating: 1, count: 32))!
        let opened = try HostSeal.open(sealed, TicketTests.round, job, host: host, key: key)
        let whole = try keys.serialized()
        #expect(opened.key == whole.key)
        #expect(throws: EngineError.noKeys) { try HostSeal.open(sealed, other, job, host: host, key: key).key }
        #expect(throws: EngineError.noKeys) {
            try HostSeal.open(sealed, TicketTests.round, JobID(), host: host, key: key).key
        }
        #expect(throws: EngineError.noKeys) {
            try HostSeal.open(sealed, TicketTests.round, job, host: "host-2", key: key).key
        }
        for place in [0, 1_119, 1_120, sealed.count - 1] {
            var changed = sealed
            changed[place] ^= 1
            #expect(throws: (any Error).self) {
                try HostSeal.open(changed, TicketTests.round, job, host: host, key: key).key
            }
        }
        #expect(throws: EngineError.noKeys) { try HostSeal.open([], TicketTests.round, job, host: host, key: key).key }
    }

    @Test("A key of a round that another signed, or that is of another round or host, is refused") func offers() throws
    {
        let place = try TemporaryDirectory()
        let identity = try AgentIdentity.create(at: place.file("a"))
        let other = try AgentIdentity.create(at: place.file("b"))
        let pinned = Hex.decode(identity.publicText)!
        let key = Array(try XWingMLKEM768X25519.PrivateKey.generate().publicKey.rawRepresentation)
        let round = TicketTests.round
        let good = try HostOffer.signed(key, host: "h", round: round, by: identity.key)
        #expect(try HostOffer(good, host: "h", round: round, identity: pinned, path: "p").key == key)
        let wrong = EngineError.wrongAgentKey(host: "h", path: "p")
        let otherRound = RoundID(bytes: [UInt8](repeating: 1, count: 32))!
        for bytes in [
            try HostOffer.signed(key, host: "h", round: round, by: other.key),
            try HostOffer.signed(key, host: "g", round: round, by: identity.key),
            try HostOffer.signed(key, host: "h", round: otherRound, by: identity.key),
        ] {
            #expect(throws: wrong) { try HostOffer(bytes, host: "h", round: round, identity: pinned, path: "p").key }
        }
        for place in stride(from: 0, to: good.count, by: 7) {
            var changed = good
            changed[place] ^= 1
            #expect(throws: EngineError.self) {
                try HostOffer(changed, host: "h", round: round, identity: pinned, path: "p").key
            }
        }
    }

    @Test("Once a round's folder is gone its keys are gone, also those that a worker had asked for") func wiped() throws
    {
        let cluster = try InProcessCluster()
        let job = JobID()
        try Self.seal(try Self.jobKeys(), job, in: cluster)
        _ = try cluster.keys.keys(job, of: TicketTests.round)
        #expect(cluster.keys.roundCount == 1)
        try cluster.folder.remove(TicketTests.round)
        #expect(throws: EngineError.noKeys) { try cluster.keys.keys(job, of: TicketTests.round) }
        try cluster.keys.look()
        #expect(cluster.keys.roundCount == 0)
        // The same folder again has another key: what was sealed before opens nowhere.
        let before = try cluster.folder.make(TicketTests.round)
        try cluster.keys.look()
        #expect(cluster.keys.roundCount == 1)
        #expect(FileStatus.exists(before.file(HostOffer.name(host: InProcessCluster.host))))
        #expect(throws: EngineError.noKeys) { try cluster.keys.keys(job, of: TicketTests.round) }
    }

    @Test("A step that is over has no keys any more, though its round goes on") func stepOver() throws {
        let cluster = try InProcessCluster()
        let job = JobID()
        try Self.seal(try Self.jobKeys(), job, in: cluster)
        _ = try cluster.keys.keys(job, of: TicketTests.round)
        try Directory.removeTree(cluster.folder.directory.file("\(TicketTests.round)/\(job)"))
        #expect(throws: EngineError.noKeys) { try cluster.keys.keys(job, of: TicketTests.round) }
    }

    @Test("An agent without the round's key, or that started anew, opens nothing") func restarted() throws {
        let cluster = try InProcessCluster()
        let job = JobID()
        try Self.seal(try Self.jobKeys(), job, in: cluster)
        let again = HostKeys(
            folder: cluster.folder, host: InProcessCluster.host,
            identity: try AgentIdentity(at: cluster.place.path + "/agent.key"))
        #expect(throws: EngineError.noKeys) { try again.keys(job, of: TicketTests.round) }
        try again.look()
        #expect(throws: EngineError.noKeys) { try again.keys(job, of: TicketTests.round) }
    }

    @Test("Another account's process is told nothing") func otherUser() async throws {
        let cluster = try InProcessCluster()
        let job = JobID()
        try Self.seal(try Self.jobKeys(), job, in: cluster)
        let path = cluster.place.path + "/b.sock"
        let socket = AgentSocket(at: path, keys: cluster.keys, user: geteuid() &+ 1)
        let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
        let agent = Task { try await socket.run { isReady.yield() } }
        for await _ in ready { break }
        await #expect(throws: EngineError.agentUnreachable(socket: path)) {
            try await AgentClient(at: path).keys(job, of: TicketTests.round)
        }
        agent.cancel()
        _ = await agent.result
        #expect(!FileStatus.exists(path))
    }

    @Test(
        "What is no question, or another version's, is answered with no key",
        arguments: [
            "sidos 2 x y\n", "sidos 1\n", "hello\n", "\n", "sidos 1 \(TicketTests.round) zz\n", "sidos 1 zz zz\n",
            "sidos 1 \(TicketTests.round) \(String(repeating: "0", count: 32)) more\n",
        ])
    func questions(question: String) async throws {
        let cluster = try InProcessCluster()
        try Self.seal(try Self.jobKeys(), JobID(), in: cluster)
        try await cluster.whileRunning {
            let answer = try await Self.ask(cluster.socket, question)
            #expect(answer.count == 5 && answer[0] != AgentExchange.Status.keys.rawValue)
            #expect(Array(answer.dropFirst()) == [0, 0, 0, 0])
        }
    }

    @Test("A question without an end is cut off") func endless() async throws {
        let cluster = try InProcessCluster()
        try await cluster.whileRunning {
            let answer = try await Self.ask(cluster.socket, String(repeating: "x", count: 2_000))
            #expect(answer.isEmpty)
        }
    }

    @Test("Without an agent a worker says where it looked") func noAgent() async throws {
        let cluster = try InProcessCluster()
        await #expect(throws: EngineError.agentUnreachable(socket: cluster.socket)) {
            try await AgentClient(at: cluster.socket).keys(JobID(), of: TicketTests.round)
        }
    }

    @Test("An agent's key file is for its owner, is never replaced, and is read strictly") func identity() throws {
        let place = try TemporaryDirectory()
        let made = try AgentIdentity.create(at: place.file("k"))
        #expect(try place.mode("k") == 0o600)
        #expect(try AgentIdentity(at: place.file("k")).publicText == made.publicText)
        #expect(throws: FileError.exists(path: place.file("k"))) { try AgentIdentity.create(at: place.file("k")) }
        var bytes = try place.read("k")
        bytes[3] ^= 1
        try place.overwrite("k", bytes)
        #expect(throws: FileError.altered(path: place.file("k"))) { try AgentIdentity(at: place.file("k")) }
        chmod(place.file("k"), 0o640)
        #expect(throws: FileError.self) { try AgentIdentity(at: place.file("k")) }
    }

    /// What the agent writes before it closes.
    static func ask(_ path: String, _ question: String) async throws -> [UInt8] {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try? await outbound.write(ByteBuffer(string: question))
            var answer: [UInt8] = []
            do { for try await piece in inbound { answer += piece.readableBytesView } } catch {}
            return answer
        }
    }
}
