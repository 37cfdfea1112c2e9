internal import Agreement
internal import Crypto
internal import Foundation

/// X-Wing HPKE, by which small secrets travel over the board. [P-28]
enum SealedSecret {
    static let ciphersuite = HPKE.Ciphersuite.XWingMLKEM768X25519_SHA256_AES_GCM_256
    static let encapsulationByteCount = 1_120
}

/// Why something that travels sealed over the board cannot be sealed or opened.
public enum SealedSecretError: Error, Equatable {
    /// It says more than the one length that all of its kind have can hold.
    case tooLong
    /// It was altered, or sealed under another key or for another place.
    case doesNotOpen
    /// It opens to something that nobody writes who follows the protocol.
    case malformed
}
