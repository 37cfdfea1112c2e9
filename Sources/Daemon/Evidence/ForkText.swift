internal import PSIProtocol
internal import Values

/// What follows from two pieces of evidence together, for people.
struct EvidenceDifference {
    let first: EvidenceReader
    let second: EvidenceReader

    /// Sentences; empty where there is nothing to say, as the two are about different studies.
    private(set) var lines: [String] = []
    /// Whether somebody has shown or signed two things that exclude each other.
    private(set) var isContradiction = false

    init(_ first: EvidenceReader, _ second: EvidenceReader) {
        self.first = first
        self.second = second
        if first.record.round == second.record.round {
            compareBoards()
        } else if first.record.agreementID == second.record.agreementID,
            first.record.opening.number == second.record.opening.number
        {
            isContradiction = true
            lines = [
                "\(names) are two rounds under one number of one agreement.",
                "\(first.record.coordinator) has signed both openings, so it is at fault.",
            ]
        }
    }

    private var names: String { "\(first.path) and \(second.path)" }

    private mutating func compareBoards() {
        switch BoardComparison(first.board, second.board) {
        case .same: lines = ["\(names) have the same board."]
        case .longer(let isFirst, let count):
            let (longer, shorter) = isFirst ? (first, second) : (second, first)
            lines = [
                "\(longer.path) has all \(EntryText.count(count)) of \(shorter.path), and goes on. "
                    + "They are one board, read at two times."
            ]
        case .forked(let fork):
            isContradiction = true
            lines = [
                "\(names) have different boards of one round. They agree up to entry \(fork.commonCount), and differ "
                    + "from entry \(fork.commonCount + 1) on."
            ]
            for (reader, witnesses) in zip([first, second], fork.witnesses) where !witnesses.isEmpty {
                lines.append("How it goes on in \(reader.path) was signed by \(Self.list(witnesses)).")
            }
            lines += finding(fork)
        }
    }

    private func finding(_ fork: BoardFork) -> [String] {
        switch fork.finding {
        case .coordinator:
            return ["\(fork.coordinator), the coordinator, has signed both. So it has shown two boards."]
        case .signedBoth(let both):
            let verb = both.count == 1 ? "has" : "have"
            return [
                "\(Self.list(both)) \(verb) signed both, which nobody honest does.",
                "Only the coordinator, \(fork.coordinator), shows boards. It has shown two, unless all who signed one "
                    + "of them made it up together.",
            ]
        case .coordinatorUnless(let left, let right):
            return [
                "Nobody honest signs a board that the coordinator has not shown to it.",
                "So \(fork.coordinator), the coordinator, must have shown two boards. It has not only if everybody of "
                    + "\(Self.list(left)), or everybody of \(Self.list(right)), signed what nobody had shown to them.",
            ]
        case .unsigned(let which):
            return which.map { [first, second][$0].path }.map {
                "Nobody has signed how the board goes on in \($0). Whoever made that file may have put it together."
            } + ["So these two do not show who has shown two boards."]
        }
    }

    private static func list(_ names: [ParticipantID]) -> String { names.joined(separator: ", ") }
}
