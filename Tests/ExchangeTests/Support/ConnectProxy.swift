import NIOCore
import NIOPosix
import Synchronization

/// A small HTTP proxy that knows CONNECT, for tests.
final class ConnectProxy: Sendable {
    private let seen = Mutex<[String]>([])
    /// What it answers, if it makes no way.
    private let refusal: String?
    /// The header that it wants to see, if any.
    private let authorization: String?

    init(refusal: String? = nil, authorization: String? = nil) {
        self.refusal = refusal
        self.authorization = authorization
    }

    /// What it was asked to connect to.
    var targets: [String] { seen.withLock { $0 } }

    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Wraps a channel that has read nothing yet, when somebody is there to finish it: one that is let go unfinished
    /// ends the process.
    private static func with(
        _ channel: any Channel,
        _ body: (NIOAsyncChannelInboundStream<ByteBuffer>, NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws ->
            Void
    ) async throws {
        let connection = try await channel.eventLoop.submit {
            let connection = try Connection(wrappingChannelSynchronously: channel)
            try channel.syncOptions?.setOption(.autoRead, value: true)
            return connection
        }.get()
        try await connection.executeThenClose(body)
    }

    /// Runs the proxy while `body` runs, which is given its port.
    func run(_ body: @escaping @Sendable (Int) async throws -> Void) async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .bind(host: "127.0.0.1", port: 0) { $0.eventLoop.makeSucceededFuture($0) }
        let port = server.channel.localAddress?.port ?? 0
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { relays in
                        for try await channel in connections { relays.addTask { try? await self.relay(channel) } }
                    }
                }
            }
            group.addTask { try await body(port) }
            try await group.next()
            group.cancelAll()
        }
    }

    private func relay(_ channel: any Channel) async throws {
        try await Self.with(channel) { inbound, outbound in
            var pieces = inbound.makeAsyncIterator()
            guard let head = try await pieces.next().map({ String(buffer: $0) }), head.hasPrefix("CONNECT "),
                let target = head.split(separator: " ").dropFirst().first.map(String.init),
                let host = target.split(separator: ":").first.map(String.init),
                let port = target.split(separator: ":").last.flatMap({ Int($0) })
            else { return }
            seen.withLock { $0.append(target) }
            if let authorization, !head.lowercased().contains("proxy-authorization: \(authorization)".lowercased()) {
                try await outbound.write(ByteBuffer(string: "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"))
                return
            }
            if let refusal {
                try await outbound.write(ByteBuffer(string: refusal))
                return
            }
            let upstream = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.autoRead, value: false)
                .connect(host: host, port: port) { $0.eventLoop.makeSucceededFuture($0) }
            try await Self.with(upstream) { answers, requests in
                try await outbound.write(ByteBuffer(string: "HTTP/1.1 200 Connected\r\n\r\n"))
                async let back: Void = {
                    for try await piece in answers { try await outbound.write(piece) }
                }()
                while let piece = try await pieces.next() { try await requests.write(piece) }
                requests.finish()
                try await back
            }
        }
    }
}
