/// What a stream carries.
public enum StreamStage: Sendable, Hashable, CustomStringConvertible {
    /// A list on its way round the ring: written by the node that computed this stage, read by the next hop, or by the
    /// coordinator after the last. 0…15, where 0 is the owner's.
    case ring(Int)
    /// A register's cells, sorted by handle, written by the owner and read by the research environment.
    case vault
    /// What the coordinator selected, written by the coordinator for the participant that `batch` names.
    case selection
    /// A node's shares for the selected items, written by the node that `batch` names, read by the research
    /// environment.
    case release

    /// Reads `0`…`15`, `vault`, `selection` or `release`, exactly.
    public init?(_ text: some StringProtocol) {
        switch text {
        case "vault": self = .vault
        case "selection": self = .selection
        case "release": self = .release
        default:
            guard text.utf8.count <= 2, text.utf8.allSatisfy({ (48...57).contains($0) }), let stage = Int(text),
                stage <= 15, String(stage) == text
            else { return nil }
            self = .ring(stage)
        }
    }

    public var description: String {
        switch self {
        case .ring(let stage): String(stage)
        case .vault: "vault"
        case .selection: "selection"
        case .release: "release"
        }
    }
}
