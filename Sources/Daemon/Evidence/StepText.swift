internal import PSIProtocol

/// What an entry says that its author did, for people.
enum StepText {
    /// After the author's id, without a full stop.
    static func sentence(of body: any EntryBody, _ record: RoundRecord) -> String {
        switch body {
        case let content as RoundOpened:
            return "opened round \(content.number) of at most \(record.agreement.roundsAllowed)"
                + (record.isOfWithdrawals ? ", in which people withdraw from the study" : "")
        case is KeyCommitted: return "committed to keys for this round"
        case is KeyRevealed: return "showed the public halves of these keys"
        case is ManifestSigned: return "signed the list of everybody's keys"
        case let content as BatchDeclared:
            return "declared the list of \(content.register): \(EvidenceReport.count(content.count, "item")), dummies "
                + "included"
        case let content as StageCommitted:
            return content.stage == 0
                ? "sent the list of \(content.register)"
                : "blinded the list of \(content.register) (stage \(content.stage))"
        case let content as Proved:
            return "proved its work on the list of \(content.register) (stage \(content.stage))"
        case let content as Checked:
            return "checked the list of \(content.register) (stage \(content.stage)) and found it right"
        case let content as Selected:
            return "selected \(EvidenceReport.count(content.requests.count, "item")), dummies included"
        case is Counted: return "published the counts"
        case is Approved: return "approved what the coordinator had found"
        case is Released: return "released shares for the selected items"
        case let content as Received:
            guard record.isOfWithdrawals else { return "said that it had received everything" }
            return "said that it knows who withdraws; how many, as the agreement lets it be told: "
                + EvidenceReport.people(content.withdrawn)
        case is RoundClosed: return "closed the round"
        case let content as Refused: return "refused the round (\(content.code.rawValue))"
        case let content as Complained: return "accused \(content.against) of \(content.code.rawValue)"
        case let content as RoundAborted: return "aborted the round (\(content.code.rawValue))"
        case is KeysErased: return "signed the end, and said that its keys are destroyed"
        default: return "posted \(body.kind)"
        }
    }
}
