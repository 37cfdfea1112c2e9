internal import Crypto
internal import Foundation
public import Values

/// An entry as its author signs it and the board keeps it: 64 bytes of Ed25519 signature, then the payload's exact
/// bytes. [P-11]
///
/// The payload is canonical JSON (sorted keys, no spaces, no unknown keys), so one meaning has one encoding.
public struct SignedEntry: Sendable, Equatable {
    /// An entry is no longer than this: 64 KiB.
    public static let maxByteCount = 64 << 10
    public static let version = 1

    public let author: ParticipantID
    /// Nil only in `RoundOpened`, whose hash the round's id is.
    public let round: RoundID?
    /// The prefix of the board that the author had seen.
    public let seen: BoardHead
    public var body: any EntryBody { ruled }
    let ruled: any RuledEntry
    /// Signature and payload.
    public let bytes: [UInt8]

    public var payload: ArraySlice<UInt8> { bytes[64...] }

    /// Signs a new entry.
    ///
    /// - Throws: `ProtocolViolation(.unencodableEntry)` for an entry that nobody could read: longer than
    ///   `maxByteCount`, or with texts of other characters than P-12 allows; what the signer throws.
    public init(
        body: any EntryBody, author: ParticipantID, round: RoundID?, seen: BoardHead, key: any MessageSigner
    ) throws {
        guard let ruled = body as? any RuledEntry, EntryKinds.named(body.kind) == type(of: body),
            let payload = try? Self.encode(ruled, author: author, round: round, seen: seen),
            payload.count <= Self.maxByteCount - 64, Self.isPlainText(payload[...])
        else { throw ProtocolViolation(.unencodableEntry, by: author) }
        bytes = try key.sign(Label.boardEntry.bytes + payload) + payload
        self.author = author
        self.round = round
        self.seen = seen
        self.ruled = ruled
    }

    /// Reads an entry without checking its signature: `verifySignature` does.
    ///
    /// - Throws: `ProtocolViolation` that names nobody: whoever the entry says it is by has not signed it yet.
    public init(bytes: [UInt8]) throws(ProtocolViolation) {
        guard bytes.count > 64, bytes.count <= Self.maxByteCount, Self.isPlainText(bytes[64...]) else {
            throw ProtocolViolation(.malformedEntry)
        }
        let payload = Data(bytes[64...])
        let decoder = JSONDecoder()
        guard let frame = try? decoder.decode(Frame.self, from: payload) else {
            throw ProtocolViolation(.malformedEntry)
        }
        guard frame.sidos == Self.version else { throw ProtocolViolation(.unknownEntryVersion) }
        guard let type = EntryKinds.named(frame.type) else { throw ProtocolViolation(.unknownEntryType) }
        guard let ruled = try? Self.decode(type, from: payload, using: decoder) else {
            throw ProtocolViolation(.malformedEntry)
        }
        let round: RoundID?
        if let text = frame.round {
            guard let id = RoundID(hex: text) else { throw ProtocolViolation(.malformedEntry) }
            round = id
        } else {
            round = nil
        }
        guard frame.seen.count >= 0, frame.seen.head.bytes.count == 32, (round == nil) == (ruled is RoundOpened) else {
            throw ProtocolViolation(.malformedEntry)
        }
        let seen = BoardHead(count: frame.seen.count, hash: frame.seen.head.bytes)
        guard let again = try? Self.encode(ruled, author: frame.by, round: round, seen: seen),
            again.elementsEqual(bytes[64...])
        else { throw ProtocolViolation(.malformedEntry) }
        self.author = frame.by
        self.round = round
        self.seen = seen
        self.ruled = ruled
        self.bytes = bytes
    }

    /// - Throws: `ProtocolViolation(.badSignature)` unless `publicKey`, 32 bytes, signed exactly this payload.
    public func verifySignature(publicKey: [UInt8]) throws(ProtocolViolation) {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey),
            key.isValidSignature(bytes[..<64], for: Label.boardEntry.bytes + payload)
        else { throw ProtocolViolation(.badSignature) }
    }

    /// The id of the round that this `RoundOpened` opens.
    public var openedRound: RoundID? {
        guard ruled is RoundOpened else { return nil }
        return RoundID(bytes: Array(SHA256.hash(data: Label.round.bytes + payload)))
    }

    // MARK: JSON

    /// Whether there is nothing but printable ASCII, and no escape in any text. [P-12]
    private static func isPlainText(_ payload: ArraySlice<UInt8>) -> Bool {
        payload.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }
    }

    private struct Frame: Decodable {
        var sidos: Int
        var type: String
        var by: String
        var round: String?
        var seen: Seen
    }

    private struct Seen: Codable {
        var count: Int
        var head: HexBytes
    }

    private struct Whole<Body: Codable>: Codable {
        var sidos: Int
        var type: String
        var by: String
        var round: String?
        var seen: Seen
        var body: Body
    }

    private static func decode<Body: RuledEntry>(
        _: Body.Type, from data: Data, using decoder: JSONDecoder
    ) throws -> any RuledEntry {
        try decoder.decode(Whole<Body>.self, from: data).body
    }

    private static func encode<Body: RuledEntry>(
        _ body: Body, author: ParticipantID, round: RoundID?, seen: BoardHead
    ) throws -> [UInt8] {
        try CanonicalJSON.encode(
            Whole(
                sidos: version, type: Body.kind, by: author, round: round?.description,
                seen: Seen(count: seen.count, head: HexBytes(seen.hash)), body: body))
    }

    /// Bytes leave nothing open.
    public static func == (left: SignedEntry, right: SignedEntry) -> Bool { left.bytes == right.bytes }
}
