/// Why a sealed stream cannot be written or read. None of these says anything of the content.
public enum SealedStreamError: Error, Sendable, Equatable {
    /// The receiver's public key, as the agreement gives it, is not an X-Wing key of 1,216 bytes.
    case invalidReceiverKey
    /// More plaintext than a chunk takes.
    case chunkTooLong(limit: Int)
    /// The first chunk is too short to carry the encapsulated key.
    case firstChunkTooShort
    /// The first chunk does not open: it was sealed to another key, for another round, stream, sender or receiver, or
    /// altered.
    case wrongKeyOrAltered
    /// A later chunk does not open: altered, or another in its place.
    case altered(seq: Int)
    /// The chunk that was handed over is not the next one.
    case outOfOrder(expected: Int, got: Int)
    /// The stream ended without its last chunk.
    case truncated(chunkCount: Int)
    /// A chunk came after the last.
    case afterLast
    /// The chunk counter is used up.
    case tooManyChunks
    /// The library refused to seal.
    case sealingFailed
}

extension SealedStreamError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .invalidReceiverKey: "the receiver's key is not an X-Wing public key"
        case .chunkTooLong(let limit): "a chunk takes at most \(limit) bytes"
        case .firstChunkTooShort: "the stream's first chunk is too short"
        case .wrongKeyOrAltered:
            "the stream's first chunk does not open with this key for this round, stream and sender"
        case .altered(let seq): "chunk \(seq) of the stream has been altered"
        case .outOfOrder(let expected, let got): "chunk \(got) came where chunk \(expected) was expected"
        case .truncated(let count): "the stream ended after \(count) chunks without its last"
        case .afterLast: "a chunk came after the stream's last"
        case .tooManyChunks: "the stream has more chunks than can be sealed"
        case .sealingFailed: "a chunk could not be sealed"
        }
    }
}
