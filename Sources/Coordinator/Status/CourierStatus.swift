internal import Daemon
internal import Exchange
internal import Foundation
internal import Values

/// What is to be carried to the participants of a round that take part by courier.
struct CourierStatus {
    let home: CoordinatorHome

    /// A line each.
    func lines(_ status: RoundStatus, _ client: ExchangeClient) async throws -> [String] {
        guard let round = RoundID(hex: status.round), let agreement = AgreementID(hex: status.agreement),
            let installed = try home.home.agreements().load(agreement)
        else { return [] }
        var lines: [String] = []
        for carried in try CarriedParticipant.all(home)
        where installed.agreement.participants.contains(carried.participant) {
            let ledger = try CourierLedger.read(carried, home)
            let known = ledger.entryCounts[status.round] ?? 0
            let new = try await CourierOutCommand.entries(of: round, after: known, client).count
            lines.append("  courier    \(Self.text(ledger, new: new))")
        }
        return lines
    }

    static func text(_ ledger: CourierLedger, new: Int) -> String {
        let id = ledger.participant
        let taken = ledger.taken.map { "last taken from \(id) \(time($0))" } ?? "nothing taken from \(id) yet"
        let made = ledger.made.map { "last made for it \(time($0))" } ?? "nothing made for it yet"
        let due = new == 0 ? "nothing new to carry" : "something to carry out: \(EntryText.count(new))"
        return "\(taken), \(made); \(due)"
    }

    private static func time(_ seconds: Int64) -> String {
        MachineClock.timestamp(Date(timeIntervalSince1970: TimeInterval(seconds)))
    }
}
