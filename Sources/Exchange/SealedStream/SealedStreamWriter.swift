internal import Crypto
public import PSIProtocol
internal import Synchronization
public import Values

/// Seals a stream's chunks to one receiver: X-Wing HPKE, AES-256-GCM, one encapsulation per stream and attempt.
///
/// The coordinator that relays the chunks can neither read nor alter, reorder, cut or extend them unnoticed. It does
/// not prove who sealed: that comes from the signed board entry that carries the digest of the plaintext.
///
/// Copies of a writer share one counter, so that no nonce is ever used twice.
public struct SealedStreamWriter: Sendable {
    private final class Sealing: Sendable {
        struct State {
            var sender: HPKE.Sender
            var nextSeq: UInt32 = 0
            var isFinished = false
        }
        let context: SealedStreamContext
        let state: Mutex<State>

        init(context: SealedStreamContext, sender: HPKE.Sender) {
            self.context = context
            state = Mutex(State(sender: sender))
        }
    }

    private let sealing: Sealing

    /// Makes a fresh encapsulation to the receiver.
    ///
    /// - Parameter sender: the participant that writes.
    /// - Parameter receiver: the participant that reads, whose X-Wing public key, 1,216 bytes, is `receiverKey`.
    public init(
        round: RoundID, stream: StreamID, sender: ParticipantID, receiver: ParticipantID, receiverKey: [UInt8]
    ) throws(SealedStreamError) {
        let context = SealedStreamContext(round: round, stream: stream, sender: sender, receiver: receiver)
        do {
            let key = try XWingMLKEM768X25519.PublicKey(rawRepresentation: receiverKey)
            sealing = Sealing(
                context: context,
                sender: try HPKE.Sender(
                    recipientKey: key, ciphersuite: SealedStreamContext.ciphersuite, info: context.info))
        } catch {
            throw .invalidReceiverKey
        }
    }

    /// Seals the next chunk, which is ready to be stored under the number of chunks sealed before it.
    ///
    /// - Parameter last: ends the stream; nothing can be sealed after.
    /// - Returns: the plaintext's length and 16 bytes; the first chunk 1,120 more.
    public mutating func seal(_ plaintext: [UInt8], last: Bool) throws(SealedStreamError) -> [UInt8] {
        guard plaintext.count <= SealedStreamContext.plaintextByteCountLimit else {
            throw .chunkTooLong(limit: SealedStreamContext.plaintextByteCountLimit)
        }
        let context = sealing.context
        return try sealing.state.withLock { state throws(SealedStreamError) in
            if state.isFinished { throw .afterLast }
            guard state.nextSeq < UInt32.max else { throw .tooManyChunks }
            var chunk: [UInt8] = []
            chunk.reserveCapacity(
                plaintext.count + SealedStreamContext.encapsulatedKeyByteCount + SealedStreamContext.tagByteCount)
            if state.nextSeq == 0 { chunk += state.sender.encapsulatedKey }
            do {
                chunk += try state.sender.seal(
                    plaintext, authenticating: context.associatedData(seq: state.nextSeq, last: last))
            } catch {
                // The library's counter may have moved: nothing more may be sealed with this context.
                state.isFinished = true
                throw .sealingFailed
            }
            state.nextSeq += 1
            state.isFinished = last
            return chunk
        }
    }
}
