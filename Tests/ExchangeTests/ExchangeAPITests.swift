import AsyncHTTPClient
import Foundation
import NIOCore
import Testing

@testable import Exchange
@testable import PSIProtocol
@testable import Values

/// The calls of participants and of operators. [P-54] [P-55]
@Suite(.timeLimit(.minutes(10))) struct ExchangeAPITests {
    private let stream = StreamID(batch: "kela_benefits", stage: .ring(0), attempt: 0)

    private func summary(_ round: RoundID, _ state: String = "open") -> RoundSummary {
        RoundSummary(round: round, agreement: AgreementID(ofFile: [1]), number: 1, state: state)
    }

    @Test func boardsAreReadAndWritten() async throws {
        let round = try testRound()
        try await TestExchange.run { exchange in
            try await exchange.board.createRound(round, attachment: [], firstEntry: Array("first".utf8))
            try await exchange.withClient { client async throws in
                // Bytes that are no text come back as they went.
                let entries = (2...5).map { testBytes(300, seed: UInt64($0)) }
                for (index, entry) in entries.enumerated() {
                    #expect(try await client.append(entry, to: round) == AppendedEntry(number: index + 2, isNew: true))
                }
                #expect(try await client.append(entries[1], to: round) == AppendedEntry(number: 3, isNew: false))
                let page = try await client.entries(of: round, after: 0)
                #expect(page.entries.map(\.bytes) == [Array("first".utf8)] + entries)
                #expect(page.isLast)
                #expect(try await client.entries(of: round, after: 4).entries.map(\.number) == [5])
                #expect(try await client.entries(of: round, after: 5).entries.isEmpty)
            }
            #expect(exchange.delegate.state.withLock { $0.appended } == [2, 3, 4, 5])
        }
    }

    @Test func longBoardsComeInPages() async throws {
        let round = try testRound()
        try await TestExchange.run { exchange in
            try await exchange.board.createRound(round, attachment: [], firstEntry: testBytes(60_000))
            for seed in 2...40 { _ = try await exchange.board.append(testBytes(60_000, seed: UInt64(seed)), to: round) }
            try await exchange.withClient { client async throws in
                var numbers: [Int] = []
                var pageCount = 0
                while true {
                    let page = try await client.entries(of: round, after: numbers.count)
                    numbers += page.entries.map(\.number)
                    pageCount += 1
                    if page.isLast { break }
                }
                #expect(numbers == Array(1...40))
                #expect(pageCount == 3)
            }
        }
    }

    @Test func longPollsWakeAtOnce() async throws {
        let round = try testRound()
        try await TestExchange.run { exchange in
            try await exchange.board.createRound(round, attachment: [], firstEntry: [1])
            try await exchange.withClient { client async throws in
                let clock = ContinuousClock()
                async let page = client.entries(of: round, after: 1, wait: .seconds(50))
                async let status = client.streamStatus(of: stream, round: round, wait: .seconds(50))
                async let chunk = client.getChunk(seq: 0, stream: stream, round: round, wait: .seconds(50))
                async let list = client.rounds(wait: .seconds(50))
                try await Task.sleep(for: .milliseconds(400))
                let start = clock.now
                try await exchange.withClient { other in
                    _ = try await other.append([2], to: round)
                    try await other.putChunk([7], seq: 0, last: false, stream: stream, round: round)
                }
                exchange.delegate.change { $0.rounds = [summary(round)] }
                exchange.board.announceRounds()
                #expect(try await page.entries == [NumberedEntry(number: 2, bytes: [2])])
                #expect(try await status == StreamStatus(chunkCount: 1, isComplete: false, byteCount: 1))
                #expect(try await chunk == StoredChunk(bytes: [7], isLast: false))
                let known = try await list
                #expect(known.rounds == [summary(round)])
                #expect(clock.now - start < .seconds(45))
                // The same list again is no news, another is.
                async let next = client.rounds(known: known.version, wait: .seconds(50))
                try await Task.sleep(for: .milliseconds(300))
                exchange.delegate.change { $0.rounds = [summary(round, "closing")] }
                exchange.board.announceRounds()
                #expect(try await next.rounds == [summary(round, "closing")])
                let before = clock.now
                #expect(try await client.entries(of: round, after: 2, wait: .seconds(1)).entries.isEmpty)
                #expect(clock.now - before >= .milliseconds(900))
            }
        }
    }

    @Test func chunksAreStoredOnce() async throws {
        let round = try testRound()
        try await TestExchange.run { exchange in
            try await exchange.withClient { client async throws in
                let largest = testBytes(StreamStore.chunkByteCountLimit)
                #expect(try await client.putChunk(largest, seq: 0, last: false, stream: stream, round: round))
                #expect(try await client.putChunk(largest, seq: 0, last: false, stream: stream, round: round) == false)
                #expect(try await client.getChunk(seq: 0, stream: stream, round: round)?.bytes == largest)
                #expect(try await client.getChunk(seq: 1, stream: stream, round: round) == nil)
                #expect(try await client.putChunk([], seq: 1, last: true, stream: stream, round: round))
                #expect(
                    try await client.getChunk(seq: 1, stream: stream, round: round)
                        == StoredChunk(bytes: [], isLast: true))
                #expect(
                    try await client.streamStatus(of: stream, round: round)
                        == StreamStatus(chunkCount: 2, isComplete: true, byteCount: largest.count))
            }
            #expect(exchange.delegate.state.withLock { $0.written.map(\.chunkCount) } == [1, 2])
        }
    }

    /// The server takes and gives a chunk in pieces of 528,384 bytes, in whatever parts the network brings them.
    @Test(arguments: [1, 528_383, 528_384, 528_385, 1_056_768, 1_056_769])
    func chunksOfEveryLengthComeBack(byteCount: Int) async throws {
        try await TestExchange.run { exchange in
            let round = try testRound()
            let stream = StreamID(batch: "kela", stage: .ring(0), attempt: 0)
            let chunk = testBytes(byteCount)
            try await exchange.withClient { client async throws in
                try await client.putChunk(chunk, seq: 0, last: true, stream: stream, round: round)
                #expect(try await client.getChunk(seq: 0, stream: stream, round: round)?.bytes == chunk)
            }
            #expect(try await exchange.streams.chunk(seq: 0, stream: stream, round: round).bytes == chunk)
        }
    }

    @Test(arguments: [1, 8]) func cellsAreFetchedByHandle(partCount: Int) async throws {
        let round = try testRound()
        try await TestExchange.run { exchange in
            let handles = (0..<5_000).map { testBytes(16, seed: UInt64($0 + 1)) }
                .sorted { $0.lexicographicallyPrecedes($1) }
            let cells = handles.enumerated().map { $1 + testBytes(112, seed: UInt64($0 + 9_000)) }
            exchange.delegate.state.withLock { $0.partCount = partCount }
            let vault = StreamID(batch: "kela", stage: .vault, attempt: 1)
            let bytes = Array(cells.joined())
            let partition = StreamPartition(count: partCount)
            for cut in partition.cut(bytes, width: 128) {
                var upload = StreamUpload(
                    plain: vault.part(cut.part), round: round, transport: StoreChunkTransport(store: exchange.streams))
                try await upload.write(Array(bytes[cut.bytes]))
                try await upload.finish()
            }
            let examined = try await exchange.streams.examineRecords(
                of: vault, round: round, recordByteCount: 128, partition: partition)
            #expect(examined.isIncreasing)
            try await exchange.withClient { client async throws in
                // A handle of no cell, and one that comes twice.
                let asked = [[UInt8](repeating: 0, count: 16), handles[0]] + Array(handles.prefix(4_000))
                let found = try await client.vaultCells(
                    of: "kela", attempt: 1, round: round, handles: asked, cellByteCount: 128)
                #expect(found == [[UInt8](repeating: 0, count: 128), cells[0]] + Array(cells.prefix(4_000)))
                await #expect(throws: ExchangeProblem.self) {
                    try await client.vaultCells(
                        of: "kela", attempt: 1, round: round, handles: [handles[1], handles[0]], cellByteCount: 128)
                }
                let none = try await client.vaultCells(
                    of: "kela", attempt: 1, round: round, handles: [], cellByteCount: 128)
                #expect(none.isEmpty)
            }
        }
    }

    @Test func operatorsOpenListInspectAndAbort() async throws {
        let round = try testRound()
        try await TestExchange.run { exchange in
            exchange.delegate.change {
                $0.openedRound = round
                $0.rounds = [summary(round)]
            }
            try await exchange.withClient(exchange.operatorIdentity) { client async throws in
                let agreement = Array("agreement".utf8)
                #expect(try await client.openRound(agreement: agreement, signatures: [[1], [2]]) == round)
                #expect(try await client.operatorRounds() == [summary(round)])
                #expect(try await client.operatorStatus(of: round) == Array(#"{"stage":"ring"}"#.utf8))
                try await client.abortRound(round, reason: "päättyi")
                let kept = PrunedRound(round: round, byteCount: 7, keptReason: "it has not ended")
                exchange.delegate.change { $0.pruned = [kept] }
                let asked = [PruneRequest(.round(round), isDry: true), PruneRequest(.olderThan(days: 3), isDry: false)]
                for one in asked { #expect(try await client.prune(one) == [kept]) }
                #expect(exchange.delegate.state.withLock { $0.prunes } == asked)
                for wrong in [#"{"dry":true}"#, #"{"dry":true,"days":-1}"#, #"{"dry":true,"days":1,"round":"00"}"#] {
                    let answer = try await exchange.raw(
                        "POST", "/v1/operator/prune", body: Array(wrong.utf8), identity: exchange.operatorIdentity)
                    #expect(answer.status == 400)
                }
            }
            #expect(exchange.delegate.state.withLock { $0.abortReasons } == ["päättyi"])
        }
    }

    @Test func operationsListenerTellsHealthReadinessAndMetrics() async throws {
        let round = try testRound()
        let listening: TestExchange.Change = { $0.operations = OperationsServer.Address(port: 0) }
        try await TestExchange.run(configure: listening) { exchange in
            try await exchange.board.createRound(round, attachment: [], firstEntry: [1])
            exchange.delegate.change { $0.rounds = [summary(round)] }
            try await exchange.withClient { client async throws in
                _ = try await client.append([2], to: round)
                try await client.putChunk(testBytes(500), seq: 0, last: true, stream: stream, round: round)
                _ = try await problem {
                    try await client.putChunk([1], seq: 5, last: true, stream: stream, round: round)
                }
            }
            let base = "http://127.0.0.1:\(try #require(await exchange.server.boundOperationsPort()))"
            func get(_ path: String) async throws -> (Int, String) {
                let response = try await HTTPClient.shared.execute(
                    HTTPClientRequest(url: base + path), timeout: .seconds(20))
                return (Int(response.status.code), String(buffer: try await response.body.collect(upTo: 1_000_000)))
            }
            #expect(try await get("/healthz") == (200, "alive\n"))
            #expect(try await get("/readyz") == (200, "ready\n"))
            #expect(try await get("/v1/rounds").0 == 404)
            let metrics = try await get("/metrics")
            #expect(metrics.0 == 200)
            for line in [
                #"sidos_exchange_requests_total{call="put_chunk",status="201"} 1"#,
                #"sidos_exchange_requests_total{call="put_chunk",status="409"} 1"#,
                #"sidos_exchange_requests_total{call="append_entry",status="201"} 1"#,
                "sidos_exchange_chunks_stored_total 1", "sidos_exchange_entries_appended_total 1",
                "sidos_exchange_board_entries 2", "sidos_exchange_rounds 1", "sidos_exchange_stream_chunks 1",
            ] { #expect(metrics.1.contains(line + "\n"), "\(line)") }
            #expect(metrics.1.contains("process_resident_memory_bytes "))
            #expect(!metrics.1.contains("kela") && !metrics.1.contains("\(round)"))
            // The store that cannot be written makes the coordinator unready, not dead.
            try FileManager.default.removeItem(atPath: exchange.directory.path + "/streams")
            #expect(try await get("/readyz").0 == 503)
            #expect(try await get("/healthz").0 == 200)
        }
    }

    /// A body that never ends costs a connection for no longer than the deadline.
    @Test func slowPeersAreCutOff() async throws {
        let round = try testRound()
        let soon: TestExchange.Change = { $0.bodyDeadline = .seconds(1) }
        try await TestExchange.run(configure: soon) { exchange in
            let clock = ContinuousClock()
            let start = clock.now
            await #expect(throws: (any Error).self) {
                try await exchange.drip("PUT", "/v1/rounds/\(round)/streams/kela/0/0/0/0", every: .milliseconds(100))
            }
            #expect(clock.now - start < .seconds(60))
            #expect(try await exchange.streams.status(of: stream, round: round).chunkCount == 0)
            try await exchange.withClient { client async throws in
                #expect(try await client.rounds().rounds.isEmpty)
            }
        }
    }

    @Test func nothingOfBodiesAndPathsIsLogged() async throws {
        let log = LogRecorder()
        let round = try testRound(0xAB)
        try await TestExchange.run(logger: log.logger) { exchange in
            try await exchange.board.createRound(round, attachment: [], firstEntry: [1])
            exchange.delegate.change { $0.appendRefusal = ExchangeRefusal(.entryRefused) }
            let answer = try await exchange.raw("POST", "/v1/rounds/\(round)/board", body: Array("secret-entry".utf8))
            #expect(answer.status == 422)
            _ = try await exchange.raw(
                "PUT", "/v1/rounds/\(round)/streams/kela/1/0/0/7", body: Array("secret-chunk".utf8))
            _ = try await exchange.raw("GET", "/v1/secret-path?secret-query")
        }
        #expect(log.text.contains("append_entry"))
        #expect(!log.text.contains("secret"))
        #expect(!log.text.contains("abab"))
    }
}
