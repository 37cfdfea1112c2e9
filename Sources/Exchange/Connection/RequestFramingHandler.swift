internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes

/// Answers what never becomes a request: bytes that are no HTTP get a problem document, and a client that asks whether
/// to send its body is told to. [P-56]
final class RequestFramingHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// The longest body that any call takes.
    private static let bodyByteCountLimit = StreamStore.chunkByteCountLimit
    private var hasBegunAnswer = false
    private var isOver = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Who writes what cannot be read has nothing more to say.
        if isOver { return }
        if case .head(let request) = unwrapInboundIn(data), Self.expectsContinue(request) {
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
        context.fireChannelRead(data)
    }

    /// A body that is announced as too long is not asked for: its refusal is on the way.
    private static func expectsContinue(_ request: HTTPRequest) -> Bool {
        guard let expectation = request.headerFields[.expect], expectation.lowercased() == "100-continue" else {
            return false
        }
        guard let announced = request.headerFields[.contentLength] else { return true }
        return Int(announced).map { $0 <= bodyByteCountLimit } ?? false
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isOver, !hasBegunAnswer, error is HTTPParserError else {
            context.fireErrorCaught(error)
            return
        }
        isOver = true
        let refusal = ExchangeRefusal(.requestMalformed, "This is not HTTP/1.1 as P-54 has it.")
        let document = (try? ExchangeMessage.encode(ProblemDetails(refusal))).map { Array($0) } ?? []
        var response = HTTPResponse(status: .init(code: refusal.code.status))
        response.headerFields[.contentType] = ProblemDetails.mediaType
        response.headerFields[.contentLength] = "\(document.count)"
        response.headerFields[.connection] = "close"
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: document))), promise: nil)
        let channel = context.channel
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if isOver {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let response): hasBegunAnswer = response.status.kind != .informational
        case .body: break
        case .end: hasBegunAnswer = false
        }
        context.write(data, promise: promise)
    }
}
