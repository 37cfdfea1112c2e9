internal import NIOCore
internal import NIOHTTPTypes

/// Closes a connection whose request body comes too slowly, or goes on after the request has been answered.
///
/// The server reads a refused body to its end before the next request; without this, a peer could keep it reading for
/// ever.
final class RequestLimitHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long a peer may go on sending a body whose request has been answered: long enough to read the answer.
    private static let lingering = TimeAmount.seconds(2)

    private let bodyDeadline: TimeAmount
    private var isReading = false
    private var timer: Scheduled<Void>?

    init(bodyDeadline: TimeAmount) { self.bodyDeadline = bodyDeadline }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            isReading = true
            closeUnlessRead(within: bodyDeadline, context)
        case .body: break
        case .end:
            isReading = false
            timer?.cancel()
            timer = nil
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data), isReading { closeUnlessRead(within: Self.lingering, context) }
        context.write(data, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        context.fireChannelInactive()
    }

    private func closeUnlessRead(within limit: TimeAmount, _ context: ChannelHandlerContext) {
        timer?.cancel()
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }
}
