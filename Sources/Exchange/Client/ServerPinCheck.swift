internal import Foundation
internal import NIOCore
internal import NIOSSL

/// Looks at the coordinator's certificate before a new connection is used for anything.
struct ServerPinCheck: Sendable {
    let pins: Set<TLSPin>
    let more: @Sendable () -> Set<TLSPin>
    let now: @Sendable () -> Date

    func check(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.nioSSL_peerCertificate().flatMapThrowing { certificate in
            guard let certificate else { throw TLSRefusal.noCertificate }
            let peer = try PeerCertificate(certificate)
            guard pins.contains(peer.pin) || more().contains(peer.pin) else {
                throw peer.issuer.map { .intercepted(got: peer.pin, issuer: $0) } ?? TLSRefusal.wrongPin(got: peer.pin)
            }
            try peer.checkValidity(at: now())
        }.flatMapErrorThrowing { error in
            // The pool forgets a connection that fails here without closing it.
            channel.close(promise: nil)
            throw error
        }
    }
}
