/// What a participant says of itself before a round: that it is ready, or what stands in its way. Closed, and without
/// numbers, so that nothing derived from a person can be in it. [P-76]
public enum ReadinessWord: String, Sendable, Codable, CaseIterable {
    case ready
    /// The participant has not signed the agreement.
    case agreementUnknown = "agreement.unknown"
    /// Another agreement has taken the place of this one, or of one that it amends, as the participant knows.
    case superseded = "agreement.superseded"
    /// Its approvers have not approved the agreement, or the configuration that it runs by.
    case approvalMissing = "approval.missing"
    case policy = "policy.refused"
    /// A register cannot be read, is not configured, or is not what the agreement is about.
    case register = "register.unusable"
    /// A register has more people, or a person more rows, than the agreement or the participant allows.
    case cap = "cap.exceeded"
    /// A study key that it should hold is not there: one that it was to take over, or its own. [P-85]
    case keysLost = "keys.lost"
    /// Its signing key cannot sign.
    case keys = "keys.unusable"
    /// The disk is nearly full.
    case disk = "disk.low"

    /// For how long a word is believed, in seconds.
    public static let lifetime: Int64 = 86_400
    /// A participant that says something else about an agreement sooner than this is refused, in seconds.
    public static let leastInterval: Int64 = 10

    /// What it means, as the end of a sentence that begins with the participant's name and a colon.
    public var sentence: String {
        switch self {
        case .ready: "ready"
        case .agreementUnknown: "has not signed the agreement"
        case .superseded: "has taken rounds of an agreement that amends this one, or what this one amends"
        case .approvalMissing: "its approvers have not approved the agreement or its configuration"
        case .policy: "its own policy refuses the agreement"
        case .register: "a register cannot be used"
        case .cap: "a register has more than the agreement or its policy allows"
        case .keysLost: "does not have a study key that it should hold"
        case .keys: "its signing key cannot sign"
        case .disk: "its disk is nearly full"
        }
    }
}
