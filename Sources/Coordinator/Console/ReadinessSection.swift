internal import Agreement
internal import Daemon
internal import Exchange
internal import Values
internal import WebConsole

/// Who is ready for a round of which agreement, and on which days rounds open: what `ready` says. [P-76]
struct ReadinessSection: ConsoleSection {
    let path = "ready"
    let home: Home
    /// As the running coordinator tells; nil while it does not run.
    var standing: @Sendable (AgreementID) async throws -> AgreementStanding?
    var clock = MachineClock.system

    init(
        home: Home, clock: MachineClock = .system,
        standing: @escaping @Sendable (AgreementID) async throws -> AgreementStanding?
    ) {
        self.home = home
        self.clock = clock
        self.standing = standing
    }

    /// Asks the coordinator of this home.
    init(home: Home) {
        self.init(home: home) { agreement in
            guard try home.isInUse() else { return nil }
            let bytes = try await OperatorConnection.with(home.directory.path) { client in
                try await client.operatorStanding(of: agreement)
            }
            guard let standing = try? StatusJSON.decode(AgreementStanding.self, bytes) else {
                throw CoordinatorError.unknownAnswer
            }
            return standing
        }
    }

    func title(_ say: Say) -> String { say("Valmius", "Beredskap", "Readiness") }

    func show(_ request: ConsoleRequest) async throws -> ConsoleReply {
        guard request.path.isEmpty else { return .notFound }
        let say = request.say
        var blocks: [ConsoleBlock] = []
        for installed in try home.agreements().all() where installed.agreement.validUntil >= clock.today() {
            blocks += await self.blocks(installed, say)
        }
        guard !blocks.isEmpty else {
            return .page(
                ConsolePage(
                    title(say),
                    [
                        .paragraph(
                            ConsoleText(
                                say(
                                    "Yhtään voimassa olevaa sopimusta ei ole allekirjoitettu täällä.",
                                    "Inget avtal som är i kraft har undertecknats här.",
                                    "No agreement that is in force has been signed here.")))
                    ]))
        }
        let what = say(
            "Osapuoli kertoo ennen kierrosta yhden sanan: että se on valmis, tai mikä on vialla. Sana on voimassa "
                + "vuorokauden eikä sido ketään. Pyydä kaikkia suorittamaan `check --ready`.",
            "En part säger ett ord före en omgång: att den är klar, eller vad som är fel. Ordet gäller ett dygn och "
                + "binder ingen. Be alla att köra `check --ready`.",
            "Before a round a participant says one word: that it is ready, or what is wrong. It is believed for a day, "
                + "and binds nobody. Ask everybody to run `check --ready`.")
        return .page(ConsolePage(title(say), [.paragraph(ConsoleText(what))] + blocks))
    }

    private func blocks(_ installed: AgreementStore.Installed, _ say: Say) async -> [ConsoleBlock] {
        let agreement = installed.agreement
        let name = "\(agreement.study.title) (\(installed.id.description.prefix(12)))"
        let link = ConsoleBlock.paragraph(
            ConsoleText(
                say("Sopimus", "Avtalet", "The agreement") + " \(installed.id.description.prefix(12))",
                link: "/agreements/\(installed.id)"))
        do {
            // No round is to come under it, so nobody need be ready.
            if try home.succession(of: installed.id, agreement) != nil { return [] }
            guard let standing = try await standing(installed.id) else {
                return [
                    .heading(name), link,
                    .notice(
                        .alarm,
                        ConsoleText(
                            say(
                                "Palvelu ei ole käynnissä, joten kukaan ei voi kertoa, onko se valmis.",
                                "Tjänsten är inte igång, så ingen kan säga om den är klar.",
                                "The service is not running, so nobody can say whether it is ready."))),
                ]
            }
            return [.heading(name), link] + Self.summary(standing, say) + [Self.table(standing, say)]
                + Self.calendar(standing, days: agreement.calendar, say)
        } catch {
            return [.heading(name), link, .notice(.alarm, .english(ErrorReport(error).sentence))]
        }
    }

    private static func summary(_ standing: AgreementStanding, _ say: Say) -> [ConsoleBlock] {
        let own = standing.coordinator.map { ConsoleBlock.notice(.alarm, .english($0)) }
        guard !standing.isReady else {
            return [
                .notice(
                    .good,
                    ConsoleText(
                        say(
                            "Mikään ei ole kierroksen esteenä.", "Inget hindrar en omgång.",
                            "Nothing stands in the way of a round."), link: "/open"))
            ]
        }
        guard !standing.waitingFor.isEmpty else { return own }
        return own + [
            .notice(
                .note,
                ConsoleText(
                    say("Odottaa: ", "Väntar på: ", "Waits for: ") + standing.waitingFor.joined(separator: ", ")))
        ]
    }

    private static func table(_ standing: AgreementStanding, _ say: Say) -> ConsoleBlock {
        .table(
            caption: say("Osapuolet", "Parterna", "Participants"),
            head: [
                say("Osapuoli", "Part", "Participant"), say("Rooli", "Roll", "Role"), say("Koodi", "Kod", "Code"),
                say("Tila", "Läge", "State"), say("Sanottu", "Sagt", "Said"),
            ],
            rows: standing.participants.map { participant in
                [
                    ConsoleText(participant.participant), ConsoleText(role(participant.role, say)),
                    ConsoleText(participant.code ?? (participant.state == .ready ? "ready" : "–")),
                    words(participant, say),
                    ConsoleText(participant.saidAt.map { say.time(Int(clamping: $0)) } ?? "–"),
                ]
            })
    }

    private static func role(_ role: String, _ say: Say) -> String {
        ParticipantRole(rawValue: role).map { say.role($0) } ?? role
    }

    static func words(_ participant: AgreementStanding.Participant, _ say: Say) -> ConsoleText {
        switch participant.state {
        case .ready: ConsoleText(say("valmis", "klar", "ready"))
        case .silent:
            ConsoleText(
                say(
                    "ei ole sanonut mitään vuorokauteen", "har inte sagt något på ett dygn",
                    "has said nothing within a day"))
        case .notCarried:
            ConsoleText(
                say(
                    "osallistuu kuriirin kautta: kysy sen ylläpitäjältä", "deltar genom kurir: fråga dess operatör",
                    "takes part by courier: ask its operator"))
        case .obstacle:
            participant.code.flatMap { ReadinessWord(rawValue: $0) }.map { ConsoleText(words($0, say)) } ?? "–"
        }
    }

    static func words(_ word: ReadinessWord, _ say: Say) -> String {
        switch word {
        case .ready: say("valmis", "klar", "ready")
        case .agreementUnknown:
            say(
                "ei ole allekirjoittanut sopimusta", "har inte undertecknat avtalet", "has not signed the agreement")
        case .superseded:
            say(
                "on jo siirtynyt sopimukseen, joka muuttaa tätä", "har redan gått över till ett avtal som ändrar detta",
                "has gone over to an agreement that amends this one")
        case .approvalMissing:
            say(
                "hyväksyjät eivät ole hyväksyneet sopimusta tai asetuksia",
                "godkännarna har inte godkänt avtalet eller inställningarna",
                "its approvers have not approved the agreement or its configuration")
        case .policy:
            say(
                "oma käytäntö ei salli sopimusta", "den egna policyn tillåter inte avtalet",
                "its own policy refuses the agreement")
        case .register:
            say("rekisteriä ei voi käyttää", "ett register kan inte användas", "a register cannot be used")
        case .cap:
            say(
                "rekisterissä on enemmän kuin sopimus tai käytäntö sallii",
                "ett register har mer än avtalet eller policyn tillåter",
                "a register has more than the agreement or its policy allows")
        case .keysLost:
            say(
                "tutkimuksen avain, joka sillä pitäisi olla, puuttuu", "en studienyckel som den borde ha saknas",
                "a study key that it should hold is missing")
        case .keys:
            say(
                "allekirjoitusavain ei toimi", "signeringsnyckeln fungerar inte", "its signing key cannot sign")
        case .disk: say("levy on lähes täynnä", "disken är nästan full", "its disk is nearly full")
        }
    }

    // MARK: Days on which rounds open

    private static func calendar(_ standing: AgreementStanding, days: [CalendarDate], _ say: Say) -> [ConsoleBlock] {
        guard let calendar = standing.calendar else { return [] }
        var blocks: [ConsoleBlock] = []
        if !calendar.isLodged {
            blocks.append(
                .notice(
                    .note,
                    ConsoleText(
                        say(
                            "Koordinaattori ei avaa kierroksia itse, ennen kuin sopimus on talletettu: "
                                + "`agreement lodge`.",
                            "Koordinatorn öppnar inga omgångar själv innan avtalet har deponerats: `agreement lodge`.",
                            "The coordinator opens no round by itself before the agreement is lodged: "
                                + "`agreement lodge`."))))
        }
        if calendar.isToday {
            blocks.append(
                calendar.isOpenedToday
                    ? .notice(
                        .good,
                        ConsoleText(
                            say(
                                "Tämän päivän kierros on avattu.", "Dagens omgång är öppnad.",
                                "Today's round has been opened.")))
                    : .notice(
                        .note,
                        ConsoleText(
                            say(
                                "Kierros on määrä avata tänään.", "En omgång ska öppnas i dag.",
                                "A round is due today."))))
        }
        for day in calendar.passed {
            blocks.append(
                .notice(
                    .alarm,
                    ConsoleText(
                        say(
                            "\(day) meni ohi ilman kierrosta.", "\(day) gick utan omgång.",
                            "\(day) passed without a round."))))
        }
        if let next = calendar.next {
            let left = days.map(\.description).drop { $0 < next }
            blocks.append(
                .facts([
                    (
                        say("Kierrokset avataan", "Omgångar öppnas", "Rounds open on"),
                        ConsoleText(left.joined(separator: ", "))
                    )
                ]))
        }
        return blocks.isEmpty ? [] : [.heading(say("Kalenteri", "Kalender", "Calendar"))] + blocks
    }
}
