public import Daemon
internal import PSIProtocol

/// How the participant and its rounds stand, as its program knows.
public struct ConsoleStanding: Sendable {
    public var isRunning: Bool
    /// The latest first.
    public var rounds: [RoundStatus]
    /// What else the program says of how it stands, in English.
    public var notes: [String]

    public init(isRunning: Bool, rounds: [RoundStatus], notes: [String] = []) {
        self.isRunning = isRunning
        self.rounds = rounds
        self.notes = notes
    }
}

/// Rounds, live: who is waited for, how far each stage is.
struct RoundsSection: ConsoleSection {
    let path = "rounds"
    let standing: @Sendable () async throws -> ConsoleStanding
    /// What the program adds to a round's page, such as what may be done with it.
    let more: @Sendable (RoundStatus, Say) -> [ConsoleBlock]
    let perform: @Sendable (_ action: String, _ round: String, ConsoleRequest) async throws -> ConsoleText?

    func title(_ say: Say) -> String { say("Kierrokset", "Omgångar", "Rounds") }

    func show(_ request: ConsoleRequest) async throws -> ConsoleReply {
        let say = request.say
        let rounds = try await standing().rounds
        switch request.path.count {
        case 0: return .page(ConsolePage(title(say), list(rounds, say)))
        case 1...2:
            guard let status = rounds.first(where: { $0.round == request.path[0] }) else { return .notFound }
            if request.path.count == 1 {
                let live = ConsoleBlock.live(path: "/rounds/\(status.round)/live", blocks(status, say))
                let title = say("Kierros", "Omgång", "Round") + " \(status.round.prefix(12))"
                return .page(ConsolePage(title, [live] + more(status, say)))
            }
            return request.path[1] == "live" ? .blocks(blocks(status, say)) : .notFound
        default: return .notFound
        }
    }

    func act(_ request: ConsoleRequest) async throws -> ConsoleReply {
        guard request.path.count == 2, let words = try await perform(request.path[1], request.path[0], request) else {
            return .notFound
        }
        return .redirect("/rounds/\(request.path[0])", words)
    }

    private func list(_ rounds: [RoundStatus], _ say: Say) -> [ConsoleBlock] {
        guard !rounds.isEmpty else {
            return [
                .paragraph(
                    ConsoleText(
                        say("Yhtään kierrosta ei ole.", "Det finns inga omgångar.", "There are no rounds.")))
            ]
        }
        let rows = rounds.map { round in
            [
                ConsoleText(String(round.round.prefix(12)), link: "/rounds/\(round.round)"), ConsoleText(round.study),
                ConsoleText("\(round.number)"), ConsoleText(Self.kind(round, say)), ConsoleText(Self.phase(round, say)),
                ConsoleText(round.waitingFor.isEmpty ? "–" : round.waitingFor.joined(separator: ", ")),
                ConsoleText(say.time(round.opened)),
            ]
        }
        return [
            .table(
                caption: say("Uusin ensin", "Den senaste först", "The latest first"),
                head: [
                    say("Kierros", "Omgång", "Round"), say("Tutkimus", "Studie", "Study"),
                    say("Numero", "Nummer", "Number"), say("Laji", "Slag", "Kind"), say("Vaihe", "Fas", "Phase"),
                    say("Odottaa", "Väntar på", "Waits for"), say("Avattu", "Öppnad", "Opened"),
                ], rows: rows)
        ]
    }

    static func phase(_ round: RoundStatus, _ say: Say) -> String {
        switch RoundRecord.Phase(rawValue: round.phase) {
        case .keys: say("avaimet", "nycklar", "keys")
        case .declaring: say("rekisterit ilmoitetaan", "registren anmäls", "registers are declared")
        case .ring: say("luettelot sekoitetaan", "listorna blandas", "lists are mixed")
        case .matching: say("yhdistetään", "kopplas", "matching")
        case .approving: say("tulosta hyväksytään", "resultatet godkänns", "the result is approved")
        case .releasing: say("luovutetaan", "lämnas ut", "releasing")
        case .receiving: say("vastaanotetaan", "tas emot", "receiving")
        case .closing: say("päätetään", "avslutas", "closing")
        case .closed: say("valmis", "klar", "done")
        case .aborted: say("keskeytetty", "avbruten", "aborted")
        case nil: round.phase
        }
    }

    /// What a round is for.
    static func kind(_ round: RoundStatus, _ say: Say) -> String {
        guard let purpose = round.purpose else { return say("yhdistäminen", "koppling", "linkage") }
        return purpose == RoundPurpose.withdrawals.rawValue
            ? say("tutkimuksesta poistuvat", "de som lämnar studien", "withdrawals") : purpose
    }

    private func blocks(_ round: RoundStatus, _ say: Say) -> [ConsoleBlock] {
        var facts: [(term: String, text: ConsoleText)] = [
            (say("Tutkimus", "Studie", "Study"), ConsoleText("\(round.title) (\(round.study))")),
            (
                say("Sopimus", "Avtal", "Agreement"),
                ConsoleText(String(round.agreement.prefix(16)), link: "/agreements/\(round.agreement)")
            ),
            (say("Numero", "Nummer", "Number"), ConsoleText("\(round.number)")),
            (say("Laji", "Slag", "Kind"), ConsoleText(Self.kind(round, say))),
            (say("Vaihe", "Fas", "Phase"), ConsoleText(Self.phase(round, say))),
            (say("Avattu", "Öppnad", "Opened"), ConsoleText(say.time(round.opened))),
            (say("Päättyy viimeistään", "Slutar senast", "Ends at the latest"), ConsoleText(say.time(round.deadline))),
        ]
        if !round.waitingFor.isEmpty {
            facts.append(
                (say("Odottaa", "Väntar på", "Waits for"), ConsoleText(round.waitingFor.joined(separator: ", "))))
        }
        var blocks: [ConsoleBlock] = ended(round, say) + [.facts(facts)]
        if round.purpose == RoundPurpose.withdrawals.rawValue {
            blocks.append(
                .paragraph(
                    ConsoleText(
                        say(
                            "Viranomaiset kertovat tutkimusympäristölle, ketkä poistuvat tutkimuksesta. Mitään ei "
                                + "yhdistetä eikä luovuteta. Luettelot täytetään, joten kukaan muu ei näe, poistuuko "
                                + "joku.",
                            "Myndigheterna berättar för forskningsmiljön vilka som lämnar studien. Inget kopplas "
                                + "och inget lämnas ut. Listorna fylls ut, så ingen annan ser om någon lämnar den.",
                            "Authorities tell the research environment who withdraws from the study. Nothing is linked "
                                + "and nothing is released. Lists are padded, so nobody else sees whether anybody "
                                + "withdraws."))))
        }
        for refusal in round.refusals {
            blocks.append(
                .notice(.alarm, ConsoleText(say("Kieltäytyi: ", "Vägrade: ", "Refused: ") + refusal)))
        }
        for complaint in round.complaints { blocks.append(.notice(.alarm, .english(complaint))) }
        blocks += [
            .heading(say("Eteneminen", "Framskridande", "Progress")),
            tally(say("Rekisterit ilmoitettu", "Register anmälda", "Registers declared"), round.declared, say),
        ]
        for register in round.registers {
            var words = say.of(register.stagesDone, register.stagesTotal)
            if let items = register.items {
                words +=
                    "; \(items) "
                    + say("tietuetta, täyte mukaan lukien", "poster, utfyllnad medräknad", "items, dummies included")
            }
            if let node = register.stageNode { words += "; " + say("nyt: ", "nu: ", "now: ") + node }
            blocks.append(
                .bar(
                    label: "\(register.register) (\(register.owner))", done: register.stagesDone,
                    total: register.stagesTotal, text: words))
        }
        if let verification = round.verification {
            blocks += [
                tally(say("Todistettu", "Bevisat", "Proved"), verification.proved, say),
                tally(say("Tarkistettu", "Kontrollerat", "Checked"), verification.checked, say),
            ]
        }
        if round.released.total > 0 {
            blocks.append(tally(say("Luovuttaneet", "Har lämnat ut", "Have released"), round.released, say))
        }
        blocks.append(tally(say("Avaimet hävitetty", "Nycklar förstörda", "Keys erased"), round.erased, say))
        return blocks
    }

    private func tally(_ label: String, _ tally: RoundStatus.Tally, _ say: Say) -> ConsoleBlock {
        .bar(label: label, done: tally.done, total: tally.total, text: say.of(tally.done, tally.total))
    }

    private func ended(_ round: RoundStatus, _ say: Say) -> [ConsoleBlock] {
        guard let ended = round.ended else { return [] }
        if ended.outcome == "closed" {
            return [.notice(.good, ConsoleText(say("Kierros on valmis.", "Omgången är klar.", "The round is done.")))]
        }
        let who = ended.participants.isEmpty ? "" : " (\(ended.participants.joined(separator: ", ")))"
        let why = (ended.code.map { ": \($0)" } ?? "") + who + (ended.reason.map { ": \($0)" } ?? "")
        return [
            .notice(
                .alarm,
                ConsoleText(say("Kierros keskeytettiin", "Omgången avbröts", "The round was aborted") + why))
        ]
    }
}

extension Say {
    /// `3 of 5`.
    func of(_ done: Int, _ total: Int) -> String {
        self("\(done) / \(total)", "\(done) av \(total)", "\(done) of \(total)")
    }
}
