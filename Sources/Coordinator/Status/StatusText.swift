internal import Daemon
internal import Foundation

/// A round's status in lines for people.
struct StatusText {
    let status: RoundStatus

    var lines: [String] {
        var lines = [
            "Round \(status.round)",
            "  study      \(status.study), round \(status.number)\(status.purpose.map { " (\($0))" } ?? ""): "
                + status.title,
            "  agreement  \(status.agreement)",
            "  phase      \(status.phase)",
            "  opened     \(Self.time(status.opened))",
            "  deadline   \(Self.time(status.deadline))",
        ]
        if !status.waitingFor.isEmpty { lines.append("  waits for  \(status.waitingFor.joined(separator: ", "))") }
        for refusal in status.refusals { lines.append("  refused    \(refusal)") }
        for register in status.registers {
            let items = register.items.map { "\($0) items" } ?? "not declared"
            lines.append(
                "  register   \(register.register) of \(register.owner): \(items), "
                    + "\(register.stagesDone) of \(register.stagesTotal) stages")
        }
        if let verification = status.verification {
            lines.append(
                "  verified   \(Self.text(verification.proved)) stages proved, "
                    + "\(Self.text(verification.checked)) checks found them right")
        }
        if let selected = status.selectedItems {
            lines.append("  selected   \(selected) items, released by \(Self.text(status.released))")
        }
        if let approved = status.verification?.approved, approved.total > 0 {
            lines.append("  approved   by \(Self.text(approved)) mixers")
        }
        for complaint in status.complaints { lines.append("  complaint  \(complaint)") }
        return lines + outcome
    }

    private static func text(_ tally: RoundStatus.Tally) -> String { "\(tally.done) of \(tally.total)" }

    /// The end of a round: outcome, counts and cohorts as published.
    var outcome: [String] {
        var lines: [String] = []
        if let ended = status.ended {
            var line = "  ended      \(ended.outcome)"
            if let code = ended.code { line += ": \(code)" }
            if !ended.participants.isEmpty { line += " (\(ended.participants.joined(separator: ", ")))" }
            if let reason = ended.reason { line += ": \(reason)" }
            lines.append(line)
            if ended.outcome == "aborted", status.released.total > 0, status.released.done == status.released.total {
                lines.append(
                    "             after all nodes had released: the research environment was given everything to")
                lines.append("             open the selected rows, and is bound to destroy what it has received")
            }
        }
        guard let counts = status.counts else { return lines }
        lines.append("  people found, as the agreement lets it be told:")
        if let margin = status.countMargin {
            lines.append("  (with noise: 95 of 100 draws are within \(margin); dummies of padded lists are counted)")
        }
        // The largest first; a study of many registers has hundreds of combinations.
        let overlap = counts.overlap.sorted { ($0.people ?? 0) > ($1.people ?? 0) }
        let shown = overlap.count > Self.overlapLimit ? Array(overlap.prefix(Self.overlapLimit - 4)) : overlap
        let rows =
            counts.cohorts.map { ("cohort \($0.cohort)", $0.people, $0.upperBound) }
            + shown.map { ("in exactly " + $0.registers.joined(separator: " + "), $0.people, $0.upperBound) }
        let width = rows.map(\.0.count).max() ?? 0
        for (name, people, upperBound) in rows {
            let count =
                people.map { (status.countMargin != nil ? "about " : upperBound ? "at most " : "") + String($0) }
                ?? "withheld"
            lines.append("    \(name)\(String(repeating: " ", count: width - name.count))  \(count)")
        }
        if status.countMargin == nil { lines.append("    a combination that is not named has nobody, or is withheld") }
        if shown.count < overlap.count {
            lines.append("    and \(overlap.count - shown.count) more combinations of registers: --json tells all")
        }
        return lines
    }

    private static let overlapLimit = 16

    private static func time(_ seconds: Int) -> String {
        MachineClock.timestamp(Date(timeIntervalSince1970: TimeInterval(seconds)))
    }
}
