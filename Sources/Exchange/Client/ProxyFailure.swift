internal import NIOCore
internal import NIOPosix

/// Why a proxy made no way to the coordinator. It names the proxy, and nothing of what was to be sent.
public struct ProxyFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        /// Nobody answers at its address.
        case absent
        /// It wants credentials, and none are configured.
        case credentialsMissing
        case credentialsRefused
        /// It answered CONNECT with this HTTP status.
        case status(Int)
        /// Something else than a proxy answered, or nothing came.
        case noAnswer
    }

    public var host: String
    public var port: Int
    public var reason: Reason

    public init(host: String, port: Int, reason: Reason) {
        self.host = host
        self.port = port
        self.reason = reason
    }

    public var description: String {
        let proxy = "the proxy \(host):\(port)"
        return switch reason {
        case .absent: "\(proxy) cannot be reached: check its address, and the firewall between"
        case .credentialsMissing:
            "\(proxy) wants credentials (status 407): write user:password into a file (chmod 600) and name it under "
                + "proxy.credentials"
        case .credentialsRefused:
            "\(proxy) refuses the credentials (status 407): check the file under proxy.credentials"
        case .status(403):
            "\(proxy) does not allow CONNECT to the coordinator (status 403): ask for its host and port to be allowed"
        case .status(let status) where status >= 500:
            "\(proxy) cannot reach the coordinator, or does not work at the moment (status \(status))"
        case .status(let status): "\(proxy) answered CONNECT with status \(status)"
        case .noAnswer: "\(proxy) gave no answer to CONNECT that HTTP knows: check host and port"
        }
    }
}

/// Asks a proxy once more, to be able to name the status that the HTTP library keeps to itself.
enum ProxyProbe {
    private static let seconds: Int64 = 5
    private static let byteLimit = 512

    /// - Parameters:
    ///   - target: host and port of the coordinator.
    ///   - authorization: the value of the header, if credentials are configured. Secret.
    static func status(
        of proxy: ExchangeClientConfiguration.Proxy, target: String, authorization: String?
    ) async -> ProxyFailure.Reason {
        let channel: any Channel
        let answer = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: [UInt8].self)
        do {
            channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.seconds(seconds))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(FirstLine(answer, limit: byteLimit))
                    }
                }
                .connect(host: proxy.host, port: proxy.port).get()
        } catch {
            answer.succeed([])
            return .absent
        }
        var request = "CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\n"
        if let authorization { request += "Proxy-Authorization: \(authorization)\r\n" }
        channel.writeAndFlush(ByteBuffer(string: request + "\r\n"), promise: nil)
        let deadline = channel.eventLoop.scheduleTask(in: .seconds(seconds)) { channel.close(promise: nil) }
        let line = (try? await answer.futureResult.get()) ?? []
        deadline.cancel()
        channel.close(promise: nil)
        return reason(of: line)
    }

    private static func reason(of line: [UInt8]) -> ProxyFailure.Reason {
        let words = String(decoding: line, as: UTF8.self).split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1].prefix(3)),
            (100..<600).contains(status)
        else { return .noAnswer }
        return .status(status)
    }

    /// Collects what comes until the first line is whole.
    private final class FirstLine: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let answer: EventLoopPromise<[UInt8]>
        private let limit: Int
        private var bytes: [UInt8] = []
        private var isDone = false

        init(_ answer: EventLoopPromise<[UInt8]>, limit: Int) {
            self.answer = answer
            self.limit = limit
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes += unwrapInboundIn(data).readableBytesView.prefix(limit - bytes.count)
            if bytes.contains(UInt8(ascii: "\n")) || bytes.count >= limit { finish() }
        }

        func channelInactive(context: ChannelHandlerContext) { finish() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private func finish() {
            guard !isDone else { return }
            isDone = true
            answer.succeed(bytes)
        }
    }
}
