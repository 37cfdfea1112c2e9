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
/// A stream for several readers is sealed under a key of its own, which each of them gets by HPKE with such an info.
struct SealedStreamContext: Sendable {
    /// Bytes of the encapsulated key with which chunk 0 begins.
    static let encapsulatedKeyByteCount = 1_120
    /// Bytes of the authentication tag with which every chunk ends.
    static let tagByteCount = 16
    /// Bytes of the key of a stream for several readers, as each of them gets it.
    static let sharedKeyByteCount = encapsulatedKeyByteCount + 32 + tagByteCount
    /// Plaintext that fits a stored chunk, the first one's key included, of a stream for one reader.
    static let plaintextByteCountLimit = plaintextByteCountLimit(headByteCount: encapsulatedKeyByteCount)

    static func plaintextByteCountLimit(headByteCount: Int) -> Int {
        StreamStore.chunkByteCountLimit - headByteCount - tagByteCount
    }

    /// Bytes that chunk 0 begins with.
    static func headByteCount(_ sealing: StreamSealing) -> Int {
        switch sealing {
        case .plain: 0
        case .sealed: encapsulatedKeyByteCount
        case .shared(let readers): readers.count * sharedKeyByteCount
        }
    }

    /// The nonce of a chunk under a stream's own key.
    static func nonce(seq: UInt32) throws -> AES.GCM.Nonce {
        try AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 8) + withUnsafeBytes(of: seq.bigEndian) { Array($0) })
    }

    static let ciphersuite = HPKE.Ciphersuite.XWingMLKEM768X25519_SHA256_AES_GCM_256

    private let sender: String
    private let associatedDataPrefix: [UInt8]

    init(round: RoundID, stream: StreamID, sender: String) {
        associatedDataPrefix = Label.stream.bytes + round.bytes + Array(stream.description.utf8) + [0]
        self.sender = sender
    }

    func info(for receiver: String) -> Data {
        Data(associatedDataPrefix + Array(sender.utf8) + [0] + Array(receiver.utf8))
    }

    func associatedData(seq: UInt32, last: Bool) -> [UInt8] {
        associatedDataPrefix
            + [UInt8(truncatingIfNeeded: seq >> 24), UInt8(truncatingIfNeeded: seq >> 16)]
            + [UInt8(truncatingIfNeeded: seq >> 8), UInt8(truncatingIfNeeded: seq), last ? 1 : 0]
    }
}
