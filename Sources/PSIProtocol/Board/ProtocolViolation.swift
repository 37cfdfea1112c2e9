public import Values

/// A peer did what the protocol forbids. It names the clause and never what the offending bytes were.
///
/// Whom it names is at fault for certain; where it may have been one of several, it names nobody.
public struct ProtocolViolation: Error, Equatable, CustomStringConvertible {
    public let kind: Kind
    public let participant: ParticipantID?
    /// Position of the offending record in its list, where there is one.
    public let index: Int?

    public init(_ kind: Kind, by participant: ParticipantID? = nil, index: Int? = nil) {
        self.kind = kind
        self.participant = participant
        self.index = index
    }

    public enum Kind: String, Sendable, CaseIterable {
        case malformedEntry = "entry.malformed"
        case unknownEntryVersion = "entry.unknown-version"
        case unknownEntryType = "entry.unknown-type"
        case unencodableEntry = "entry.unencodable"
        case unknownAuthor = "entry.unknown-author"
        case badSignature = "entry.bad-signature"
        case wrongRound = "entry.wrong-round"
        case boardForked = "board.forked"
        case notAllowed = "entry.not-allowed"
        case repeated = "entry.repeated"
        case outOfPlace = "entry.out-of-place"
        case roundOver = "round.over"
        case badOpening = "round.bad-opening"
        case badCommitment = "keys.commitment-differs"
        case badProof = "keys.bad-proof"
        case badSaltShare = "keys.bad-salt-share"
        case studyKeyDiffers = "keys.study-differs"
        case equivocation = "keys.manifest-differs"
        case capExceeded = "batch.cap-exceeded"
        case badBatch = "batch.malformed"
        case wrongCount = "list.wrong-count"
        case wrongDigest = "list.wrong-digest"
        case notIncreasing = "list.not-increasing"
        case invalidElement = "list.invalid-element"
        case invalidCapsule = "list.invalid-capsule"
        case partialRecord = "list.partial-record"
        case vaultNotIncreasing = "vault.not-increasing"
        case selectionWrong = "selection.wrong"
        case releaseCapExceeded = "selection.cap-exceeded"
        case sharesWrong = "shares.wrong"
        case streamMalformed = "stream.malformed"
        case proofMalformed = "proof.malformed"
    }

    /// The same, by somebody else or by nobody.
    func blaming(_ participant: ParticipantID?) -> ProtocolViolation {
        ProtocolViolation(kind, by: participant, index: index)
    }

    /// The clause of docs/protocol.md that was broken.
    public var clause: String {
        switch kind {
        case .malformedEntry, .unknownEntryVersion, .unknownEntryType, .unencodableEntry: "P-12"
        case .unknownAuthor, .badSignature: "P-11"
        case .wrongRound, .badOpening: "P-15"
        case .boardForked: "P-13"
        case .notAllowed, .repeated, .outOfPlace, .roundOver: "P-14"
        case .badCommitment: "P-25"
        case .badProof: "P-27"
        case .badSaltShare: "P-28"
        case .studyKeyDiffers: "P-80"
        case .equivocation: "P-26"
        case .capExceeded, .badBatch: "P-32"
        case .wrongCount, .wrongDigest, .notIncreasing, .invalidElement, .invalidCapsule, .partialRecord: "P-33"
        case .vaultNotIncreasing: "P-46"
        case .selectionWrong, .releaseCapExceeded: "P-37"
        case .sharesWrong: "P-38"
        case .streamMalformed: "P-51"
        case .proofMalformed: "P-64"
        }
    }

    public var description: String {
        var text = "protocol violation \(kind.rawValue) [\(clause)]"
        if let participant { text += " by \(participant)" }
        if let index { text += " at record \(index)" }
        return text
    }
}
