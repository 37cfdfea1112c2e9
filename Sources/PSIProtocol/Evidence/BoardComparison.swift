public import Values

/// How two boards of one round stand to each other, both of which pass every check. [P-78]
public enum BoardComparison: Sendable, Equatable {
    case same
    /// One is the other's beginning, as of somebody who stopped reading earlier.
    case longer(isFirst: Bool, commonCount: Int)
    case forked(BoardFork)

    public init(_ first: ReplayedBoard, _ second: ReplayedBoard) {
        let common = zip(first.record.heads, second.record.heads).prefix { $0 == $1 }.count - 1
        let (left, right) = (first.entries.count, second.entries.count)
        guard common < min(left, right) else {
            self = left == right ? .same : .longer(isFirst: left > right, commonCount: common)
            return
        }
        self = .forked(
            BoardFork(
                commonCount: common, coordinator: first.record.coordinator,
                witnesses: [first.witnesses(beyond: common), second.witnesses(beyond: common)]))
    }
}

/// Two boards of one round that go on differently.
///
/// An honest participant signs only heads of the one board that the coordinator shows it. The order of entries whose
/// authors had not seen each other is nobody's signature, so whoever shows a board can make it up as far as that goes.
public struct BoardFork: Sendable, Equatable {
    /// Entries that both have.
    public let commonCount: Int
    public let coordinator: ParticipantID
    /// Of each board, who has signed a head of it that the other does not have.
    public let witnesses: [[ParticipantID]]

    /// Who has signed both: nobody honest does, as no two heads of one length are on one board.
    public var doubleSigners: [ParticipantID] {
        guard witnesses.count == 2 else { return [] }
        return witnesses[0].filter { witnesses[1].contains($0) }
    }

    /// What follows for certain.
    public enum Finding: Sendable, Equatable {
        /// The coordinator has signed both, so it has made both.
        case coordinator
        /// These have signed both. The coordinator may have shown them both.
        case signedBoth([ParticipantID])
        /// The coordinator has shown two, unless all these, or all those, have signed what they were not shown.
        case coordinatorUnless([ParticipantID], [ParticipantID])
        /// Nobody has signed how this one goes on (0 the first, 1 the second): whoever shows it can have made it up.
        case unsigned([Int])
    }

    public var finding: Finding {
        let unsigned = witnesses.indices.filter { witnesses[$0].isEmpty }
        guard unsigned.isEmpty, witnesses.count == 2 else { return .unsigned(unsigned) }
        let both = doubleSigners
        if both.contains(coordinator) { return .coordinator }
        return both.isEmpty ? .coordinatorUnless(witnesses[0], witnesses[1]) : .signedBoth(both)
    }
}
