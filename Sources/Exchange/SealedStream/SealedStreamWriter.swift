internal import Crypto
internal import Foundation
public import PSIProtocol
internal import Synchronization
public import Values

/// Seals a stream's chunks to one receiver, or under a key that each of several receivers gets: X-Wing HPKE,
/// AES-256-GCM, fresh keys for each part and attempt. [P-51] [P-63]
///
/// The coordinator that relays the chunks can neither read nor alter, reorder, cut or extend them unnoticed. It does
/// not prove who sealed: that comes from the signed board entry that carries the digest of the plaintext.
///
/// Copies of a writer share one counter, so that no nonce is ever used twice.
public struct SealedStreamWriter: Sendable {
    private final class Sealing: Sendable {
        struct State {
            var sender: Sender
            var nextSeq: UInt32 = 0
            var isFinished = false
        }
        let context: SealedStreamContext
        /// What chunk 0 begins with.
        let head: [UInt8]
        let state: Mutex<State>

        init(context: SealedStreamContext, head: [UInt8], sender: Sender) {
            self.context = context
            self.head = head
            state = Mutex(State(sender: sender))
        }
    }

    private enum Sender: Sendable {
        case hpke(HPKE.Sender)
        case key(SymmetricKey)
    }

    private let sealing: Sealing

    /// A participant that reads, with its X-Wing public key of 1,216 bytes.
    public typealias Receiver = (id: ParticipantID, key: [UInt8])

    /// Makes a fresh encapsulation to one receiver.
    ///
    /// - Parameter sender: the participant that writes.
    public init(
        round: RoundID, stream: StreamID, sender: ParticipantID, receiver: ParticipantID, receiverKey: [UInt8]
    ) throws(SealedStreamError) {
        let context = SealedStreamContext(round: round, stream: stream, sender: sender)
        let hpke = try Self.hpke(context, (receiver, receiverKey))
        sealing = Sealing(context: context, head: Array(hpke.encapsulatedKey), sender: .hpke(hpke))
    }

    /// Makes a fresh key, and encapsulates it to every receiver, in their order.
    public init(
        round: RoundID, stream: StreamID, sender: ParticipantID, receivers: [Receiver]
    ) throws(SealedStreamError) {
        let context = SealedStreamContext(round: round, stream: stream, sender: sender)
        let key = SymmetricKey(size: .bits256)
        var head: [UInt8] = []
        for receiver in receivers {
            var hpke = try Self.hpke(context, receiver)
            guard let sealed = try? key.withUnsafeBytes({ try hpke.seal(Data($0)) }) else { throw .sealingFailed }
            head += Array(hpke.encapsulatedKey) + Array(sealed)
        }
        sealing = Sealing(context: context, head: head, sender: .key(key))
    }

    private static func hpke(
        _ context: SealedStreamContext, _ receiver: Receiver
    ) throws(SealedStreamError) -> HPKE.Sender {
        do {
            return try HPKE.Sender(
                recipientKey: try XWingMLKEM768X25519.PublicKey(rawRepresentation: receiver.key),
                ciphersuite: SealedStreamContext.ciphersuite, info: context.info(for: receiver.id))
        } catch {
            throw .invalidReceiverKey
        }
    }

    /// Seals the next chunk, which is ready to be stored under the number of chunks sealed before it.
    ///
    /// - Parameter last: ends the stream; nothing can be sealed after.
    /// - Returns: the plaintext's length and 16 bytes; the first chunk has the receivers' keys before it.
    public mutating func seal(_ plaintext: [UInt8], last: Bool) throws(SealedStreamError) -> [UInt8] {
        let (context, head) = (sealing.context, sealing.head)
        let limit = SealedStreamContext.plaintextByteCountLimit(headByteCount: head.count)
        guard plaintext.count <= limit else { throw .chunkTooLong(limit: limit) }
        return try sealing.state.withLock { state throws(SealedStreamError) in
            if state.isFinished { throw .afterLast }
            guard state.nextSeq < UInt32.max else { throw .tooManyChunks }
            var chunk: [UInt8] = []
            chunk.reserveCapacity(head.count + plaintext.count + SealedStreamContext.tagByteCount)
            if state.nextSeq == 0 { chunk += head }
            let additional = context.associatedData(seq: state.nextSeq, last: last)
            do {
                switch state.sender {
                case .hpke(var sender):
                    chunk += try sender.seal(plaintext, authenticating: additional)
                    state.sender = .hpke(sender)
                case .key(let key):
                    let box = try AES.GCM.seal(
                        plaintext, using: key, nonce: SealedStreamContext.nonce(seq: state.nextSeq),
                        authenticating: additional)
                    chunk += box.ciphertext
                    chunk += box.tag
                }
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
