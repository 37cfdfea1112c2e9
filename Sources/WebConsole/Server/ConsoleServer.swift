internal import Agreement
public import Daemon
internal import Files
internal import Hummingbird
internal import HummingbirdCore
public import Logging
public import ServiceLifecycle
internal import Synchronization
internal import Values

/// Serves the console on loopback or on a Unix socket, and nowhere else, over plain HTTP: what it says does not leave
/// the machine.
public final class ConsoleServer: Service {
    public enum Address: Sendable, Equatable {
        /// 0 lets the system choose.
        case loopback(port: Int)
        /// A socket that only this account can open.
        case socket(path: String)
    }

    /// Connections at once; a browser opens six.
    private static let connectionLimit = 64

    private let address: Address
    private let owner: String
    private let command: String
    private let signer: ApprovalSigner?
    private let sections: [any ConsoleSection]
    private let sessions: ConsoleSessions
    private let logger: Logger
    private let view: ConsoleView
    private let isListening: @Sendable (String) -> Void

    /// - Parameters:
    ///   - owner: the participant, for titles.
    ///   - command: what opens the console.
    ///   - signer: whose key signs what is proposed and answered here.
    ///   - isListening: is told the link once it can be opened.
    public convenience init(
        address: Address, owner: String, command: String, signer: ApprovalSigner?, sections: [any ConsoleSection],
        logger: Logger, isListening: @escaping @Sendable (String) -> Void
    ) throws {
        try self.init(
            address: address, owner: owner, command: command, signer: signer, sections: sections,
            sessions: ConsoleSessions(), logger: logger, isListening: isListening)
    }

    init(
        address: Address, owner: String, command: String, signer: ApprovalSigner?, sections: [any ConsoleSection],
        sessions: ConsoleSessions, logger: Logger, isListening: @escaping @Sendable (String) -> Void
    ) throws {
        self.address = address
        self.owner = owner
        self.command = command
        self.signer = signer
        self.sections = sections
        self.sessions = sessions
        self.logger = logger
        self.isListening = isListening
        view = try ConsoleView()
    }

    /// - Throws: `ConsoleError` when the address cannot be bound.
    public func run() async throws {
        do {
            switch address {
            case .loopback(let port): try await application(port: port).run()
            case .socket(let path):
                try Self.clear(path)
                defer { try? AtomicFile.remove(path) }
                try await application(socket: path).run()
            }
        } catch let error where !(error is CancellationError) && !(error is any ReportableError) {
            throw ConsoleError.notListening("\(address)")
        }
    }

    /// Removes what a console left that ended without a word. What is no socket stays.
    private static func clear(_ path: String) throws {
        guard path.utf8.count < 100 else { throw ConsoleError.longPath(path) }
        // Whoever can reach a socket may open it before its own mode can be set.
        let directory = SplitPath(path).parent
        guard try FileStatus(of: directory, followingLinks: true).isPrivate else {
            throw ConsoleError.openDirectory(directory)
        }
        guard let status = try FileStatus.at(path) else { return }
        guard status.kind == .other else { throw ConsoleError.inTheWay(path) }
        try AtomicFile.remove(path)
    }

    private func application(port: Int) -> some ApplicationProtocol {
        // The port is known before the first request can come.
        let bound = Mutex(port)
        let base: @Sendable (Int?) -> String = { port in
            bound.withLock { $0 = port ?? 0 }
            return "http://127.0.0.1:\(port ?? 0)"
        }
        return application(
            .hostname("127.0.0.1", port: port), gate: { .loopback(port: bound.withLock { $0 }) }, base: base)
    }

    private func application(socket path: String) -> some ApplicationProtocol {
        application(
            .unixDomainSocket(path: path), gate: { .anyLoopbackPort }, base: { _ in "http://localhost:8080" })
    }

    private func application(
        _ address: BindAddress, gate: @escaping @Sendable () -> ConsoleGate.Hosts,
        base: @escaping @Sendable (Int?) -> String
    ) -> some ApplicationProtocol {
        let cookie = "sidos-console-" + WipedBuffer.random(byteCount: 4).withBytes { Hex.encode(Array($0)) }
        let (sessions, listening) = (sessions, isListening)
        let responder = ConsoleResponder(
            gate: ConsoleGate(hosts: gate), sessions: sessions, cookieName: cookie, command: command, owner: owner,
            signer: signer.map { "\($0.name) (\($0.id))" }, sections: sections, view: view, logger: logger)
        return Application(
            responder: responder, server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(
                address: address, availableConnectionsDelegate: MaximumAvailableConnections(Self.connectionLimit)),
            onServerRunning: { channel in
                listening("\(base(channel.localAddress?.port))/enter/\(sessions.token)")
            }, logger: Self.quiet(logger))
    }

    /// The library's own messages would name every connection.
    private static func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }
}

public enum ConsoleError: Error, Equatable, CustomStringConvertible, ReportableError {
    case notListening(String)
    case inTheWay(String)
    case longPath(String)
    case openDirectory(String)

    public var description: String {
        switch self {
        case .notListening(let address):
            "the console cannot listen on \(address): another program may have it, or its directory is missing. Choose "
                + "another with --port or --socket"
        case .inTheWay(let path):
            "\(path) is there already and is no socket: choose another path with --socket"
        case .openDirectory(let path):
            "others can open \(path): choose a directory for the socket that only this account can, such as the "
                + "participant's own"
        case .longPath(let path): "\(path) is too long for a socket: choose a path of less than 100 bytes"
        }
    }

    public var exitStatus: ExitStatus { .configuration }
}
