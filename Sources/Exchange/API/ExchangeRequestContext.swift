internal import Hummingbird
internal import Logging
internal import NIOCore
internal import NIOSSL

/// What a handler knows besides the request: the connection, and through it the caller.
struct ExchangeRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The certificate that the connection was opened with.
    func peerCertificate(_ known: KnownCertificates) async throws(TLSRefusal) -> PeerCertificate {
        guard let certificate = try? await channel.nioSSL_peerCertificate().get() else { throw .noCertificate }
        return try known.read(certificate)
    }
}
