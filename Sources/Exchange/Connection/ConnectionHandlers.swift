internal import NIOCore
internal import NIOHTTPTypes
internal import NIOSSL

/// Stands at the socket, before TLS: gives a new connection its place, and closes it when it is to go.
final class ConnectionDoor: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let places: ConnectionPlaces
    private var id: UInt64?
    private var deadline: Scheduled<Void>?

    init(places: ConnectionPlaces) { self.places = places }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { arrive(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        arrive(context)
        context.fireChannelActive()
    }

    private func arrive(_ context: ChannelHandlerContext) {
        guard id == nil else { return }
        id = places.arrive(context.channel)
        let (channel, places) = (context.channel, places)
        deadline = context.eventLoop.scheduleTask(in: TimeAmount(places.limits.firstRequest)) {
            places.expire(channel)
        }
    }

    /// The first request's head is there, and with it, by TLS, the caller; without TLS nobody is known.
    func firstRequest(from pin: TLSPin?) {
        deadline?.cancel()
        deadline = nil
        if let id, let pin { places.recognise(id, as: pin) }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is ConnectionPlaces.Eviction else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        context.close(mode: .all, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    private func leave() {
        deadline?.cancel()
        deadline = nil
        if let id { places.leave(id) }
        id = nil
    }
}

/// Stands at the requests: puts a `ConnectionDoor` before TLS, and tells it of the first request.
final class FirstRequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private let door: ConnectionDoor
    private var isFirst = true

    init(places: ConnectionPlaces) { door = ConnectionDoor(places: places) }

    func handlerAdded(context: ChannelHandlerContext) {
        do {
            try context.pipeline.syncOperations.addHandler(door, position: .first)
        } catch {
            context.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isFirst, case .head = unwrapInboundIn(data) {
            isFirst = false
            let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
            door.firstRequest(from: certificate.flatMap { try? PeerCertificate($0) }?.pin)
        }
        context.fireChannelRead(data)
    }
}
