import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOSSL
import Synchronization
import Testing

@testable import Exchange
@testable import Values

/// A directory that goes with its last reference.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/exchange-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

func testRound(_ number: UInt8 = 1) throws -> RoundID {
    try #require(RoundID(bytes: [UInt8](repeating: number, count: 32)))
}

/// Reproducible bytes.
func testBytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    var bytes = [UInt8](repeating: 0, count: count)
    for index in bytes.indices {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        bytes[index] = UInt8(truncatingIfNeeded: state)
    }
    return bytes
}

/// A coordinator's interface that listens on loopback, with a client's and an operator's certificates.
struct TestExchange: Sendable {
    let directory: TemporaryDirectory
    let board: BoardStore
    let streams: StreamStore
    let delegate: TestDelegate
    let server: ExchangeServer
    let serverIdentity: TLSIdentity
    let clientIdentity: TLSIdentity
    let operatorIdentity: TLSIdentity
    let port: Int

    var baseURL: String { "https://127.0.0.1:\(port)" }

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    typealias Change = (inout ExchangeServerConfiguration) -> Void

    /// Runs a server while `body` runs.
    static func run(
        server serverCertificate: TestCertificate? = nil, client clientCertificate: TestCertificate? = nil,
        freeByteCount: (@Sendable () -> Int?)? = nil, storageQuota: Int? = nil, logger: Logger = logger,
        configure: Change = { _ in },
        _ body: @escaping @Sendable (TestExchange) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        let identity = try (serverCertificate ?? .selfSigned("coordinator")).identity()
        let client = try (clientCertificate ?? .selfSigned("kela")).identity()
        let operatorIdentity = try TestCertificate.selfSigned("operator").identity()
        let board = try BoardStore(path: directory.path + "/board.sqlite")
        let streams = try StreamStore(
            root: directory.path + "/streams", reserve: 1_000, storageQuota: storageQuota, freeByteCount: freeByteCount)
        let delegate = TestDelegate()
        delegate.change {
            $0.pins = [client.pin]
            $0.operators = [operatorIdentity.pin]
        }
        var configuration = ExchangeServerConfiguration(host: "127.0.0.1", port: 0, identity: identity)
        configure(&configuration)
        let server = ExchangeServer(
            configuration: configuration, delegate: delegate, board: board, streams: streams,
            metrics: PrometheusMetrics(), logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask {
                let exchange = TestExchange(
                    directory: directory, board: board, streams: streams, delegate: delegate, server: server,
                    serverIdentity: identity, clientIdentity: client, operatorIdentity: operatorIdentity,
                    port: try await server.boundPort())
                try await body(exchange)
            }
            try await group.next()
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
        try board.close()
    }

    func clientConfiguration(_ identity: TLSIdentity? = nil) -> ExchangeClientConfiguration {
        var configuration = ExchangeClientConfiguration(
            baseURL: baseURL, serverPins: [serverIdentity.pin], identity: identity ?? clientIdentity)
        configuration.retry = .never
        return configuration
    }

    @discardableResult
    func withClient<Value>(
        _ identity: TLSIdentity? = nil, configure: (inout ExchangeClientConfiguration) -> Void = { _ in },
        _ body: (ExchangeClient) async throws -> Value
    ) async throws -> Value {
        var configuration = clientConfiguration(identity)
        configure(&configuration)
        return try await runClient(configuration, body)
    }

    /// A request that no `ExchangeClient` would make.
    func raw(
        _ method: String, _ path: String, body: [UInt8]? = nil, identity: TLSIdentity? = nil,
        headers: [String: String] = [:], tls change: (inout TLSConfiguration) -> Void = { _ in }
    ) async throws -> RawAnswer {
        var tls = PinnedTLS.client(identity ?? clientIdentity)
        change(&tls)
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            var request = HTTPClientRequest(url: baseURL + path)
            request.method = .RAW(value: method)
            for (name, value) in headers { request.headers.add(name: name, value: value) }
            if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
            let response = try await http.execute(request, timeout: .seconds(20))
            let bytes = try await response.body.collect(upTo: 8_388_608)
            try await http.shutdown()
            return RawAnswer(
                status: Int(response.status.code), mediaType: response.headers.first(name: "content-type") ?? "",
                body: Array(bytes.readableBytesView))
        } catch {
            try await http.shutdown()
            throw error
        }
    }
}

extension TestExchange {
    /// A request whose body of 4 MiB comes a byte at a time.
    func drip(_ method: String, _ path: String, every pause: Duration) async throws {
        var configuration = HTTPClient.Configuration(tlsConfiguration: PinnedTLS.client(clientIdentity))
        configuration.httpVersion = .http1Only
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            var request = HTTPClientRequest(url: baseURL + path)
            request.method = .RAW(value: method)
            let drops = AsyncStream<ByteBuffer> {
                try? await Task.sleep(for: pause)
                return ByteBuffer(bytes: [1])
            }
            request.body = .stream(drops, length: .known(Int64(4_194_304)))
            _ = try await http.execute(request, timeout: .seconds(20))
            try await http.shutdown()
        } catch {
            try await http.shutdown()
            throw error
        }
    }
}

struct RawAnswer {
    var status: Int
    var mediaType: String
    var body: [UInt8]

    func problem() throws -> ProblemDetails {
        #expect(mediaType == "application/problem+json")
        return try JSONDecoder().decode(ProblemDetails.self, from: Data(body))
    }
}

@discardableResult
func runClient<Value>(
    _ configuration: ExchangeClientConfiguration, _ body: (ExchangeClient) async throws -> Value
) async throws -> Value {
    let client = try ExchangeClient(configuration: configuration, logger: TestExchange.logger)
    do {
        let value = try await body(client)
        try await client.shutdown()
        return value
    } catch {
        try await client.shutdown()
        throw error
    }
}

/// The problem that a call is refused with.
func problem(_ body: () async throws -> Void) async throws -> ExchangeProblem {
    do {
        try await body()
    } catch let problem as ExchangeProblem {
        return problem
    }
    Issue.record("the call was not refused")
    throw CancellationError()
}
