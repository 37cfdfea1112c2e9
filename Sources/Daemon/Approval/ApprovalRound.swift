internal import Foundation
public import PSIProtocol

/// A round as it is proposed to approvers: what its opening says.
enum ApprovalRound {
    /// How the document of a round begins whose id begins so.
    static func begin(_ prefix: String) -> String { "round: \(prefix)" }

    /// The id of the round that a document is about.
    static func id(_ document: [UInt8]) -> String? {
        String(decoding: document, as: UTF8.self).split(separator: "\n").first.map {
            String($0.dropFirst(begin("").count))
        }
    }

    private static let deadline = "ends at the latest: "

    /// Whether the round that a document is about can still be taken part in.
    static func isOpen(_ document: [UInt8], at time: Date) -> Bool {
        let lines = String(decoding: document, as: UTF8.self).split(separator: "\n")
        // Times as programs write them are in the order of their text.
        return lines.contains { $0.hasPrefix(deadline) && $0.dropFirst(deadline.count) > MachineClock.timestamp(time) }
    }

    /// The same bytes for the same round, always.
    static func document(_ record: RoundRecord) -> [UInt8] {
        func time(_ seconds: Int) -> String {
            MachineClock.timestamp(Date(timeIntervalSince1970: Double(seconds)))
        }
        var lines = [
            begin("\(record.round)"), "agreement: \(record.agreementID)", "study: \(record.agreement.study.id)",
            "number: \(record.opening.number)",
        ]
        // Of other rounds documents stay as they were.
        if let purpose = record.opening.purpose { lines.append("purpose: \(purpose.rawValue)") }
        lines += [
            "opened by: \(record.coordinator)",
            "opened: \(time(record.opening.opened))", deadline + time(record.opening.deadline),
        ]
        return Array(lines.map { $0 + "\n" }.joined().utf8)
    }
}

extension ApprovalSubject {
    /// Taking part in a round.
    public init(_ record: RoundRecord) { self.init(.round, ApprovalRound.document(record)) }
}

extension ApprovalBook {
    /// Writes a round down, so that it can be proposed.
    public func keep(_ record: RoundRecord) throws {
        let document = ApprovalRound.document(record)
        let subject = ApprovalSubject(.round, document)
        if (try? self.document(subject)) == document { return }
        try keep(document, as: subject)
        try note("round waits for approval", ["round": String(record.round.description.prefix(12))])
    }
}
