public import Foundation

/// Why a TLS peer, or the own certificate, is refused.
public enum TLSRefusal: Error, Sendable, Equatable {
    /// The file holds no certificate, or no key, that can be read; `reason` says which.
    case unreadable(reason: String)
    /// The private key isn't the one of the certificate.
    case keyDoesNotFit
    /// The certificate has no more than `limit` bytes left to look at, or is larger.
    case certificateTooLarge(limit: Int)
    /// The peer showed no certificate.
    case noCertificate
    /// The certificate's key is none of those pinned. `got` is public; compare it with the agreement.
    case wrongPin(got: TLSPin)
    /// The same of a certificate that somebody else has issued, as a machine on the way does that opens connections.
    case intercepted(got: TLSPin, issuer: String)
    case expired(notAfter: Date)
    case notYetValid(notBefore: Date)
    /// The peer ended the handshake: it doesn't know this certificate, or finds it expired.
    case refusedByPeer
}

extension TLSRefusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let reason): "\(reason) cannot be read; it must be PEM"
        case .keyDoesNotFit: "the private key does not belong to the certificate"
        case .certificateTooLarge(let limit): "a certificate has at most \(limit) bytes"
        case .noCertificate: "the peer showed no certificate"
        case .wrongPin(let got):
            "the peer's certificate has the key \(got), which is not pinned: compare it with the peer's card"
        case .intercepted(let got, let issuer):
            "something on the way may open the connection (TLS inspection): the certificate that came was issued by "
                + "`\(issuer)`, and its key \(got) is not pinned. If that is your own network's, ask for the "
                + "coordinator's host to be left out of it; nothing was sent. Otherwise compare the key with the "
                + "peer's card"
        case .expired(let date): "the certificate expired on \(Self.day(date)); make a new one for the same key"
        case .notYetValid(let date): "the certificate is valid from \(Self.day(date)); check the clock"
        case .refusedByPeer:
            "the peer refused this certificate: it is not in an installed agreement, or it has expired"
        }
    }

    private static func day(_ date: Date) -> String { date.formatted(.iso8601.year().month().day()) }
}
