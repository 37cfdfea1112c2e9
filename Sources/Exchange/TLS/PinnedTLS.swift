internal import NIOSSL

/// TLS 1.3 only, mutual, hybrid key exchange preferred.
enum PinnedTLS {
    /// X25519MLKEM768 keeps recorded traffic closed to a later quantum computer; X25519 for peers that lack it.
    private static let curves: [NIOTLSCurve] = [.x25519_MLKEM768, .x25519]

    private static let signatureAlgorithms: [SignatureAlgorithm] = [
        .ed25519, .ecdsaSecp256R1Sha256, .ecdsaSecp384R1Sha384, .rsaPssRsaeSha256, .rsaPssRsaeSha384, .rsaPssRsaeSha512,
    ]

    /// A client must show a certificate; which one is acceptable, the verification callback says.
    ///
    /// - Parameter changing: asked at each new connection what to present in place of `identity`.
    static func server(_ identity: TLSIdentity, _ changing: (@Sendable () -> TLSIdentity)? = nil) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: identity.chain.map { .certificate($0) }, privateKey: .privateKey(identity.privateKey))
        harden(&configuration)
        configuration.certificateVerification = .noHostnameVerification
        if let changing {
            configuration.sslContextCallback = { _, promise in
                let identity = changing()
                var override = NIOSSLContextConfigurationOverride()
                override.certificateChain = identity.chain.map { .certificate($0) }
                override.privateKey = .privateKey(identity.privateKey)
                promise.succeed(override)
            }
        }
        return configuration
    }

    /// The library's own verification, by issuer and host name, is off: before a connection is used for anything,
    /// `ServerPinCheck` compares the pin. That the server holds the pinned key, TLS itself has proved by then.
    static func client(_ identity: TLSIdentity) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        harden(&configuration)
        configuration.certificateChain = identity.chain.map { .certificate($0) }
        configuration.privateKey = .privateKey(identity.privateKey)
        configuration.certificateVerification = .none
        return configuration
    }

    private static func harden(_ configuration: inout TLSConfiguration) {
        configuration.minimumTLSVersion = .tlsv13
        configuration.maximumTLSVersion = .tlsv13
        configuration.curves = curves
        configuration.verifySignatureAlgorithms = signatureAlgorithms
        configuration.applicationProtocols = ["http/1.1"]
    }
}
