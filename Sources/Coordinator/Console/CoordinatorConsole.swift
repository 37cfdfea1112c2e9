internal import Agreement
internal import Daemon
internal import Exchange
internal import Files
internal import PSIProtocol
internal import Values
internal import WebConsole

/// The coordinator in its operator's browser: what `link`, `status` and `abort` do.
struct CoordinatorConsole: ConsoleProgram {
    static let name = CoordinatorProgram.name
    static let roles: Set<ParticipantRole> = [.coordinator]
    /// Rounds that are asked for, the latest.
    private static let roundLimit = 50

    let home: Home

    func standing() async throws -> ConsoleStanding {
        guard try home.isInUse() else { return ConsoleStanding(isRunning: false, rounds: []) }
        let rounds = try await OperatorConnection.with(home.directory.path) { client in
            var rounds: [RoundStatus] = []
            for round in try await client.operatorRounds().suffix(Self.roundLimit).reversed() {
                rounds.append(try await OperatorConnection.status(of: round.round, client))
            }
            return rounds
        }
        return ConsoleStanding(isRunning: true, rounds: rounds)
    }

    func more(about round: RoundStatus, _ say: Say) -> [ConsoleBlock] {
        guard round.ended == nil else {
            return round.counts == nil
                ? []
                : [
                    .heading(say("Lukumäärät", "Antal", "Counts")), .lines(StatusText(status: round).outcome),
                ]
        }
        return [
            .heading(say("Keskeytä", "Avbryt", "Abort")),
            .form(
                ConsoleForm(
                    "/rounds/\(round.round)/abort",
                    submit: say("Keskeytä kierros", "Avbryt omgången", "Abort the round"),
                    fields: [
                        ConsoleForm.Field(
                            "reason", say("Syy", "Orsak", "Reason"),
                            hint: say(
                                "Koordinaattorin lokiin ja tilaan.", "För koordinatorns logg och läge.",
                                "For the coordinator's log and status.")),
                        ConsoleForm.Field(
                            "sure",
                            say(
                                "Kierros päättyy, ja osapuolet hävittävät sen avaimet. Se, minkä kaikki solmut ovat jo "
                                    + "luovuttaneet, ei tule takaisin.",
                                "Omgången avslutas och parterna förstör dess nycklar. "
                                    + "Det som alla noder redan har lämnat "
                                    + "ut kommer inte tillbaka.",
                                "The round ends, and the participants destroy its keys. What all nodes have released "
                                    + "already does not come back."), .confirmation),
                    ], isGrave: true)),
        ]
    }

    func perform(_ action: String, round: String, _ request: ConsoleRequest) async throws -> ConsoleText? {
        guard action == "abort", let id = RoundID(hex: round) else { return nil }
        let say = request.say
        let reason = request.field("reason")
        guard (1...500).contains(reason.utf8.count) else {
            throw ConsoleMistake(
                say(
                    "Kirjoita syy, enintään 500 tavua.", "Skriv orsaken, högst 500 byte.",
                    "Write the reason, at most 500 bytes."))
        }
        guard request.field("sure") == "yes" else { throw ConsoleMistake(say.tick) }
        try await OperatorConnection.with(home.directory.path) { try await $0.abortRound(id, reason: reason) }
        try home.approvals().note("round aborted in the console", ["round": String(round.prefix(12))])
        return ConsoleText(say("Keskeytetty.", "Avbruten.", "Aborted."))
    }

    func sections(signer: ApprovalSigner?) throws -> [any ConsoleSection] {
        [ReadinessSection(home: home), OpenSection(home: home)]
    }
}

/// Opens a round under an agreement that all have signed.
struct OpenSection: ConsoleSection {
    let path = "open"
    let home: Home

    func title(_ say: Say) -> String { say("Avaa kierros", "Öppna en omgång", "Open a round") }

    func show(_ request: ConsoleRequest) async throws -> ConsoleReply {
        guard request.path.isEmpty else { return .notFound }
        let say = request.say
        return .page(
            ConsolePage(
                title(say),
                [
                    .form(
                        ConsoleForm(
                            "/open/read", submit: say("Tarkista", "Kontrollera", "Check"),
                            fields: [
                                ConsoleForm.Field(
                                    "file", say("Sopimustiedosto", "Avtalsfilen", "The agreement's file"),
                                    hint: say(
                                        "Koko polku tällä koneella. Kaikkien allekirjoitukset ovat sen vieressä.",
                                        "Hela sökvägen på den här datorn. Allas undertecknanden ligger bredvid.",
                                        "Its whole path on this machine. Everybody's signatures lie beside it."))
                            ]))
                ]))
    }

    func act(_ request: ConsoleRequest) async throws -> ConsoleReply {
        let say = request.say
        guard request.path == ["read"] || request.path == ["now"] else { return .notFound }
        let path = try ConsolePath.checked(request.field("file"), say)
        let signed = try SignedAgreement.load(path, signatures: [])
        let agreement = try signed.verify()
        guard request.path == ["now"] else {
            let rounds = agreement.roundsAllowed
            let form = ConsoleForm(
                "/open/now", submit: say("Avaa kierros", "Öppna omgången", "Open the round"),
                fields: Self.kinds(agreement, say) + [
                    ConsoleForm.Field(
                        "sure",
                        say(
                            "Kierros alkaa heti ja kuluttaa yhden sopimuksen \(rounds) kierroksesta.",
                            "Omgången börjar genast och förbrukar en av avtalets \(rounds) omgångar.",
                            "The round begins at once, and spends one of the agreement's \(rounds) rounds."
                        ),
                        .confirmation)
                ], hidden: [("file", path), ("agreement", "\(signed.id)")])
            let all = say(
                "Kaikki \(agreement.participants.count) osapuolta ovat allekirjoittaneet sopimuksen.",
                "Alla \(agreement.participants.count) parter har undertecknat avtalet.",
                "All \(agreement.participants.count) participants have signed the agreement.")
            return .page(
                ConsolePage(
                    agreement.study.title,
                    [.notice(.good, ConsoleText(all))] + AgreementWords.blocks(agreement, signed.id, say) + [
                        .form(form)
                    ]))
        }
        guard request.field("sure") == "yes" else { throw ConsoleMistake(say.tick) }
        try ConsolePath.expect("\(signed.id)", request.field("agreement"), say)
        let purpose = try Self.purpose(request)
        let round = try await OperatorConnection.with(home.directory.path) { client in
            try await client.openRound(
                agreement: signed.bytes, signatures: signed.signatures.map(\.json), purpose: purpose)
        }
        try home.approvals().note(
            "round opened in the console",
            ["round": String("\(round)".prefix(12)), "kind": purpose?.rawValue ?? "linkage"])
        return .redirect(
            "/rounds/\(round)", ConsoleText(say("Kierros on avattu.", "Omgången är öppnad.", "The round is open.")))
    }

    /// Which kinds of rounds can be opened; not asked where there is only one. [P-95]
    static func kinds(_ agreement: Agreement, _ say: Say) -> [ConsoleForm.Field] {
        guard agreement.forWithdrawals != nil else { return [] }
        return [
            ConsoleForm.Field(
                "kind", say("Kierroksen laji", "Slag av omgång", "Kind of round"),
                .choice([
                    ("linkage", say("rekisterit yhdistetään", "registren kopplas", "registers are linked")),
                    (
                        RoundPurpose.withdrawals.rawValue,
                        say(
                            "tutkimuksesta poistuvat poistetaan aineistoista",
                            "de som lämnar studien tas bort ur materialen",
                            "people who withdraw from the study are removed from its data")
                    ),
                ]))
        ]
    }

    /// - Throws: `ConsoleMistake` for a kind that was not offered.
    static func purpose(_ request: ConsoleRequest) throws -> RoundPurpose? {
        switch request.field("kind") {
        case "", "linkage": return nil
        case let kind:
            guard let purpose = RoundPurpose(rawValue: kind) else {
                throw ConsoleMistake(
                    request.say("Valitse kierroksen laji.", "Välj omgångens slag.", "Choose the kind of round."))
            }
            return purpose
        }
    }
}
