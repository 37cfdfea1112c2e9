internal import Agreement
internal import PSIProtocol
internal import Values

extension EvidenceReport {
    /// Refusals and complaints.
    var objections: [String] {
        var lines = record.refusals.sorted { $0.key < $1.key }.map { participant, code in
            "\(participant) refused the round with \(code.rawValue): \(code.reason)."
        }
        lines += record.complaints.sorted { $0.key < $1.key }.map { "\($0.value.sentence(by: $0.key))." }
        guard !lines.isEmpty else { return ["Nobody has refused, and nobody has accused anybody."] }
        if !record.refusals.isEmpty {
            lines.append("Why in detail stands in the log of whoever refused, and nowhere else.")
        }
        return lines
    }

    /// How it ended, who signed that, and what it means.
    var ending: [String] {
        switch record.ending {
        case nil:
            return [
                "The board has no end. The round was under way when it was read for the last time, or its reader could "
                    + "read no more."
            ]
        case .closed: return ["The coordinator closed the round."] + signers + closing
        case .aborted(let abort):
            let named =
                abort.participants.isEmpty ? "It names nobody." : "It names \(Self.list(abort.participants))."
            return [
                "The coordinator aborted the round with \(abort.code.rawValue), because \(abort.code.reason).", named,
            ] + lateness + signers
        }
    }

    /// What an abortion undoes, and what it does not.
    private var lateness: [String] {
        guard record.releasesRows, !record.released.isEmpty else {
            return ["No shares had been released before, so nothing of anybody could be opened."]
        }
        guard record.allReleased else {
            return ["Not all nodes had released their shares before, so nothing of anybody could be opened."]
        }
        return [
            "The abortion came after all nodes had released their shares. It does not undo that: the research "
                + "environment could have opened everything until then.",
            "It had to destroy what it had received. Its program does that, and no board shows it.",
        ]
    }

    /// Key holders who have signed the end.
    private var signers: [String] {
        let signed = board.endSigners
        guard !record.allErased else {
            return [
                "All key holders have signed this end: \(Self.list(signed)). So there was no other.",
                "Each says by it that its keys of the round are destroyed.",
            ]
        }
        return [
            signed.isEmpty
                ? "No key holder has signed this end on this board."
                : "Of the key holders, these have signed this end: \(Self.list(signed)).",
            "These have not: \(Self.list(record.yetToErase)). They may have signed after this board was read for the "
                + "last time. Ask another participant for its evidence.",
            "As long as they have not signed, nobody can exclude that they were shown another end.",
        ]
    }

    private var closing: [String] {
        guard record.releasesRows else { return [] }
        return record.allErased
            ? ["So the research environment may open what it received, and write the dataset."]
            : ["The research environment writes no dataset before all have signed."]
    }

    /// What nobody should read into it.
    var limits: [String] {
        var lines = [
            "It does not show who anybody is, and no row of anybody.",
            "It does not show that the registers were right, or that their owners declared everybody in them.",
            "It does not show that keys are destroyed. It shows who says so.",
            "It does not show what the participants' people read, discussed or decided. Their own logs may.",
        ]
        if record.releasesRows {
            lines.append("It does not show whether a dataset was written, who used it, or for what.")
            lines.append(
                "It does not show how many people were released: dummies are among the items, and people in several "
                    + "registers count several times.")
        }
        if !record.isVerified {
            lines.append(
                "It does not show that lists were passed on, or people selected, as agreed: the round was not verified."
            )
        }
        lines.append(
            "It does not show that there were no other rounds. Ask each node for those that it counted, or look for "
                + "numbers that are missing: this is round \(record.opening.number) of at most "
                + "\(agreement.roundsAllowed).")
        return lines
    }
}
