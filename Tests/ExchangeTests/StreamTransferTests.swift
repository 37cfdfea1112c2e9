import Crypto
import Files
import Foundation
import PSIProtocol
import Synchronization
import TestDirectories
import Testing

@testable import Exchange
@testable import Values

@Suite(.serialized, .timeLimit(.minutes(8))) struct StreamTransferTests {
    private let stream = StreamID(batch: "kela_benefits", stage: .ring(0), attempt: 0)

    private func upload(
        to key: XWingMLKEM768X25519.PublicKey, _ stream: StreamID, _ round: RoundID, _ transport: any ChunkTransport
    ) throws -> StreamUpload {
        try StreamUpload(
            sealedFor: "vero", receiverKey: Array(key.rawRepresentation), sender: "kela", stream: stream, round: round,
            transport: transport)
    }

    private func download(
        _ key: XWingMLKEM768X25519.PrivateKey, _ stream: StreamID, _ round: RoundID, _ transport: any ChunkTransport
    ) throws -> StreamDownload {
        try StreamDownload(
            sealedBy: "kela", receiver: "vero", privateKey: key, stream: stream, round: round, transport: transport)
    }

    @Test(arguments: [0, 1, 1_048_576, 1_048_577, 3_000_000]) func arrivesAsItWasSent(byteCount: Int) async throws {
        let key = try XWingMLKEM768X25519.PrivateKey.generate()
        let round = try testRound()
        try await TestExchange.run { exchange in
            try await exchange.withClient { client async throws in
                let content = testBytes(byteCount)
                for plain in [false, true] {
                    let stream = StreamID(batch: "kela", stage: plain ? .vault : .ring(0), attempt: 0)
                    var upload =
                        plain
                        ? StreamUpload(plain: stream, round: round, transport: client)
                        : try self.upload(to: key.publicKey, stream, round, client)
                    // In pieces that fit no chunk.
                    for start in stride(from: 0, to: byteCount, by: 300_007) {
                        try await upload.write(Array(content[start..<min(start + 300_007, byteCount)]))
                    }
                    try await upload.finish()
                    await #expect(throws: SealedStreamError.afterLast) { try await upload.write([1]) }
                    var download =
                        plain
                        ? StreamDownload(plain: stream, round: round, transport: client)
                        : try self.download(key, stream, round, client)
                    var received: [UInt8] = []
                    while let piece = try await download.next() { received += piece }
                    #expect(received == content)
                    #expect(download.isComplete)
                    #expect(try await download.next() == nil)
                }
                // What lies at the coordinator is not what was sent.
                if byteCount > 100 {
                    let stored = try await exchange.streams.chunk(
                        seq: 0, stream: StreamID(batch: "kela", stage: .ring(0), attempt: 0), round: round)
                    #expect(Data(stored.bytes).range(of: Data(content[0..<32])) == nil)
                }
            }
        }
    }

    /// What a coordinator could do to a stream that it relays.
    @Test func tamperingByTheCoordinatorIsFound() async throws {
        let key = try XWingMLKEM768X25519.PrivateKey.generate()
        let round = try testRound()
        let directory = try TemporaryDirectory()
        let store = try StreamStore(root: directory.path + "/streams", reserve: 0)
        var upload = try upload(to: key.publicKey, stream, round, StoreChunkTransport(store: store))
        try await upload.write(testBytes(2_500_000))
        _ = try await upload.finish()

        func read(_ tamper: @escaping @Sendable (Int, inout StoredChunk) async throws -> Void) async throws {
            var download = try download(key, stream, round, TamperingTransport(store: store, tamper: tamper))
            while try await download.next() != nil {}
        }
        try await read { _, _ in }
        await #expect(throws: SealedStreamError.altered(seq: 1)) { try await read { if $0 == 1 { $1.bytes[5] ^= 1 } } }
        await #expect(throws: SealedStreamError.wrongKeyOrAltered) {
            try await read { if $0 == 0 { $1.bytes[2_000] ^= 1 } }
        }
        await #expect(throws: SealedStreamError.altered(seq: 1)) { try await read { if $0 == 1 { $1.isLast = true } } }
        await #expect(throws: SealedStreamError.altered(seq: 2)) { try await read { if $0 == 2 { $1.isLast = false } } }
        let sameStream = stream
        await #expect(throws: SealedStreamError.altered(seq: 1)) {
            try await read { seq, chunk in
                if seq > 0 { chunk.bytes = try await store.chunk(seq: 3 - seq, stream: sameStream, round: round).bytes }
            }
        }
        await #expect(throws: SealedStreamError.altered(seq: 2)) {
            try await read { if $0 == 2 { $1.bytes.removeLast() } }
        }
    }

    @Test func manyStreamsAtOnceStayApart() async throws {
        let key = try XWingMLKEM768X25519.PrivateKey.generate()
        let round = try testRound()
        try await TestExchange.run { exchange in
            try await exchange.withClient { client async throws in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<8 {
                        let stream = StreamID(batch: "batch\(number)", stage: .ring(number), attempt: number)
                        let content = testBytes(1_500_000 + number, seed: UInt64(number + 1))
                        group.addTask {
                            var upload = try self.upload(to: key.publicKey, stream, round, client)
                            try await upload.write(content)
                            _ = try await upload.finish()
                        }
                        group.addTask {
                            // Begins before anything is there.
                            var download = try self.download(key, stream, round, client)
                            var received: [UInt8] = []
                            while let piece = try await download.next() { received += piece }
                            #expect(received == content)
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    /// Each waits on a connection of its own, for up to a minute at a time.
    @Test func whatWaitsHoldsNothingElseUp() async throws {
        let key = try XWingMLKEM768X25519.PrivateKey.generate()
        let round = try testRound()
        try await TestExchange.run { exchange in
            try await exchange.withClient { client async throws in
                let waiting = (0..<24).map { number in
                    Task {
                        var download = StreamDownload(
                            plain: StreamID(batch: "batch\(number)", stage: .vault, attempt: 0), round: round,
                            transport: client)
                        return try await download.next()
                    }
                }
                try await Task.sleep(for: .seconds(1))
                let taken = try await ContinuousClock().measure {
                    for number in 0..<10 {
                        let stream = StreamID(batch: "kela", stage: .ring(number), attempt: 0)
                        var upload = try self.upload(to: key.publicKey, stream, round, client)
                        try await upload.write(testBytes(1_000))
                        _ = try await upload.finish()
                    }
                }
                // A minute for each, had they to wait for a connection.
                #expect(taken < .seconds(60))
                for task in waiting { task.cancel() }
                for task in waiting { _ = await task.result }
            }
        }
    }

    @Test func cancellationEndsADownloadThatWaits() async throws {
        try await TestExchange.run { exchange in
            try await exchange.withClient { client async throws in
                let task = Task {
                    var download = StreamDownload(
                        plain: StreamID(batch: "kela", stage: .vault, attempt: 0), round: try testRound(),
                        transport: client)
                    return try await download.next()
                }
                try await Task.sleep(for: .milliseconds(400))
                let taken = await ContinuousClock().measure {
                    task.cancel()
                    await #expect(throws: CancellationError.self) { try await task.value }
                }
                #expect(taken < .seconds(60))
            }
        }
    }

    static let variable = "EXCHANGE_LONG_STREAM"

    /// In a process of its own, since other tests take memory in this one: it runs `aLongStream` only.
    @Test func longStreamsTakeNoMoreMemory() async throws {
        try await LoneTest.run("aLongStream", environment: [Self.variable: "1"])
    }

    /// 200 MB through TLS, seal, disk and back, in memory that doesn't grow with it; a tenth of it, whose memory isn't
    /// looked at, where other tests run.
    @Test func aLongStream() async throws {
        let isAlone = ProcessInfo.processInfo.environment[Self.variable] != nil
        let key = try XWingMLKEM768X25519.PrivateKey.generate()
        let round = try testRound()
        try await TestExchange.run { exchange in
            try await exchange.withClient { client async throws in
                _ = try await self.transfer(0, pieceCount: 20, key, round, client)
                let before = try #require(MemoryUse.current()?.residentByteCount)
                let monitor = MemoryMonitor()
                let watching = Task { await monitor.watch() }
                let taken = try await self.transfer(1, pieceCount: isAlone ? 200 : 20, key, round, client)
                watching.cancel()
                await watching.value
                guard isAlone else { return }
                let growth = monitor.peak - before
                let seconds = Double(taken.components.seconds) + Double(taken.components.attoseconds) / 1e18
                print(
                    "200 MB up and down at once: \(Int(200 / seconds)) MB/s, memory grew by \(growth / 1_048_576) MiB")
                #expect(growth < 64 * 1_048_576)
            }
        }
    }

    private func transfer(
        _ attempt: Int, pieceCount: Int, _ key: XWingMLKEM768X25519.PrivateKey, _ round: RoundID,
        _ transport: any ChunkTransport
    ) async throws -> Duration {
        let stream = StreamID(batch: "kela", stage: .ring(0), attempt: attempt)
        let start = ContinuousClock.now
        async let sent = send(pieceCount, key, stream, round, transport)
        var download = try download(key, stream, round, transport)
        var byteCount = 0
        while let piece = try await download.next() { byteCount += piece.count }
        try await sent
        #expect(byteCount == pieceCount * 1_000_000)
        return ContinuousClock.now - start
    }

    private func send(
        _ pieceCount: Int, _ key: XWingMLKEM768X25519.PrivateKey, _ stream: StreamID, _ round: RoundID,
        _ transport: any ChunkTransport
    ) async throws {
        let piece = testBytes(1_000_000)
        var upload = try upload(to: key.publicKey, stream, round, transport)
        for _ in 0..<pieceCount { try await upload.write(piece) }
        try await upload.finish()
    }
}

private struct TamperingTransport: ChunkTransport {
    let store: StreamStore
    let tamper: @Sendable (Int, inout StoredChunk) async throws -> Void

    func put(_ chunk: [UInt8], seq: Int, last: Bool, stream: StreamID, round: RoundID) async throws {
        throw StoreError.invalidName
    }

    func chunk(seq: Int, stream: StreamID, round: RoundID) async throws -> StoredChunk {
        var chunk = try await store.chunk(seq: seq, stream: stream, round: round)
        try await tamper(seq, &chunk)
        return chunk
    }
}

private final class MemoryMonitor: Sendable {
    private let highest = Mutex(0)

    var peak: Int { highest.withLock { $0 } }

    func watch() async {
        while !Task.isCancelled {
            let now = MemoryUse.current()?.residentByteCount ?? 0
            highest.withLock { $0 = max($0, now) }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }
}
