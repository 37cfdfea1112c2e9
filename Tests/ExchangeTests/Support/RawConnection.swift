import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

@testable import Exchange

/// A connection on which any bytes can be sent.
final class RawConnection: Sendable {
    private final class Recorder: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let bytes = Mutex<[UInt8]>([])

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = unwrapInboundIn(data)
            bytes.withLock { $0.append(contentsOf: buffer.readableBytesView) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private let channel: any Channel
    private let recorder: Recorder

    private init(channel: any Channel, recorder: Recorder) {
        self.channel = channel
        self.recorder = recorder
    }

    static func open(_ exchange: TestExchange, tls: Bool, identity: TLSIdentity? = nil) async throws -> RawConnection {
        let recorder = Recorder()
        let context = try NIOSSLContext(configuration: PinnedTLS.client(identity ?? exchange.clientIdentity))
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: nil))
                    }
                    try channel.pipeline.syncOperations.addHandler(recorder)
                }
            }
            .connect(host: "127.0.0.1", port: exchange.port).get()
        return RawConnection(channel: channel, recorder: recorder)
    }

    func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)) }

    func received() -> String { String(decoding: recorder.bytes.withLock { $0 }, as: UTF8.self) }

    /// All that came until the other side closed.
    func rest() async throws -> String {
        try await channel.closeFuture.get()
        return received()
    }

    func close() { channel.close(promise: nil) }
}
