public import Daemon
internal import Member
internal import Values

/// What is kept of rounds, for whoever asks later what happened in them.
public struct EvidenceSection: ConsoleSection {
    public let path = "evidence"
    private let home: Home
    private let boardDays: @Sendable () throws -> Int

    /// - Parameter boardDays: how many days from a round's deadline on its board is kept.
    public init(home: Home, boardDays: @escaping @Sendable () throws -> Int) {
        self.home = home
        self.boardDays = boardDays
    }

    public func title(_ say: Say) -> String { say("Todisteet", "Bevis", "Evidence") }

    public func show(_ request: ConsoleRequest) async throws -> ConsoleReply {
        guard request.path.isEmpty else { return .notFound }
        let say = request.say
        let kept = try KeptEvidence.all(in: home, days: boardDays())
        guard !kept.isEmpty else {
            return .page(
                ConsolePage(
                    title(say),
                    [
                        .paragraph(
                            ConsoleText(
                                say(
                                    "Todisteita ei ole: tähän mennessä ei ole ollut yhtään kierrosta.",
                                    "Det finns inga bevis: hittills har det inte varit någon omgång.",
                                    "There is none: there has been no round so far.")))
                    ]))
        }
        return .page(ConsolePage(title(say), [table(kept, say), note(say), .form(form(kept, say))]))
    }

    private func table(_ kept: [KeptEvidence], _ say: Say) -> ConsoleBlock {
        func day(_ seconds: Int64?) -> ConsoleText {
            ConsoleText(seconds.map { say.time(Int(clamping: $0)) } ?? "–")
        }
        return .table(
            caption: say(
                "Kierrokset, joista on todisteita", "Omgångar som det finns bevis om",
                "Rounds of which evidence is kept"),
            head: [
                say("Kierros", "Omgång", "Round"), say("Sopimus", "Avtal", "Agreement"),
                say("Taulu säilytetään asti", "Tavlan bevaras till", "Board kept until"),
                say("Syytöksen virrat asti", "Anklagelsens strömmar till", "Streams of an accusation until"),
            ],
            rows: kept.map { round in
                [
                    ConsoleText(String("\(round.round)".prefix(12)), link: "/rounds/\(round.round)"),
                    ConsoleText(String(round.agreement.prefix(12)), link: "/agreements/\(round.agreement)"),
                    day(round.boardUntil), day(round.streamsUntil),
                ]
            })
    }

    private func note(_ say: Say) -> ConsoleBlock {
        .notice(
            .note,
            ConsoleText(
                say(
                    "Tiedostossa ei ole nimiä, tunnuksia eikä avaimia. Jos siihen otetaan virrat, peitetyt luettelot "
                        + "näkyvät: anna se silloin vain sille, jonka annat tarkistaa kierroksen.",
                    "Filen har inga namn, koder eller nycklar. Om den har strömmarna syns de dolda listorna: ge den då "
                        + "bara till den som du låter kontrollera omgången.",
                    "The file has no names, codes or keys. With streams in it, the blinded lists can be seen: then "
                        + "give it only to whom you would trust to check the round.")))
    }

    private func form(_ kept: [KeptEvidence], _ say: Say) -> ConsoleForm {
        ConsoleForm(
            "/evidence/export", submit: say("Vie", "Exportera", "Export"),
            fields: [
                ConsoleForm.Field(
                    "round", say("Kierros", "Omgång", "Round"),
                    .choice(kept.map { ("\($0.round)", "\($0.round)".prefix(12).description) })),
                ConsoleForm.Field(
                    "streams", say("Syytöksen virrat", "Anklagelsens strömmar", "Streams of an accusation"),
                    .choice([
                        ("no", say("Ilman niitä", "Utan dem", "Without them")),
                        ("yes", say("Mukana", "Med", "With them")),
                    ])),
                ConsoleForm.Field(
                    "file", say("Tehtävä tiedosto", "Fil som skapas", "The file to make"),
                    hint: say(
                        "Koko polku tällä koneella.", "Hela sökvägen på den här datorn.",
                        "Its whole path on this machine.")),
            ])
    }

    public func act(_ request: ConsoleRequest) async throws -> ConsoleReply {
        let wanted = request.field("streams")
        guard request.path == ["export"], let round = RoundID(hex: request.field("round")),
            wanted == "yes" || wanted == "no"
        else { return .notFound }
        let say = request.say
        let file = try ConsolePath.checked(request.field("file"), say)
        let (_, missing) = try await EvidenceStore(home: home).export(round, withStreams: wanted == "yes", to: file)
        try home.approvals().note(
            "evidence exported in the console",
            ["round": String("\(round)".prefix(12)), "file": file, "streams": wanted])
        let gaps =
            missing.isEmpty ? "" : say(" Puuttuu: ", " Saknas: ", " Not here: ") + missing.joined(separator: ", ")
        return .redirect(
            "/evidence",
            ConsoleText(
                say("Viety. Tarkista: ", "Exporterat. Kontrollera: ", "Exported. Check it with: ")
                    + "evidence verify \(file)." + gaps))
    }
}
