public import Crypto
internal import Foundation
public import PSIProtocol
public import Values

/// Opens what a `SealedStreamWriter` sealed, chunk by chunk in order.
public struct SealedStreamReader: Sendable {
    private let context: SealedStreamContext
    private let receiver: ParticipantID
    private let privateKey: XWingMLKEM768X25519.PrivateKey
    /// Where the receiver's key is in chunk 0; nil for a stream with one receiver.
    private let place: (index: Int, count: Int)?
    private var opening: Opening?
    private var nextSeq: UInt32 = 0
    /// Whether the last chunk has been opened.
    public private(set) var isFinished = false

    private enum Opening: Sendable {
        case hpke(HPKE.Recipient)
        case key(SymmetricKey)
    }

    /// - Parameters:
    ///   - receiver: the participant that reads, whose key is `privateKey`.
    ///   - readers: all whom the stream is for, in their order, where it is for several.
    public init(
        round: RoundID, stream: StreamID, sender: ParticipantID, receiver: ParticipantID,
        readers: [ParticipantID]? = nil, privateKey: XWingMLKEM768X25519.PrivateKey
    ) throws(SealedStreamError) {
        context = SealedStreamContext(round: round, stream: stream, sender: sender)
        self.receiver = receiver
        self.privateKey = privateKey
        if let readers {
            guard let index = readers.firstIndex(of: receiver) else { throw .wrongKeyOrAltered }
            place = (index, readers.count)
        } else {
            place = nil
        }
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
        let sealed = seq == 0 ? try begin(chunk) : chunk[...]
        guard let plaintext = try? open(sealed, last: last) else {
            opening = nil
            throw seq == 0 ? .wrongKeyOrAltered : .altered(seq: seq)
        }
        nextSeq += 1
        isFinished = last
        if last { opening = nil }
        return plaintext
    }

    /// Takes the keys that chunk 0 begins with.
    ///
    /// - Returns: what is behind them.
    private mutating func begin(_ chunk: [UInt8]) throws(SealedStreamError) -> ArraySlice<UInt8> {
        let keyByteCount = SealedStreamContext.encapsulatedKeyByteCount
        let headByteCount = place.map { $0.count * SealedStreamContext.sharedKeyByteCount } ?? keyByteCount
        guard chunk.count >= headByteCount + SealedStreamContext.tagByteCount else { throw .firstChunkTooShort }
        let start = (place?.index ?? 0) * SealedStreamContext.sharedKeyByteCount
        do {
            var recipient = try HPKE.Recipient(
                privateKey: privateKey, ciphersuite: SealedStreamContext.ciphersuite,
                info: context.info(for: receiver), encapsulatedKey: Data(chunk[start..<(start + keyByteCount)]))
            if place == nil {
                opening = .hpke(recipient)
            } else {
                let end = start + SealedStreamContext.sharedKeyByteCount
                opening = .key(SymmetricKey(data: try recipient.open(chunk[(start + keyByteCount)..<end])))
            }
        } catch {
            throw .wrongKeyOrAltered
        }
        return chunk[headByteCount...]
    }

    private mutating func open(_ sealed: ArraySlice<UInt8>, last: Bool) throws -> [UInt8] {
        let additional = context.associatedData(seq: nextSeq, last: last)
        guard sealed.count >= SealedStreamContext.tagByteCount else { throw SealedStreamError.firstChunkTooShort }
        switch opening {
        case .hpke(var recipient):
            let plaintext = try recipient.open(sealed, authenticating: additional)
            opening = .hpke(recipient)
            return Array(plaintext)
        case .key(let key):
            let end = sealed.endIndex - SealedStreamContext.tagByteCount
            let box = try AES.GCM.SealedBox(
                nonce: SealedStreamContext.nonce(seq: nextSeq), ciphertext: sealed[..<end], tag: sealed[end...])
            return Array(try AES.GCM.open(box, using: key, authenticating: additional))
        case nil: throw SealedStreamError.wrongKeyOrAltered
        }
    }

    /// Throws unless the stream's last chunk has been opened.
    public func finish() throws(SealedStreamError) {
        guard isFinished else { throw .truncated(chunkCount: Int(nextSeq)) }
    }
}
