internal import Daemon
internal import Foundation
internal import PSIProtocol
internal import Values

/// What was done here, the latest first.
struct LogSection: ConsoleSection {
    static let pageLength = 100

    let path = "log"
    let home: Home

    func title(_ say: Say) -> String { say("Loki", "Logg", "Log") }

    func show(_ request: ConsoleRequest) async throws -> ConsoleReply {
        guard request.path.isEmpty else { return .notFound }
        let say = request.say
        let history = try OperationsHistory(home: home)
        let last = history.lines.count
        let top = min(last, max(1, request.query["from"].flatMap { Int($0) } ?? last))
        let lines = history.lines.prefix(top).suffix(Self.pageLength).reversed()
        let rows = lines.map { line in
            [ConsoleText("\(line.number)"), ConsoleText(say.time(line.time)), ConsoleText.english(line.words)]
        }
        var blocks: [ConsoleBlock] = [
            .notice(
                .good,
                ConsoleText(
                    say(
                        "\(last) riviä, joista yhtäkään ei ole muutettu. Viimeisen tiiviste: ",
                        "\(last) rader, ingen av dem ändrad. Den sistas kondensat: ",
                        "\(last) lines, none of them changed. The last one's hash: ") + history.lastHash)),
            .table(
                caption: say(
                    "Mitä täällä on tehty, uusin ensin", "Vad som gjorts här, det senaste först",
                    "What was done here, the latest first"),
                head: [say("Rivi", "Rad", "Line"), say("Aika", "Tid", "Time"), say("Mitä", "Vad", "What")], rows: rows),
        ]
        if top > Self.pageLength {
            blocks.append(
                .paragraph(
                    ConsoleText(say("Vanhemmat", "Äldre", "Older"), link: "/log?from=\(top - Self.pageLength)")))
        }
        return .page(ConsolePage(title(say), last == 0 ? [] : blocks))
    }
}

/// Days that matter: agreements, rounds, the certificate.
struct CalendarSection: ConsoleSection {
    let path = "calendar"
    let home: Home
    let standing: @Sendable () async throws -> ConsoleStanding
    var clock = MachineClock.system

    func title(_ say: Say) -> String { say("Kalenteri", "Kalender", "Calendar") }

    func show(_ request: ConsoleRequest) async throws -> ConsoleReply {
        guard request.path.isEmpty else { return .notFound }
        let say = request.say
        var days: [(day: String, what: ConsoleText)] = []
        for installed in try home.agreements().all() {
            let (agreement, link) = (installed.agreement, "/agreements/\(installed.id)")
            let name = "\(agreement.study.title) (\("\(installed.id)".prefix(12)))"
            days += [
                (
                    "\(agreement.validFrom)",
                    ConsoleText(say("sopimus alkaa: ", "avtalet börjar: ", "agreement begins: ") + name, link: link)
                ),
                (
                    "\(agreement.validUntil)",
                    ConsoleText(say("sopimus päättyy: ", "avtalet upphör: ", "agreement ends: ") + name, link: link)
                ),
            ]
        }
        for installed in try home.agreements().all() {
            // Under an agreement that is superseded no round opens.
            guard try home.succession(of: installed.id, installed.agreement) == nil else { continue }
            let name = "\(installed.agreement.study.title) (\("\(installed.id)".prefix(12)))"
            days += installed.agreement.calendar.map { day in
                (
                    "\(day)",
                    ConsoleText(
                        say("kierroksen päivä: ", "dag för en omgång: ", "day of a round: ") + name,
                        link: "/agreements/\(installed.id)")
                )
            }
        }
        let rounds = (try? await standing().rounds) ?? []
        for round in rounds {
            let (name, link) = ("\(round.study) \(round.round.prefix(12))", "/rounds/\(round.round)")
            days.append(
                (
                    say.time(round.opened),
                    ConsoleText(
                        say("kierros avattiin: ", "omgången öppnades: ", "round was opened: ") + name, link: link)
                ))
            if round.ended == nil {
                days.append(
                    (
                        say.time(round.deadline),
                        ConsoleText(
                            say("kierros raukeaa: ", "omgången förfaller: ", "round is given up: ") + name, link: link)
                    ))
            }
        }
        days.append(
            (
                say.time(Int(home.keyRing.certificateNotAfter.timeIntervalSince1970)),
                ConsoleText(say("varmenne vanhenee", "certifikatet går ut", "certificate ends"))
            ))
        let now = say.time(Int(clamping: clock.unixSeconds()))
        let sorted = days.sorted { $0.day < $1.day }
        /// A day without a time lasts until its end.
        func isPast(_ day: String) -> Bool { day < now.prefix(day.count) }
        func table(_ caption: String, _ days: [(day: String, what: ConsoleText)]) -> [ConsoleBlock] {
            guard !days.isEmpty else { return [] }
            return [
                .table(
                    caption: caption, head: [say("Päivä", "Dag", "Day"), say("Mitä", "Vad", "What")],
                    rows: days.map { [ConsoleText($0.day), $0.what] })
            ]
        }
        return .page(
            ConsolePage(
                title(say),
                table(say("Tulossa", "Kommande", "To come"), sorted.filter { !isPast($0.day) })
                    + table(say("Ollut", "Har varit", "Past"), sorted.filter { isPast($0.day) }.reversed())))
    }
}
