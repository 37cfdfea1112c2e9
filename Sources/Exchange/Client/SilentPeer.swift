internal import Glibc
internal import NIOCore

/// Notices that a connection is dead though nothing says so: a machine without power, a firewall that forgets, a
/// tunnel that ends. Waiting for an answer looks the same then, so the system asks the peer whether it is there.
///
/// Through a proxy it is the proxy that answers; what is behind it shows by a call's own time limit.
enum SilentPeer {
    /// Seconds without a byte after which the system asks, and between two questions.
    static let askAfter: ChannelOptions.Types.SocketOption.Value = 5
    static let askAgainAfter: ChannelOptions.Types.SocketOption.Value = 3
    /// Milliseconds without an answer, or with bytes that were not taken, after which the connection is closed.
    static let closeAfter: ChannelOptions.Types.SocketOption.Value = 14_000
    private static let askCount: ChannelOptions.Types.SocketOption.Value = 3

    static func watch(_ channel: any Channel) -> EventLoopFuture<Void> {
        let options: [(NIOBSDSocket.OptionLevel, NIOBSDSocket.Option, ChannelOptions.Types.SocketOption.Value)] = [
            (.tcp, NIOBSDSocket.Option(rawValue: TCP_KEEPIDLE), askAfter),
            (.tcp, NIOBSDSocket.Option(rawValue: TCP_KEEPINTVL), askAgainAfter),
            (.tcp, NIOBSDSocket.Option(rawValue: TCP_KEEPCNT), askCount),
            (.tcp, NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT), closeAfter),
            (.socket, .so_keepalive, 1),
        ]
        return EventLoopFuture.andAllSucceed(
            options.map { level, name, value in
                channel.setOption(ChannelOptions.Types.SocketOption(level: level, name: name), value: value)
            }, on: channel.eventLoop)
    }
}
