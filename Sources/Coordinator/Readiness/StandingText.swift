internal import Daemon
internal import Exchange
internal import Foundation

/// Who is ready, in lines for people.
struct StandingText {
    let standing: AgreementStanding

    var lines: [String] {
        var lines = ["Study \(standing.study), agreement \(standing.agreement.prefix(12))"]
        for sentence in standing.coordinator { lines.append("  coordinator  \(sentence)") }
        if standing.coordinator.isEmpty { lines.append("  coordinator  ready") }
        let width = standing.participants.map(\.participant.count).max() ?? 0
        for participant in standing.participants {
            let name = participant.participant.padding(toLength: width, withPad: " ", startingAt: 0)
            lines.append("  \(name)  \(Self.words(participant))")
        }
        if let calendar = standing.calendar {
            lines += CalendarText(standing: standing, calendar: calendar).lines
        }
        if standing.isReady { lines.append("Nothing stands in the way of a round.") }
        return lines
    }

    /// Of one participant, without its name.
    static func words(_ participant: AgreementStanding.Participant) -> String {
        let time = participant.saidAt.map {
            ", said \(MachineClock.timestamp(Date(timeIntervalSince1970: TimeInterval($0))))"
        }
        switch participant.state {
        case .ready: return "ready\(time ?? "")"
        case .obstacle:
            let code = participant.code ?? ""
            let meaning = ReadinessWord(rawValue: code).map { ": \($0.sentence)" } ?? ""
            return "\(code)\(meaning)\(time ?? "")"
        case .silent: return "has said nothing within a day: ask for `check --ready`"
        case .notCarried: return "takes part by courier, by which readiness is not carried: ask its operator"
        }
    }
}
