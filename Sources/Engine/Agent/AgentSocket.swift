internal import Crypto
internal import Files
internal import Foundation
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import PSIProtocol
internal import Values

/// What a worker asks its host's agent over a Unix socket, and what it is answered.
///
/// The question is one line, `sidos 1 ROUND JOB`. The answer is a byte (`Status`), 4 bytes of length, and the step's
/// keys if there are any; then the agent closes.
enum AgentExchange {
    static let mostQuestionBytes = 256

    enum Status: UInt8 {
        case keys, noKeys, otherVersion, notAllowed, failed
    }

    static func question(_ round: RoundID, _ job: JobID) -> String { "sidos \(Ticket.version) \(round) \(job)\n" }

    /// - Throws: `EngineError.otherVersion`, or `.noKeys` for what is no question.
    static func parse(_ line: String) throws -> (RoundID, JobID) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count >= 2, words[0] == "sidos", words[1] == "\(Ticket.version)" else {
            throw EngineError.otherVersion(what: "worker")
        }
        guard words.count == 4, let round = RoundID(hex: words[2]), let job = JobID(hex: words[3]) else {
            throw EngineError.noKeys
        }
        return (round, job)
    }
}

/// The agent's end of the socket: tells workers of one account the keys of their steps.
public struct AgentSocket: Sendable {
    private let path: String
    private let keys: HostKeys
    private let user: UInt32

    /// - Parameters:
    ///   - path: where the socket is made, for this account alone.
    ///   - user: whose processes are answered; this process's own account, if nil.
    public init(at path: String, keys: HostKeys, user: UInt32? = nil) {
        self.path = path
        self.keys = keys
        self.user = user ?? geteuid()
    }

    /// Answers until the task is cancelled.
    ///
    /// - Parameter ready: called once workers can ask.
    public func run(ready: @Sendable () -> Void = {}) async throws {
        let (keys, user) = (keys, user)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandlers([
                        IdleStateHandler(allTimeout: .seconds(10)), AgentHandler(keys: keys, user: user),
                    ])
                }
            }
            .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
        ready()
        try await withTaskCancellationHandler {
            try await channel.closeFuture.get()
        } onCancel: {
            channel.close(promise: nil)
        }
        try AtomicFile.remove(path)
    }
}

/// What the kernel says of who is at the other end of a Unix socket: the layout of `struct ucred`.
private struct PeerCredentials {
    var process: Int32 = 0
    var user: UInt32 = .max
    var group: UInt32 = .max
}

private final class AgentHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let keys: HostKeys
    private let user: UInt32
    private var question: [UInt8] = []
    private var isAnswered = false

    init(keys: HostKeys, user: UInt32) {
        self.keys = keys
        self.user = user
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        question += unwrapInboundIn(data).readableBytesView
        guard !isAnswered else { return }
        guard question.last == UInt8(ascii: "\n") else {
            if question.count > AgentExchange.mostQuestionBytes { context.close(promise: nil) }
            return
        }
        isAnswered = true
        let line = String(decoding: question.dropLast(), as: UTF8.self)
        guard line.utf8.count <= AgentExchange.mostQuestionBytes,
            let options = context.channel as? any SocketOptionProvider
        else {
            context.close(promise: nil)
            return
        }
        let bound = NIOLoopBound((context, self), eventLoop: context.eventLoop)
        let peer: EventLoopFuture<PeerCredentials> = options.unsafeGetSocketOption(
            level: NIOBSDSocket.OptionLevel(rawValue: SOL_SOCKET), name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
        peer.map(\.user).whenComplete { user in
            let (context, handler) = bound.value
            handler.answer(line, isAllowed: (try? user.get()) == handler.user, context)
        }
    }

    private func answer(_ line: String, isAllowed: Bool, _ context: ChannelHandlerContext) {
        var status = AgentExchange.Status.notAllowed
        var secret: SymmetricKey?
        if isAllowed {
            do {
                let (round, job) = try AgentExchange.parse(line)
                secret = try keys.keys(job, of: round)
                status = .keys
            } catch EngineError.otherVersion { status = .otherVersion } catch EngineError.noKeys {
                status = .noKeys
            } catch { status = .failed }
        }
        let count = secret.map { $0.bitCount / 8 } ?? 0
        var buffer = context.channel.allocator.buffer(capacity: 5 + count)
        buffer.writeInteger(status.rawValue)
        buffer.writeInteger(UInt32(count))
        secret?.withUnsafeBytes { _ = buffer.writeBytes($0) }
        let bound = NIOLoopBound((context, buffer), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(buffer)).whenComplete { _ in
            let (context, buffer) = bound.value
            // The bytes are out; what is left of them here goes too.
            buffer.wipe()
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// A worker's end of the socket.
public struct AgentClient: Sendable {
    private let path: String

    public init(at path: String) { self.path = path }

    /// The keys of a step.
    ///
    /// - Throws: `EngineError.noKeys`, `.otherVersion`, `.agentUnreachable`.
    func keys(_ job: JobID, of round: RoundID) async throws -> JobKeys {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: SymmetricKey.self)
        let (unreachable, question) = (EngineError.agentUnreachable(socket: path), AgentExchange.question(round, job))
        do {
            let channel = try await ClientBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers([
                            IdleStateHandler(allTimeout: .seconds(30)),
                            AnswerHandler(promise, unreachable: unreachable),
                        ])
                    }
                }
                .connect(unixDomainSocketPath: path).get()
            try await channel.writeAndFlush(ByteBuffer(string: question))
        } catch {
            promise.fail(unreachable)
        }
        return try JobKeys(serialized: SecretBytes(try await promise.futureResult.get()))
    }
}

private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let promise: EventLoopPromise<SymmetricKey>
    private let unreachable: EngineError
    private var answer: [UInt8] = []
    private var isDone = false

    init(_ promise: EventLoopPromise<SymmetricKey>, unreachable: EngineError) {
        self.promise = promise
        self.unreachable = unreachable
        // It is never moved, so nothing of it stays elsewhere.
        answer.reserveCapacity(5 + JobKeys.mostBytes + (1 << 16))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let piece = unwrapInboundIn(data)
        answer += piece.readableBytesView
        piece.wipe()
        if answer.count > 5 + JobKeys.mostBytes { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        guard !isDone else { return }
        isDone = true
        defer { answer.withUnsafeMutableBytes { WipedBuffer.wipe($0) } }
        guard answer.count >= 5, let status = AgentExchange.Status(rawValue: answer[0]),
            answer.count == 5 + Int(BigEndian.read(answer[1..<5]))
        else { return promise.fail(unreachable) }
        switch status {
        case .keys:
            promise.succeed(answer.withUnsafeBytes { SymmetricKey(data: UnsafeRawBufferPointer(rebasing: $0[5...])) })
        case .noKeys: promise.fail(EngineError.noKeys)
        case .otherVersion: promise.fail(EngineError.otherVersion(what: "agent"))
        case .notAllowed, .failed: promise.fail(unreachable)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

extension ByteBuffer {
    /// Zeros what can be read, in the memory where it lies: changing a buffer that somebody else holds would copy it.
    fileprivate func wipe() {
        withUnsafeReadableBytes { WipedBuffer.wipe(UnsafeMutableRawBufferPointer(mutating: $0)) }
    }
}
