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

    @Sendable private static func wrap(_ channel: any Channel) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
    }

    /// Runs the proxy while `body` runs, which is given its port.
    func run(_ body: @escaping @Sendable (Int) async throws -> Void) async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0, childChannelInitializer: Self.wrap)
        let port = server.channel.localAddress?.port ?? 0
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { relays in
                        for try await connection in connections { relays.addTask { try? await self.relay(connection) } }
                    }
                }
            }
            group.addTask { try await body(port) }
            try await group.next()
            group.cancelAll()
        }
    }

    private func relay(_ connection: Connection) async throws {
        try await connection.executeThenClose { inbound, outbound in
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
                .connect(host: host, port: port, channelInitializer: Self.wrap)
            try await outbound.write(ByteBuffer(string: "HTTP/1.1 200 Connected\r\n\r\n"))
            try await upstream.executeThenClose { answers, requests in
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
