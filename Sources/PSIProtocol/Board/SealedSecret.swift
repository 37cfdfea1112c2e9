public import Agreement
public import Crypto
internal import Foundation
public import Values

/// X-Wing HPKE, by which small secrets travel over the board. [P-28]
enum SealedSecret {
    static let ciphersuite = HPKE.Ciphersuite.XWingMLKEM768X25519_SHA256_AES_GCM_256
    static let encapsulationByteCount = 1_120
}
