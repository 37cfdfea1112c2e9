public import Crypto
internal import Foundation
public import PSIProtocol
public import Values

/// Opens what a `SealedStreamWriter` sealed, chunk by chunk in order.
public struct SealedStreamReader: Sendable {
    private let context: SealedStreamContext
    private let privateKey: XWingMLKEM768X25519.PrivateKey
    private var recipient: HPKE.Recipient?
    private var nextSeq: UInt32 = 0
    /// Whether the last chunk has been opened.
    public private(set) var isFinished = false

    /// - Parameter privateKey: the receiver's.
    public init(
        round: RoundID, stream: StreamID, sender: ParticipantID, receiver: ParticipantID,
        privateKey: XWingMLKEM768X25519.PrivateKey
    ) {
        context = SealedStreamContext(round: round, stream: stream, sender: sender, receiver: receiver)
        self.privateKey = privateKey
    }

    /// Opens a chunk; a reader that threw opens nothing more.
    ///
    /// - Parameter seq: the number under which it was stored.
    /// - Parameter last: whether it was stored as the stream's last.
    public mutating func open(_ chunk: [UInt8], seq: Int, last: Bool) throws(SealedStreamError) -> [UInt8] {
        if isFinished { throw .afterLast }
        guard seq == Int(nextSeq) else { throw .outOfOrder(expected: Int(nextSeq), got: seq) }
        guard nextSeq < UInt32.max else { throw .tooManyChunks }
        guard chunk.count <= StreamStore.chunkByteCountLimit else {
            throw .chunkTooLong(limit: StreamStore.chunkByteCountLimit)
        }
        var sealed = chunk[...]
        if seq == 0 {
            let keyByteCount = SealedStreamContext.encapsulatedKeyByteCount
            guard chunk.count >= keyByteCount + SealedStreamContext.tagByteCount else { throw .firstChunkTooShort }
            do {
                recipient = try HPKE.Recipient(
                    privateKey: privateKey, ciphersuite: SealedStreamContext.ciphersuite, info: context.info,
                    encapsulatedKey: Data(chunk[..<keyByteCount]))
            } catch {
                throw .wrongKeyOrAltered
            }
            sealed = chunk[keyByteCount...]
        }
        guard sealed.count >= SealedStreamContext.tagByteCount,
            let plaintext = try? recipient?.open(
                sealed, authenticating: context.associatedData(seq: nextSeq, last: last))
        else {
            recipient = nil
            throw seq == 0 ? .wrongKeyOrAltered : .altered(seq: seq)
        }
        nextSeq += 1
        isFinished = last
        if last { recipient = nil }
        return Array(plaintext)
    }

    /// Throws unless the stream's last chunk has been opened.
    public func finish() throws(SealedStreamError) {
        guard isFinished else { throw .truncated(chunkCount: Int(nextSeq)) }
    }
}
