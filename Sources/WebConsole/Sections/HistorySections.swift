public import Daemon
internal import Foundation
internal import Member
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
                say.time(Int(home.keys.certificateNotAfter.timeIntervalSince1970)),
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

/// Evidence of rounds in which somebody accused another.
public struct EvidenceSection: ConsoleSection {
    public let path = "evidence"
    private let home: Home

    public init(home: Home) { self.home = home }

    public func title(_ say: Say) -> String { say("Todisteet", "Bevis", "Evidence") }

    public func show(_ request: ConsoleRequest) async throws -> ConsoleReply {
        guard request.path.isEmpty else { return .notFound }
        let say = request.say
        let store = try EvidenceStore(home: home)
        let kept = try store.rounds().compactMap { round in try store.kept(round).map { (round, $0) } }
        guard !kept.isEmpty else {
            return .page(
                ConsolePage(
                    title(say),
                    [
                        .paragraph(
                            ConsoleText(
                                say(
                                    "Todisteita ei ole: missään kierroksessa kukaan ei ole syyttänyt toista.",
                                    "Det finns inga bevis: i ingen omgång har någon anklagat en annan.",
                                    "There is none: in no round has anybody accused another.")))
                    ]))
        }
        let rows = kept.map { round, kept in
            [
                ConsoleText(String("\(round)".prefix(12)), link: "/rounds/\(round)"),
                ConsoleText(String(kept.agreement.prefix(12)), link: "/agreements/\(kept.agreement)"),
                ConsoleText(say.time(Int(clamping: kept.until))),
            ]
        }
        return .page(
            ConsolePage(
                title(say),
                [
                    .table(
                        caption: say(
                            "Kierrokset, joista on todisteita", "Omgångar som det finns bevis om",
                            "Rounds of which evidence is kept"),
                        head: [
                            say("Kierros", "Omgång", "Round"), say("Sopimus", "Avtal", "Agreement"),
                            say("Säilytetään asti", "Bevaras till", "Kept until"),
                        ], rows: rows),
                    .notice(
                        .note,
                        ConsoleText(
                            say(
                                "Viedyssä kansiossa ei ole nimiä, tunnuksia eikä avaimia, "
                                    + "mutta peitetyt luettelot näkyvät. "
                                    + "Anna se vain sille, jonka annat tarkistaa kierroksen.",
                                "Den exporterade mappen har inga namn, koder eller nycklar, "
                                    + "men de dolda listorna syns. "
                                    + "Ge den bara till den som du låter kontrollera omgången.",
                                "The folder has no names, codes or keys, but the blinded lists can be seen. "
                                    + "Give it only to whom you would trust to check the round."))),
                    .form(
                        ConsoleForm(
                            "/evidence/export", submit: say("Vie", "Exportera", "Export"),
                            fields: [
                                ConsoleForm.Field(
                                    "round", say("Kierros", "Omgång", "Round"),
                                    .choice(kept.map { ("\($0.0)", "\($0.0)".prefix(12).description) })),
                                ConsoleForm.Field(
                                    "folder", say("Tehtävä kansio", "Mapp som skapas", "The folder to make"),
                                    hint: say(
                                        "Koko polku tällä koneella.", "Hela sökvägen på den här datorn.",
                                        "Its whole path on this machine.")),
                            ])),
                ]))
    }

    public func act(_ request: ConsoleRequest) async throws -> ConsoleReply {
        guard request.path == ["export"], let round = RoundID(hex: request.field("round")) else { return .notFound }
        let say = request.say
        let folder = try ConsolePath.checked(request.field("folder"), say)
        let (_, missing) = try await EvidenceStore(home: home).export(round, to: EvidenceFolder(folder))
        let gaps =
            missing.isEmpty ? "" : say(" Puuttuu: ", " Saknas: ", " Not here: ") + missing.joined(separator: ", ")
        return .redirect(
            "/evidence",
            ConsoleText(
                say("Viety. Tarkista: ", "Exporterat. Kontrollera: ", "Exported. Check it with: ")
                    + "evidence check \(folder)." + gaps))
    }
}
