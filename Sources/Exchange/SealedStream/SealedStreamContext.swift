internal import Crypto
internal import Foundation
internal import PSIProtocol
internal import Values

/// What binds a sealed stream to its round, its name and its two ends.
///
/// - HPKE info: `"SIDOS-V1 stream" 0x00 ‖ roundID ‖ stream ‖ 0x00 ‖ sender ‖ 0x00 ‖ receiver`
/// - each chunk's associated data: `"SIDOS-V1 stream" 0x00 ‖ roundID ‖ stream ‖ 0x00 ‖ seq ‖ last`
///
/// where `stream` is `batch/stage/attempt/part`, `seq` 4 bytes big-endian, and `last` one byte, 1 for the last chunk.
struct SealedStreamContext: Sendable {
    /// Bytes of the encapsulated key with which chunk 0 begins.
    static let encapsulatedKeyByteCount = 1_120
    /// Bytes of the authentication tag with which every chunk ends.
    static let tagByteCount = 16
    /// Plaintext that fits a stored chunk, the first one's key included.
    static let plaintextByteCountLimit = StreamStore.chunkByteCountLimit - encapsulatedKeyByteCount - tagByteCount

    static let ciphersuite = HPKE.Ciphersuite.XWingMLKEM768X25519_SHA256_AES_GCM_256

    let info: Data
    private let associatedDataPrefix: [UInt8]

    init(round: RoundID, stream: StreamID, sender: String, receiver: String) {
        let prefix = Label.stream.bytes + round.bytes + Array(stream.description.utf8) + [0]
        associatedDataPrefix = prefix
        info = Data(prefix + Array(sender.utf8) + [0] + Array(receiver.utf8))
    }

    func associatedData(seq: UInt32, last: Bool) -> [UInt8] {
        associatedDataPrefix
            + [UInt8(truncatingIfNeeded: seq >> 24), UInt8(truncatingIfNeeded: seq >> 16)]
            + [UInt8(truncatingIfNeeded: seq >> 8), UInt8(truncatingIfNeeded: seq), last ? 1 : 0]
    }
}
