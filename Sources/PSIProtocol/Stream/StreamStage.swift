/// What a stream carries.
public enum StreamStage: Sendable, Hashable, CustomStringConvertible {
    /// A list on its way round the ring: written by the node that computed this stage, read by the next hop, or by the
    /// coordinator after the last. 0…15, where 0 is the owner's.
    case ring(Int)
    /// In a verified round the elements of a list at its last stage, from which its tags are made; written by the last
    /// hop, read by those who check the stage.
    case exit
    /// The proof of a stage, 1…15, in a verified round; written by its hop, read by those who check it.
    case proof(Int)
    /// A register's cells, sorted by handle, written by the owner and read by the research environment.
    case vault
    /// What the coordinator selected, written by the coordinator for the participant that `batch` names.
    case selection
    /// A node's shares for the selected items, written by the node that `batch` names, read by the research
    /// environment.
    case release

    /// Reads `0`…`15`, `exit`, `proof1`…`proof15`, `vault`, `selection` or `release`, exactly.
    public init?(_ text: some StringProtocol) {
        switch text {
        case "exit": self = .exit
        case "vault": self = .vault
        case "selection": self = .selection
        case "release": self = .release
        default:
            if text.hasPrefix("proof") {
                guard let stage = Self.number(text.dropFirst(5)), stage >= 1 else { return nil }
                self = .proof(stage)
            } else {
                guard let stage = Self.number(text) else { return nil }
                self = .ring(stage)
            }
        }
    }

    /// 0…15 as it is written.
    private static func number(_ text: some StringProtocol) -> Int? {
        guard text.utf8.count <= 2, text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text),
            number <= 15, String(number) == text
        else { return nil }
        return number
    }

    public var description: String {
        switch self {
        case .ring(let stage): String(stage)
        case .exit: "exit"
        case .proof(let stage): "proof\(stage)"
        case .vault: "vault"
        case .selection: "selection"
        case .release: "release"
        }
    }
}
