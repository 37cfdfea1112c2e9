import Foundation
import Logging
import NIOCore
import NIOPosix
import PSIProtocol
import ServiceLifecycle
import Synchronization
import Testing
import Values

@testable import Exchange

@Suite(.timeLimit(.minutes(10))) struct ExchangeClientTests {
    @Test func addressesMustBeHTTPSAndNothingElse() throws {
        let identity = try TestCertificate.selfSigned().identity()
        for url in [
            "", "http://a", "a", "https://", "https://a/v1", "https://a?x=1", "https://a#x", "https://u@a",
            "https://u:p@a",
            "ftp://a",
        ] {
            let configuration = ExchangeClientConfiguration(
                baseURL: url, serverPins: [identity.pin], identity: identity)
            #expect(throws: ExchangeClientError.invalidBaseURL, "\(url)") {
                try ExchangeClient(configuration: configuration, logger: TestExchange.logger)
            }
        }
    }

    @Test func delaysGrowToABoundAndVary() {
        let policy = RetryPolicy(attemptLimit: nil, firstDelay: .milliseconds(100), longestDelay: .seconds(2))
        for (count, whole) in [(1, 100), (2, 200), (4, 800), (6, 2_000), (1_000, 2_000), (Int.max, 2_000)] {
            for _ in 0..<50 {
                let delay = policy.delay(afterFailures: count)
                #expect(delay >= .milliseconds(whole / 2) && delay <= .milliseconds(whole))
            }
        }
        #expect(Set((0..<20).map { _ in policy.delay(afterFailures: 4) }).count > 1)
    }

    @Test func givesUpAfterTheAgreedTries() async throws {
        let identity = try TestCertificate.selfSigned().identity()
        let outages = Mutex(0)
        var configuration = ExchangeClientConfiguration(
            baseURL: "https://127.0.0.1:1", serverPins: [identity.pin], identity: identity)
        configuration.retry = RetryPolicy(attemptLimit: 3, firstDelay: .milliseconds(5))
        configuration.onOutage = { _ in outages.withLock { $0 += 1 } }
        try await runClient(configuration) { client async throws in
            await #expect(throws: ExchangeClientError.self) { try await client.rounds() }
        }
        #expect(outages.withLock { $0 } == 1)
    }

    /// Of the connections to this port that are open in this process's network, the kinds of timers that run.
    private static func timers(to port: Int) throws -> [String] {
        let hex = String(port, radix: 16, uppercase: true)
        let remote = ":" + String(repeating: "0", count: 4 - hex.count) + hex
        // A file without a length is read to its end only piece by piece.
        let file = try FileHandle(forReadingFrom: URL(filePath: "/proc/self/net/tcp"))
        defer { try? file.close() }
        var table = Data()
        while let piece = try file.read(upToCount: 4_096), !piece.isEmpty { table += piece }
        var timers: [String] = []
        for line in String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ")
            // Established connections of callers.
            if fields[2].hasSuffix(remote), fields[3] == "01" { timers.append(String(fields[5].prefix(2))) }
        }
        return timers
    }

    @Test func theSystemAsksWhetherAWaitingPeerIsThere() async throws {
        let round = try testRound()
        try await TestExchange.run { exchange in
            try await exchange.board.createRound(round, attachment: [], firstEntry: [1])
            exchange.delegate.change {
                $0.rounds = [RoundSummary(round: round, agreement: AgreementID(ofFile: [1]), number: 1, state: "open")]
            }
            let port = try await exchange.server.boundPort()
            try await exchange.withClient { client async throws in
                async let waiting = client.entries(of: round, after: 1, wait: .seconds(20))
                // 02 is the timer of questions to a silent peer.
                try await eventually { (try? Self.timers(to: port).contains("02")) == true }
                // A peer that answers them is waited for.
                #expect(try await waiting.entries.isEmpty)
            }
        }
    }

    /// The coordinator goes away and comes back; callers notice only time, and each outage is told once.
    @Test func callsOutliveARestartOfTheServer() async throws {
        let directory = try TemporaryDirectory()
        let round = try testRound()
        let identity = try TestCertificate.selfSigned("coordinator").identity()
        let own = try TestCertificate.selfSigned("kela").identity()
        let events = Mutex<[String]>([])
        let port = try await Self.freePort()
        var configuration = ExchangeClientConfiguration(
            baseURL: "https://127.0.0.1:\(port)", serverPins: [identity.pin], identity: own)
        configuration.retry = RetryPolicy(
            attemptLimit: nil, firstDelay: .milliseconds(20), longestDelay: .milliseconds(80))
        configuration.onOutage = { _ in events.withLock { $0.append("out") } }
        configuration.onRecovery = { events.withLock { $0.append("back") } }

        @Sendable func serve(_ body: @Sendable () async throws -> Void) async throws {
            let board = try BoardStore(path: directory.path + "/board.sqlite")
            try await board.createRound(round, attachment: [], firstEntry: [0])
            let delegate = TestDelegate()
            delegate.change { $0.pins = [own.pin] }
            let server = ExchangeServer(
                configuration: ExchangeServerConfiguration(host: "127.0.0.1", port: port, identity: identity),
                delegate: delegate, board: board,
                streams: try StreamStore(root: directory.path + "/streams", reserve: 0),
                metrics: PrometheusMetrics(), logger: TestExchange.logger)
            let group = ServiceGroup(services: [server], logger: TestExchange.logger)
            async let running: Void = group.run()
            _ = try await server.boundPort()
            try await body()
            await group.triggerGracefulShutdown()
            try await running
            try board.close()
        }

        try await runClient(configuration) { client async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    // Many calls at once, through three outages.
                    try await withThrowingTaskGroup(of: Void.self) { callers in
                        for caller in 0..<4 {
                            callers.addTask {
                                for number in 0..<25 {
                                    _ = try await client.append([1, UInt8(caller), UInt8(number)], to: round)
                                    try await Task.sleep(for: .milliseconds(20))
                                }
                            }
                        }
                        try await callers.waitForAll()
                    }
                }
                group.addTask {
                    for _ in 0..<3 {
                        try await Task.sleep(for: .milliseconds(150))
                        try await serve { try await Task.sleep(for: .milliseconds(250)) }
                    }
                    try await serve {
                        while try await client.entries(of: round, after: 100, wait: .seconds(1)).entries.isEmpty {}
                    }
                }
                try await group.waitForAll()
            }
        }
        let board = try BoardStore(path: directory.path + "/board.sqlite")
        #expect(try await board.entryCount(of: round) == 101)
        try board.close()
        let told = events.withLock { $0 }
        #expect(told.count >= 2)
        #expect(told == (0..<told.count).map { $0.isMultiple(of: 2) ? "out" : "back" })
    }

    /// A graceful shutdown does not wait for long-polls.
    @Test func shutdownEndsLongPolls() async throws {
        let clock = ContinuousClock()
        let round = try testRound()
        try await TestExchange.run { exchange in
            try await exchange.board.createRound(round, attachment: [], firstEntry: [0])
            try await exchange.withClient { client async throws in _ = try await client.rounds() }
        }
        let directory = try TemporaryDirectory()
        let identity = try TestCertificate.selfSigned().identity()
        let own = try TestCertificate.selfSigned().identity()
        let board = try BoardStore(path: directory.path + "/board.sqlite")
        try await board.createRound(round, attachment: [], firstEntry: [0])
        let delegate = TestDelegate()
        delegate.change { $0.pins = [own.pin] }
        let server = ExchangeServer(
            configuration: ExchangeServerConfiguration(host: "127.0.0.1", port: 0, identity: identity),
            delegate: delegate, board: board, streams: try StreamStore(root: directory.path + "/streams"),
            metrics: PrometheusMetrics(), logger: TestExchange.logger)
        let group = ServiceGroup(services: [server], logger: TestExchange.logger)
        async let running: Void = group.run()
        var configuration = ExchangeClientConfiguration(
            baseURL: "https://127.0.0.1:\(try await server.boundPort())", serverPins: [identity.pin], identity: own)
        configuration.retry = .never
        let client = try ExchangeClient(configuration: configuration, logger: TestExchange.logger)
        async let poll = client.entries(of: round, after: 1, wait: .seconds(60))
        try await Task.sleep(for: .milliseconds(500))
        let start = clock.now
        await group.triggerGracefulShutdown()
        try await running
        #expect(clock.now - start < .seconds(50))
        do {
            _ = try await poll
            Issue.record("the poll was answered")
        } catch let problem as ExchangeProblem {
            #expect(problem.knownCode == .serverFailed)
        } catch {
            #expect(error is ExchangeClientError)
        }
        try await client.shutdown()
        try board.close()
    }

    @Test func worksThroughAnHTTPProxy() async throws {
        let proxy = ConnectProxy()
        try await TestExchange.run { exchange in
            let round = try testRound()
            try await exchange.board.createRound(round, attachment: [], firstEntry: testBytes(5_000))
            try await proxy.run { port in
                try await exchange.withClient(configure: { $0.proxy = .init(host: "127.0.0.1", port: port) }) {
                    client async throws in
                    #expect(try await client.entries(of: round, after: 0).entries.first?.bytes == testBytes(5_000))
                }
            }
            #expect(proxy.targets == ["127.0.0.1:\(exchange.port)"])
        }
    }

    @Test func answersThatAreNotTheInterfacesAreRefused() async throws {
        try await TestExchange.run { exchange in
            // A gap in the numbers would be entries withheld.
            let round = try testRound()
            try await exchange.board.createRound(round, attachment: [], firstEntry: [1])
            exchange.delegate.change { $0.cellByteCount = 128 }
            try await exchange.withClient { client async throws in
                let page = try await client.entries(of: round, after: 0)
                #expect(page.entries.map(\.number) == [1])
            }
            var upload = StreamUpload(
                plain: StreamID(batch: "kela", stage: .vault, attempt: 0), round: round,
                transport: StoreChunkTransport(store: exchange.streams))
            let handle = testBytes(16)
            try await upload.write(handle + testBytes(112, seed: 3))
            _ = try await upload.finish()
            try await exchange.withClient { client async throws in
                // The caller expects shorter cells than the server sends.
                await #expect(throws: ExchangeClientError.self) {
                    try await client.vaultCells(
                        of: "kela", attempt: 0, round: round, handles: [handle], cellByteCount: 112)
                }
            }
        }
    }

    @Test func answersAreBounded() async throws {
        try await TestExchange.run { exchange in
            let round = try testRound()
            let stream = StreamID(batch: "kela", stage: .vault, attempt: 0)
            try await exchange.streams.put(testBytes(100), seq: 0, last: true, stream: stream, round: round)
            let path = "/v1/rounds/\(round)/streams/\(stream)/0"
            try await exchange.withClient { client async throws in
                #expect(try await client.call(.GET, path, answerLimit: 100).body == testBytes(100))
                await #expect(throws: ExchangeClientError.invalidAnswer(status: 200)) {
                    _ = try await client.call(.GET, path, answerLimit: 99)
                }
            }
        }
    }

    private static func freePort() async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(channel.localAddress?.port)
        try await channel.close().get()
        return port
    }
}
