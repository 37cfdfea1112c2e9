public import PSIProtocol
internal import Values

/// What is told of a file that was written.
public enum EvidenceExportText {
    public static func lines(_ board: ReplayedBoard, missing: [String], withStreams: Bool, path: String) -> [String] {
        let record = board.record
        var lines = record.complaints.sorted { $0.key < $1.key }.map { $0.value.sentence(by: $0.key) }
        if !lines.isEmpty, !withStreams {
            lines.append("The streams that show who is right are not in the file: --streams adds them")
        }
        lines += missing.map { "not here: \($0). Its other readers may have it" }
        switch (record.ending, record.allErased) {
        case (nil, _): lines.append("The round has not ended on this board: export it again when it has")
        case (_, false):
            lines.append("Not all have signed the round's end on this board: \(names(record.yetToErase)) have not yet")
        default: break
        }
        lines.append("Evidence of round \(record.round.description.prefix(12)) is in \(path)")
        lines.append("Anybody can check it with `evidence verify \(path)`")
        return lines
    }

    private static func names(_ participants: [ParticipantID]) -> String { participants.joined(separator: ", ") }
}
