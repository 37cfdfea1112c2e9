/// Whose fault a wrong entry is that stands on a board. [P-14]
extension ProtocolViolation.Kind {
    /// Whether an entry is wrong by its form, its signature or its place among the others.
    ///
    /// The coordinator must have refused such an entry, and it alone could put it where it stands: its author may never
    /// have signed it, or have signed it for another place.
    var isOfFormOrPlace: Bool {
        switch self {
        case .malformedEntry, .unknownEntryVersion, .unknownEntryType, .unknownAuthor, .badSignature, .wrongRound,
            .boardForked, .notAllowed, .repeated, .outOfPlace, .roundOver, .badOpening:
            true
        case .unencodableEntry, .badCommitment, .badProof, .badSaltShare, .studyKeyDiffers, .equivocation, .capExceeded,
            .badBatch,
            .wrongCount, .wrongDigest, .notIncreasing, .invalidElement, .invalidCapsule, .partialRecord,
            .vaultNotIncreasing, .selectionWrong, .releaseCapExceeded, .sharesWrong, .streamMalformed, .proofMalformed:
            false
        }
    }
}

extension RoundRecord {
    /// Takes the next entry of a board that the coordinator shows.
    ///
    /// It judges as `append` does, which is for entries that are offered to the board. But what must never have come on
    /// the board is the coordinator's fault, and so is an entry that stands on it twice: `board.forked`.
    ///
    /// - Throws: `ProtocolViolation`, after which the record is as before.
    @discardableResult
    public mutating func fold(_ bytes: [UInt8]) throws(ProtocolViolation) -> SignedEntry {
        do { return try append(bytes) } catch {
            if holds(bytes) { throw ProtocolViolation(.boardForked, by: coordinator) }
            throw error.kind.isOfFormOrPlace ? error.blaming(coordinator) : error
        }
    }

    /// Whether these very bytes are an entry of the board so far.
    private func holds(_ bytes: [UInt8]) -> Bool {
        let leaf = BoardHead.leaf(of: bytes)
        return zip(heads, heads.dropFirst()).contains { $0.appending(leaf: leaf) == $1 }
    }
}
