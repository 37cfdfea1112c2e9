internal import Logging
internal import NIOCore
internal import Synchronization

/// The places of a listener's connections: those of unknown callers apart, so that they never take a known one's.
///
/// Every connection is accepted at once, whoever makes it, so that none waits in the system's queue behind silent ones.
final class ConnectionPlaces: Sendable {
    /// A connection asked to close at once, without a word over TLS that its peer might never take.
    struct Eviction: Sendable {}

    private struct Connection {
        var channel: any Channel
        var network: CallerNetwork
        var pin: TLSPin?
    }

    private struct State {
        var unknown: FairPlaces<CallerNetwork>
        var known: FairPlaces<TLSPin>
        var connections: [UInt64: Connection] = [:]
        var next: UInt64 = 0
    }

    let limits: ConnectionLimits
    private let state: Mutex<State>
    private let metrics: ExchangeMetrics?
    private let log: LogBudget

    init(_ limits: ConnectionLimits, metrics: ExchangeMetrics?, log: LogBudget) {
        self.limits = limits
        self.metrics = metrics
        self.log = log
        state = Mutex(
            State(
                unknown: FairPlaces(limit: limits.unknown, limitPerHolder: limits.unknown),
                known: FairPlaces(limit: limits.known, limitPerHolder: limits.perCaller)))
    }

    /// Takes in a connection whose caller is not known.
    func arrive(_ channel: any Channel) -> UInt64 {
        let network = CallerNetwork(channel.remoteAddress)
        let (id, evicted) = state.withLock { state in
            state.next &+= 1
            let id = state.next
            state.connections[id] = Connection(channel: channel, network: network)
            let evicted = state.unknown.enter(id, of: network).flatMap { state.connections[$0] }
            return (id, evicted)
        }
        close(evicted, because: "too_many_unknown")
        return id
    }

    /// Moves a connection among those of known callers.
    func recognise(_ id: UInt64, as pin: TLSPin) {
        let evicted = state.withLock { state -> Connection? in
            guard let connection = state.connections[id], connection.pin == nil else { return nil }
            state.unknown.leave(id, of: connection.network)
            state.connections[id]?.pin = pin
            return state.known.enter(id, of: pin).flatMap { state.connections[$0] }
        }
        close(evicted, because: "too_many_of_caller")
    }

    func leave(_ id: UInt64) {
        state.withLock { state in
            guard let connection = state.connections.removeValue(forKey: id) else { return }
            state.unknown.leave(id, of: connection.network)
            if let pin = connection.pin { state.known.leave(id, of: pin) }
        }
    }

    /// Closes a connection whose first request did not come in time.
    func expire(_ channel: any Channel) { close(channel, because: "no_request_in_time") }

    /// Connections of unknown and known callers; for tests and metrics.
    var counts: (unknown: Int, known: Int) { state.withLock { ($0.unknown.count, $0.known.count) } }

    private func close(_ connection: Connection?, because reason: String) {
        guard let connection else { return }
        close(connection.channel, because: reason)
    }

    private func close(_ channel: any Channel, because reason: String) {
        channel.triggerUserOutboundEvent(Eviction(), promise: nil)
        metrics?.countClosedConnection(reason)
        log.notice("a connection was closed for others", ["reason": "\(reason)"])
    }
}

/// Where a caller comes from, as far as one household or company is told from another: an IPv4 address, or the first 64
/// bits of an IPv6 address.
struct CallerNetwork: Sendable, Hashable {
    private let prefix: [UInt8]

    init(_ address: SocketAddress?) {
        switch address {
        case .v4(let address): prefix = withUnsafeBytes(of: address.address.sin_addr) { Array($0) }
        case .v6(let address): prefix = withUnsafeBytes(of: address.address.sin6_addr) { Array($0.prefix(8)) }
        case .unixDomainSocket, nil: prefix = []
        }
    }
}
