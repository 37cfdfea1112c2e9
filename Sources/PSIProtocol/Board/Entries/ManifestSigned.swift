internal import Crypto
public import Values

/// Its author has seen these keys and no others. [P-26]
public struct ManifestSigned: EntryBody {
    public static let kind = "ManifestSigned"

    public var manifest: HexBytes
}

extension ManifestSigned: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        guard record.keyHolders.contains(author) else { throw ProtocolViolation(.notAllowed, by: author) }
        guard record.allRevealed else { throw ProtocolViolation(.outOfPlace, by: author) }
        guard !record.manifestSigners.contains(author) else { throw ProtocolViolation(.repeated, by: author) }
        guard manifest.bytes == record.manifest else { throw ProtocolViolation(.equivocation, by: author) }
        record.manifestSigners.insert(author)
    }

    /// A manifest says that its author has seen these keys, so it must have seen this board as far as they go.
    func mustHaveSeen(in record: RoundRecord, by author: ParticipantID) -> Int { record.lastRevealNumber ?? 0 }
}

extension RoundRecord {
    /// SHA-256 over everything that was revealed, in the agreement's order. [P-26]
    public var manifest: [UInt8] {
        var hash = SHA256()
        hash.update(data: Label.manifest.bytes + round.bytes + opening.agreement.bytes)
        for holder in keyHolders {
            let body = reveals[holder].flatMap { try? CanonicalJSON.encode($0) } ?? []
            hash.update(data: BigEndian.u32(holder.utf8.count) + Array(holder.utf8))
            hash.update(data: BigEndian.u32(body.count) + body)
        }
        return Array(hash.finalize())
    }
}
