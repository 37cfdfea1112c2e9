internal import Agreement
internal import Foundation
public import PSIProtocol
internal import Values

/// What a board shows of its round, in plain words and in the order of an auditor's questions.
///
/// Texts of the agreement are shown with what could begin a line of its own written out: they are somebody else's.
public struct EvidenceReport: Sendable {
    public struct Section: Sendable, Equatable {
        public var heading: String
        /// Sentences, or steps in their order.
        public var lines: [String]
    }

    let board: ReplayedBoard
    let stamps: [StampedHead: TimeStamp]
    var record: RoundRecord { board.record }
    var agreement: Agreement { record.signedAgreement }

    public init(_ board: ReplayedBoard, stamps: [StampedHead: TimeStamp] = [:]) {
        self.board = board
        self.stamps = stamps
    }

    public var sections: [Section] {
        [
            Section(heading: "What was agreed", lines: agreed),
            Section(heading: "Who did what, in this order", lines: steps),
            Section(heading: "When", lines: times),
            Section(heading: "What came of it", lines: result),
            Section(heading: "Who refused, and who accused whom", lines: objections),
            Section(heading: "How it ended", lines: ending),
            Section(heading: "What this does not show", lines: limits),
        ]
    }

    static func list(_ names: some Sequence<String>) -> String { names.joined(separator: ", ") }

    static func time(_ seconds: Int) -> String {
        MachineClock.timestamp(Date(timeIntervalSince1970: Double(seconds)))
    }

    // MARK: What was agreed

    private var agreed: [String] {
        let study = agreement.study
        var lines = [
            "The study is \(EventLog.escaped(study.id)): \(EventLog.escaped(study.title)).",
            "The agreement's id is \(record.agreementID). Compare it with the agreement that you know.",
            "It was valid from \(agreement.validFrom) to \(agreement.validUntil), for at most "
                + "\(Self.count(agreement.roundsAllowed, "round")).",
        ]
        if let unsigned = board.unsigned {
            lines += [
                "Not all have signed it: \(EventLog.escaped("\(unsigned)"))",
                "So the coordinator was not allowed to open the round, and nobody was allowed to take part. Its "
                    + "participants:",
            ]
        } else {
            lines.append("All \(agreement.participants.count) participants have signed it:")
        }
        lines += agreement.participants.map { "- \($0.id), \(EventLog.escaped($0.name)): \(role(of: $0))." }
        lines += agreement.registers.map { register in
            guard record.releasesRows else {
                return "People of the register \(register.id) are counted, and no rows are released."
            }
            guard !register.releasedFor.isEmpty else {
                return "No rows of the register \(register.id) are released."
            }
            return "Rows of the register \(register.id) are released for: \(Self.list(register.releasedFor))."
        }
        if record.isOfWithdrawals {
            lines.append(
                "This round linked nothing and released no rows: each authority told the research environment alone "
                    + "who withdraws from the study, hidden among dummies.")
        }
        lines.append(
            record.isVerified
                ? "The round is verified: whoever worked on a list had to prove it, and others checked the proofs."
                : "The round is not verified: nobody had to prove that its work was right.")
        lines.append("`agreement show` tells all of agreement.yaml, which is in the file.")
        return lines
    }

    private func role(of participant: Participant) -> String {
        switch participant.role {
        case .authority:
            "authority, owner of "
                + Self.list(agreement.registers(ownedBy: participant.id).filter(\.isDeclared).map(\.id))
        case .mixer: "mixer"
        case .coordinator: "coordinator"
        case .research: "research environment"
        }
    }

    static func count(_ number: Int, _ one: String) -> String { "\(number) \(one)\(number == 1 ? "" : "s")" }

    // MARK: Steps

    /// Steps of one kind in a row are one line.
    private var steps: [String] {
        var lines: [(first: Int, last: Int, authors: [ParticipantID], what: String)] = []
        for (index, entry) in board.entries.enumerated() {
            let what = StepText.sentence(of: entry.body, record)
            if let last = lines.last, last.what == what {
                lines[lines.count - 1].last = index + 1
                lines[lines.count - 1].authors.append(entry.author)
            } else {
                lines.append((index + 1, index + 1, [entry.author], what))
            }
        }
        return lines.map { line in
            let numbers = line.first == line.last ? "\(line.first)" : "\(line.first)–\(line.last)"
            return "\(numbers). \(Self.list(line.authors)) \(line.what)."
        }
    }

    // MARK: Times

    private var times: [String] {
        var lines = [
            "The coordinator says that it opened the round at \(Self.time(record.opening.opened)).",
            "Its deadline was \(Self.time(record.opening.deadline)).",
            "Whoever took part checked by its own clock that the deadline had not passed.",
            "Nothing else on the board has a time: it shows the order of the steps, and not when each was.",
        ]
        for (place, what) in [
            (StampedHead.opening, "the opening"), (.end, "the end, and so everything before it,"),
        ] {
            guard let stamp = stamps[place] else { continue }
            lines.append(
                "A time stamp shows that \(what) was there at \(Self.time(Int(clamping: stamp.seconds))).")
            lines.append(
                "It is checked by the certificate of \(stamp.certificate.subject), SHA-256 "
                    + "\(stamp.certificate.fingerprint). Compare that with the authority that you know.")
        }
        if let day = record.openingDay, record.agreement.validity(on: day) != .inForce {
            lines.append("On that day the agreement was not valid. Whoever took part should have refused.")
        }
        return lines
    }

    // MARK: Result

    private var result: [String] {
        var lines: [String] = []
        if let selected = record.selected {
            lines.append(
                "The coordinator selected \(Self.count(selected.requests.count, "item")), dummies included. An item is "
                    + "a person in one register.")
            let released = record.ring.filter { record.released[$0] != nil }
            lines.append(
                released.isEmpty
                    ? "No node has released its shares, so nothing could be opened."
                    : record.allReleased
                        ? "All nodes have released their shares: \(Self.list(released))."
                        : "\(Self.list(released)) released their shares, others did not, so nothing could be opened.")
            lines.append(
                record.isReceived
                    ? "The research environment has said that it received everything."
                    : "The research environment has not said that it received anything.")
        }
        // Of lists of withdrawals only lengths are counted, which the steps tell.
        if let counted = record.counted, !record.isOfWithdrawals {
            lines.append("The counts were published, as the agreement lets them be told:")
            lines += counted.cohorts.map { "- cohort \($0.cohort): \(Self.people($0.people, $0.upperBound))" }
            lines += counted.overlap.map {
                "- in exactly \(Self.list($0.registers)): \(Self.people($0.people, $0.upperBound))"
            }
            if !counted.overlap.isEmpty {
                lines.append("A set of registers that is not named has nobody, or its number is withheld.")
            }
        }
        if lines.isEmpty { lines.append("Nothing was counted or released.") }
        if record.isVerified, record.hasResult {
            let approved = record.approvers.filter { record.approvals[$0] != nil }
            lines.append(
                approved.isEmpty
                    ? "No mixer has approved what the coordinator found."
                    : "What the coordinator found was approved by \(Self.list(approved)), who did its work again.")
        }
        return lines
    }

    static func people(_ number: Int?, _ isUpperBound: Bool = false) -> String {
        guard let number else { return "withheld" }
        return (isUpperBound ? "at most " : "") + count(number, "person").replacing("persons", with: "people")
    }
}
