internal import NIOSSL
internal import Synchronization

/// What was read of the certificates that connections came with: each of their requests asks, and reading DER takes
/// longer than all else that a small request needs.
final class KnownCertificates: Sendable {
    /// More than a round has participants. A certificate has 16 KiB at most, so this is 2 MiB at most.
    private static let countLimit = 128

    private let known = Mutex<[[UInt8]: PeerCertificate]>([:])

    /// The certificate, read if the very same one has not been read lately.
    func read(_ certificate: NIOSSLCertificate) throws(TLSRefusal) -> PeerCertificate {
        guard let bytes = try? certificate.toDERBytes() else { throw .unreadable(reason: "the peer's certificate") }
        return try read(der: bytes)
    }

    func read(der bytes: [UInt8]) throws(TLSRefusal) -> PeerCertificate {
        if let found = known.withLock({ $0[bytes] }) { return found }
        let read = try PeerCertificate(der: bytes)
        known.withLock { known in
            if known.count >= Self.countLimit { known.removeAll(keepingCapacity: true) }
            known[bytes] = read
        }
        return read
    }

    /// How many are remembered; for tests.
    var count: Int { known.withLock { $0.count } }
}
