internal import Agreement
internal import PlainWords
internal import Values

/// Approvals told to people.
enum ApprovalText {
    /// What a document means, a line at a time.
    ///
    /// - Parameter before: of a configuration, the one in force; of an agreement, the one that it amends, or the
    ///   one of the same study that was signed here last.
    static func lines(of document: [UInt8], kind: ApprovalSubject.Kind, before: [UInt8]?) -> [String] {
        switch kind {
        case .agreement:
            guard let agreement = try? Agreement.parse(document) else {
                return ["This program cannot read the agreement. Do not approve it."]
            }
            return lines(of: AgreementSummary(agreement).text) + agreement.cautions.map { "caution: \($0)" }
                + changes(before, to: agreement) + ["Agreement \(AgreementID(ofFile: document))"]
        case .approvers:
            guard let set = try? ApproverSet.parse(document, path: "the list") else {
                return ["This program cannot read the list. Do not approve it."]
            }
            return set.sentences
        case .configuration:
            let now = textLines(document)
            guard let before else { return now }
            return ["Changed against the configuration in force (- before, + proposed):"]
                + changes(textLines(before), now)
        case .round, .dataset: return textLines(document)
        }
    }

    private static func changes(_ before: [UInt8]?, to agreement: Agreement) -> [String] {
        guard let before else { return [] }
        let id = AgreementID(ofFile: before)
        guard let former = try? Agreement.parse(before) else {
            return ["This program cannot read the study's agreement \(id), which was signed here before."]
        }
        let which = agreement.amends == id ? "which it amends" : "which was signed here last"
        return ["", "What changes against the study's agreement \(id), \(which):", ""]
            + lines(of: AgreementChanges(from: former, to: agreement).text)
    }

    private static func lines(of text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// With what could move the cursor or begin a line of its own written out.
    private static func textLines(_ document: [UInt8]) -> [String] {
        String(decoding: document, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map { EventLog.escaped(String($0)) }
    }

    private static func changes(_ before: [String], _ now: [String]) -> [String] {
        let difference = now.difference(from: before)
        guard !difference.isEmpty else { return ["nothing"] }
        return difference.map { change in
            switch change {
            case .remove(let offset, let line, _): (offset, 0, "- \(line)")
            case .insert(let offset, let line, _): (offset, 1, "+ \(line)")
            }
        }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
    }
}

extension ApprovalSubject.Kind {
    var words: String {
        switch self {
        case .agreement: "an agreement"
        case .configuration: "a configuration"
        case .approvers: "who approves from now on"
        case .round: "to take part in a round"
        case .dataset: "to hand a dataset over"
        }
    }
}

extension Approver {
    var keyText: String { ParticipantKey.signing.text(key) }
}

extension ApproverSet {
    var sentences: [String] {
        let count = needed == 1 ? "One other person" : "\(needed) other people"
        let rounds = eachRound ? "Each round needs approval, too." : "Rounds of an approved agreement need none."
        return ["\(count) must approve what one of these proposes. \(rounds)"]
            + people.map { "  \($0.approver.id): \($0.name), \($0.approver.keyText)" }
    }
}

extension ApprovalLedger {
    /// A proposal in one line.
    func line(_ proposal: Proposal) -> String {
        let approved =
            proposal.approvals.isEmpty ? "" : ", approved by \(proposal.approvals.map(\.id).joined(separator: ", "))"
        return "\(proposal.id.prefix(12)): \(proposal.subject.kind.words), proposed by \(proposal.proposer.id)"
            + "\(approved): \(proposal.outcome.words)"
    }

    /// What a proposal waits for.
    func waiting(_ proposal: Proposal) -> String {
        guard proposal.outcome == .open else { return "It is \(proposal.outcome.words)." }
        let missing = missing(proposal)
        var parts: [String] = []
        if missing.count > 0 {
            parts.append(
                missing.count == 1 ? "the approval of one more person" : "the approvals of \(missing.count) more people"
            )
        }
        if !missing.newcomers.isEmpty {
            parts.append("everybody who is new on the list: \(missing.newcomers.joined(separator: ", "))")
        }
        return "It waits for \(parts.joined(separator: " and "))."
    }
}
