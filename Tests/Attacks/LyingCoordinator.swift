import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import Testing

@testable import SystemHarness

/// Answers a participant's calls with the coordinator's own key, and as it likes.
final class LyingCoordinator: Sendable {
    struct Call: Sendable {
        var method: String
        var path: String
        var body: [UInt8]
    }
    struct Answer: Sendable {
        var status = 200
        var json: String
    }

    private let answer: @Sendable (Call) -> Answer
    private let calls = Mutex<[Call]>([])
    private let context: NIOSSLContext

    init(certificate: String, key: String, answer: @escaping @Sendable (Call) -> Answer) throws {
        self.answer = answer
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem)))
        configuration.applicationProtocols = ["http/1.1"]
        configuration.minimumTLSVersion = .tlsv13
        context = try NIOSSLContext(configuration: configuration)
    }

    /// How many calls there were to paths that end or go on like this.
    func count(_ method: String, _ part: String) -> Int {
        calls.withLock { $0.filter { $0.method == method && $0.path.contains(part) }.count }
    }

    var bodies: [[UInt8]] { calls.withLock { $0.filter { $0.method == "POST" }.map(\.body) } }

    /// Listens while `body` runs, which gets the port.
    func serve(_ body: (Int) async throws -> Void) async throws {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: self.context))
                    try channel.pipeline.syncOperations.addHandler(Handler(self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(try #require(server.localAddress?.port))
        } catch {
            try? await server.close()
            throw error
        }
        try await server.close()
    }

    private func respond(to call: Call) -> Answer {
        calls.withLock { $0.append(call) }
        return answer(call)
    }

    /// As much of HTTP/1.1 as this project's client speaks.
    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let coordinator: LyingCoordinator
        private var bytes: [UInt8] = []

        init(_ coordinator: LyingCoordinator) { self.coordinator = coordinator }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes += unwrapInboundIn(data).readableBytesView
            let end = Array("\r\n\r\n".utf8)
            while let headEnd = bytes.firstRange(of: end) {
                let lines = String(decoding: bytes[..<headEnd.lowerBound], as: UTF8.self).split(separator: "\r\n")
                let first = lines.first?.split(separator: " ") ?? []
                let length =
                    lines.first { $0.lowercased().hasPrefix("content-length:") }
                    .flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) } ?? 0
                guard first.count == 3, bytes.count >= headEnd.upperBound + length else { return }
                let body = Array(bytes[headEnd.upperBound..<(headEnd.upperBound + length)])
                bytes.removeSubrange(..<(headEnd.upperBound + length))
                let answer = coordinator.respond(
                    to: Call(method: String(first[0]), path: String(first[1]), body: body))
                let head =
                    "HTTP/1.1 \(answer.status) X\r\ncontent-type: application/json\r\n"
                    + "content-length: \(answer.json.utf8.count)\r\n\r\n"
                context.writeAndFlush(NIOAny(ByteBuffer(string: head + answer.json)), promise: nil)
            }
        }
    }
}
