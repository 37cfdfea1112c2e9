/// What a participant finds wrong in a verified round with what another did. [P-73]
public enum ComplaintCode: String, Sendable, Codable, CaseIterable {
    case proofMalformed = "proof.malformed"
    case proofWrong = "proof.wrong"
    case tagsWrong = "tags.wrong"
    case wrongCount = "list.wrong-count"
    case wrongDigest = "list.wrong-digest"
    case notIncreasing = "list.not-increasing"
    case invalidElement = "list.invalid-element"
    case invalidCapsule = "list.invalid-capsule"
    case partialRecord = "list.partial-record"
    case selectionWrong = "selection.wrong"
    case sharesWrong = "shares.wrong"
    case streamUnreadable = "stream.unreadable"

    /// Whether it is about a stage of a list.
    public var isOfStage: Bool {
        switch self {
        case .selectionWrong, .sharesWrong: false
        default: true
        }
    }
}
