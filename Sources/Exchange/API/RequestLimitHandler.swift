internal import NIOCore
internal import NIOHTTPTypes

/// Closes a connection whose request body comes too slowly, or goes on after the request has been answered, and one
/// whose peer has stopped reading the answer.
///
/// The server reads a refused body to its end before the next request, and waits for a peer to take its answer; without
/// this, a peer could keep it at either for ever.
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
    private var answerTimer: Scheduled<Void>?

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
        // Pieces are written as fast as the peer takes them, so each shows that it does.
        answerTimer?.cancel()
        let channel = context.channel
        answerTimer = context.eventLoop.scheduleTask(in: bodyDeadline) { channel.close(promise: nil) }
        guard case .end = unwrapOutboundIn(data) else {
            context.write(data, promise: promise)
            return
        }
        if isReading { closeUnlessRead(within: Self.lingering, context) }
        let written = promise ?? context.eventLoop.makePromise()
        let timer = answerTimer
        written.futureResult.whenComplete { _ in timer?.cancel() }
        context.write(data, promise: written)
    }

    func channelInactive(context: ChannelHandlerContext) {
        answerTimer?.cancel()
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
