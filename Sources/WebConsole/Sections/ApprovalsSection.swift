internal import Agreement
public import Daemon
internal import Foundation
internal import Values

/// Proposals: what others have proposed, and one's own answer.
public struct ApprovalsSection: ConsoleSection {
    public let path = "approvals"
    private let home: Home
    private let signer: ApprovalSigner?
    private let configuration: @Sendable () throws -> [UInt8]
    private let dataset: @Sendable (String) throws -> [UInt8]?

    /// - Parameters:
    ///   - signer: whose key signs here; nil where answers are signed elsewhere.
    ///   - configuration: what the daemon runs by.
    ///   - dataset: a prepared dataset's list of files, by its name; nil where the program has no datasets.
    public init(
        home: Home, signer: ApprovalSigner?, configuration: @escaping @Sendable () throws -> [UInt8],
        dataset: @escaping @Sendable (String) throws -> [UInt8]?
    ) {
        self.home = home
        self.signer = signer
        self.configuration = configuration
        self.dataset = dataset
    }

    public func title(_ say: Say) -> String { say("Hyväksynnät", "Godkännanden", "Approvals") }

    public func show(_ request: ConsoleRequest) async throws -> ConsoleReply {
        let desk = try ApprovalDesk(home: home)
        guard let id = request.path.first else { return .page(try list(desk, request.say)) }
        let item = try desk.item(id)
        switch Array(request.path.dropFirst()) {
        case []: return .page(try page(item, desk, request.say))
        case ["request"]: return .file(name: "\(item.id.prefix(12)).request", try desk.request(of: item.id))
        default: return .notFound
        }
    }

    // MARK: Pages

    private func list(_ desk: ApprovalDesk, _ say: Say) throws -> ConsolePage {
        var blocks: [ConsoleBlock] = []
        let people = try desk.people()
        if let people {
            blocks += [
                .paragraph(
                    ConsoleText(
                        say(
                            "Ehdotuksen hyväksyy \(people.needed) muuta henkilöä.",
                            "Ett förslag godkänns av \(people.needed) andra personer.",
                            "\(people.needed) other people must approve what one proposes.")
                            + (people.eachRound
                                ? say(
                                    " Myös jokainen kierros hyväksytään.", " Också varje omgång godkänns.",
                                    " Each round needs approval, too.") : ""))),
                .list(people.people.map { ConsoleText("\($0.name) (\($0.id))") }),
            ]
        } else {
            blocks.append(
                .paragraph(
                    ConsoleText(
                        say(
                            "Hyväksyjiä ei ole: kukaan toinen ei hyväksy sitä, mitä täällä tehdään.",
                            "Det finns inga godkännare: ingen annan godkänner det som görs här.",
                            "There are no approvers: nobody else approves what is done here."))))
        }
        let items = try desk.items().reversed().map { item in
            [
                ConsoleText(String(item.id.prefix(12)), link: "/approvals/\(item.id)"),
                ConsoleText(Self.words(item.kind, say)), ConsoleText(item.proposer),
                ConsoleText(item.approvals.joined(separator: ", ")), ConsoleText(Self.outcome(item, say)),
            ]
        }
        if !items.isEmpty {
            blocks.append(
                .table(
                    caption: say(
                        "Ehdotukset, uusin ensin", "Förslag, det senaste först", "Proposals, the latest first"),
                    head: [
                        say("Ehdotus", "Förslag", "Proposal"), say("Mistä", "Om vad", "About"),
                        say("Ehdottaja", "Föreslaget av", "Proposed by"),
                        say("Hyväksyneet", "Godkänt av", "Approved by"),
                        say("Tila", "Läge", "State"),
                    ], rows: items))
        }
        return ConsolePage(
            title(say), blocks + (try proposals(desk, people, say)) + (items.isEmpty ? [] : [answerForm(say)]))
    }

    /// What may be proposed here.
    private func proposals(_ desk: ApprovalDesk, _ people: ApprovalDesk.People?, _ say: Say) throws -> [ConsoleBlock] {
        guard signer != nil else {
            return [.paragraph(ConsoleText(Self.noSigner(say)))]
        }
        var blocks: [ConsoleBlock] = [.heading(say("Ehdota", "Föreslå", "Propose"))]
        if people != nil {
            for round in try desk.unproposedRounds() {
                blocks.append(
                    .form(
                        ApprovalForms.propose(
                            "round", what: round, expecting: "",
                            submit: say("Ehdota kierrosta ", "Föreslå omgången ", "Propose round ") + round.prefix(12),
                            say)
                    ))
            }
            let subject = try ApprovalSubject(.configuration, configuration())
            if try desk.standing(of: subject) == .missing {
                blocks.append(
                    .form(
                        ApprovalForms.propose(
                            "configuration", what: "", expecting: "",
                            submit: say(
                                "Ehdota nykyisiä asetuksia", "Föreslå nuvarande inställningar",
                                "Propose the configuration as it is now"), say)))
            }
        }
        blocks.append(
            .form(
                ConsoleForm(
                    "/approvals/propose",
                    submit: say("Ehdota hyväksyjiä", "Föreslå godkännare", "Propose these approvers"),
                    fields: [
                        ConsoleForm.Field(
                            "what", say("Hyväksyjien tiedosto", "Godkännarnas fil", "The file of approvers"),
                            hint: say(
                                "Komento “approval draft” tekee sen.", "Kommandot “approval draft” gör den.",
                                "“approval draft” makes it.")), ApprovalForms.note(say),
                    ], hidden: [("kind", "approvers")])))
        return blocks
    }

    private func answerForm(_ say: Say) -> ConsoleBlock {
        .form(
            ConsoleForm(
                "/approvals/add", submit: say("Lisää vastaus", "Lägg till svaret", "Add the answer"),
                fields: [
                    ConsoleForm.Field(
                        "answer",
                        say(
                            "Muualla allekirjoitettu vastaus", "Ett svar undertecknat annorstädes",
                            "An answer signed elsewhere"),
                        .text,
                        hint: say(
                            "Komennon “approval sign” tekemän tiedoston sisältö.",
                            "Innehållet i filen som “approval sign” har gjort.",
                            "What stands in the file that “approval sign” made."))
                ]))
    }

    private func page(_ item: ApprovalDesk.Item, _ desk: ApprovalDesk, _ say: Say) throws -> ConsolePage {
        var facts: [(term: String, text: ConsoleText)] = [
            (say("Mistä", "Om vad", "About"), ConsoleText(Self.words(item.kind, say))),
            (say("Ehdottaja", "Föreslaget av", "Proposed by"), ConsoleText(item.proposer)),
            (say("Ehdotettu", "Föreslaget", "Proposed"), ConsoleText(say.time(item.proposedAt))),
            (say("Tila", "Läge", "State"), ConsoleText(Self.outcome(item, say))),
        ]
        if !item.note.isEmpty { facts.append((say("Huomautus", "Anmärkning", "Note"), ConsoleText(item.note))) }
        if !item.approvals.isEmpty {
            facts.append(
                (say("Hyväksyneet", "Godkänt av", "Approved by"), ConsoleText(item.approvals.joined(separator: ", "))))
        }
        if !item.newcomers.isEmpty {
            facts.append(
                (
                    say("Uusien vastaus puuttuu", "De nyas svar saknas", "Newcomers who have not answered"),
                    ConsoleText(item.newcomers.joined(separator: ", "))
                ))
        }
        let title = say("Ehdotus ", "Förslag ", "Proposal ") + item.id.prefix(12)
        var blocks = [ConsoleBlock.facts(facts), .heading(say("Sisältö", "Innehåll", "What it says"))]
        blocks += try content(item, desk, say)
        guard item.outcome == .open else { return ConsolePage(title, blocks) }
        blocks.append(.heading(say("Vastaa", "Svara", "Answer")))
        guard let signer else {
            blocks += [
                .paragraph(ConsoleText(Self.noSigner(say))),
                .paragraph(
                    ConsoleText(
                        say("Lataa pyyntö", "Ladda ner begäran", "Download the request"),
                        link: "/approvals/\(item.id)/request")), answerForm(say),
            ]
            return ConsolePage(title, blocks)
        }
        if signer.id != item.proposer {
            blocks.append(
                .form(
                    ConsoleForm(
                        "/approvals/\(item.id)/approve", submit: say("Hyväksy", "Godkänn", "Approve"),
                        fields: [
                            ApprovalForms.note(say),
                            ConsoleForm.Field(
                                "sure",
                                say(
                                    "Olen lukenut yllä olevan ja hyväksyn sen nimelläni \(signer.name).",
                                    "Jag har läst det ovanstående och godkänner det som \(signer.name).",
                                    "I have read what stands above and approve it as \(signer.name)."), .confirmation),
                        ])))
        }
        let isOwn = signer.id == item.proposer
        blocks.append(
            .form(
                ConsoleForm(
                    "/approvals/\(item.id)/refuse",
                    submit: isOwn
                        ? say("Peru ehdotus", "Dra tillbaka förslaget", "Withdraw the proposal")
                        : say("Kieltäydy", "Avslå", "Refuse"),
                    fields: [
                        ApprovalForms.note(say),
                        ConsoleForm.Field(
                            "sure",
                            say("Ehdotus päättyy tähän.", "Förslaget avslutas.", "This ends the proposal."),
                            .confirmation),
                    ], isGrave: true)))
        return ConsolePage(title, blocks)
    }

    private func content(_ item: ApprovalDesk.Item, _ desk: ApprovalDesk, _ say: Say) throws -> [ConsoleBlock] {
        guard item.kind == .agreement else { return [.lines(try desk.lines(of: item.id))] }
        let (document, before) = try desk.document(of: item.id)
        let agreement = try Agreement.parse(document)
        let former = try before.map { try Agreement.parse($0) }
        var blocks: [ConsoleBlock] = []
        if let former {
            blocks.append(
                .heading(say("Muutokset edelliseen", "Ändringar mot det förra", "Changes against the former one")))
            blocks += AgreementWords.changes(from: former, to: agreement, say)
        }
        return blocks + AgreementWords.blocks(agreement, AgreementID(ofFile: document), say)
    }

    // MARK: Acting

    public func act(_ request: ConsoleRequest) async throws -> ConsoleReply {
        let say = request.say
        let desk = try ApprovalDesk(home: home)
        switch request.path {
        case ["add"]:
            let lines = request.field("answer").replacing("\r\n", with: "\n")
            let item = try desk.add(Array(lines.utf8))
            return reply(item, say("Vastaus lisätty.", "Svaret lades till.", "The answer was added."))
        case ["propose"]: return try propose(request, desk)
        case let path where path.count == 2 && ["approve", "refuse"].contains(path[1]):
            guard let signer else { throw ConsoleMistake(Self.noSigner(say)) }
            guard request.field("sure") == "yes" else { throw ConsoleMistake(say.tick) }
            let note = try ApprovalForms.note(request)
            let answer = path[1] == "approve" ? ApprovalDesk.Answer.approve : .refuse
            let item = try desk.answer(path[0], answer, note: note, by: signer)
            return reply(
                item,
                answer == .approve
                    ? say("Hyväksyit ehdotuksen.", "Du godkände förslaget.", "You have approved it.")
                    : say("Ehdotus on päättynyt.", "Förslaget är avslutat.", "The proposal is over."))
        default: return .notFound
        }
    }

    private func reply(_ item: ApprovalDesk.Item, _ words: String) -> ConsoleReply {
        .redirect("/approvals/\(item.id)", ConsoleText(words))
    }

    private func propose(_ request: ConsoleRequest, _ desk: ApprovalDesk) throws -> ConsoleReply {
        let say = request.say
        guard let signer else { throw ConsoleMistake(Self.noSigner(say)) }
        let what = request.field("what")
        let document: [UInt8]
        guard let kind = ApprovalSubject.Kind(rawValue: request.field("kind")) else { return .notFound }
        switch kind {
        case .agreement:
            document = try desk.agreement(at: ConsolePath.checked(what, say))
            try ConsolePath.expect("\(AgreementID(ofFile: document))", request.field("expecting"), say)
        case .approvers: document = try desk.approvers(at: ConsolePath.checked(what, say))
        case .configuration: document = try configuration()
        case .round: document = try desk.round(what)
        case .dataset:
            guard let list = try dataset(what) else { return .notFound }
            document = list
        }
        let note = try ApprovalForms.note(request)
        let item = try desk.propose(kind, document, path: what, note: note, by: signer)
        return reply(
            item,
            say("Ehdotettu. Nyt muut vastaavat.", "Föreslaget. Nu svarar de andra.", "Proposed. Now others answer."))
    }

    // MARK: Words

    private static func noSigner(_ say: Say) -> String {
        say(
            "Konsolia ei avattu kenenkään avaimella, joten täällä ei allekirjoiteta. "
                + "Käynnistä se valitsimella --key, tai allekirjoita vastaus muualla komennolla “approval sign”.",
            "Konsolen öppnades utan någons nyckel, så inget undertecknas här. "
                + "Starta den med --key, eller underteckna svaret annorstädes med “approval sign”.",
            "The console was opened with nobody's key, so nothing is signed here. "
                + "Start it with --key, or sign the answer elsewhere with “approval sign”.")
    }

    static func words(_ kind: ApprovalSubject.Kind, _ say: Say) -> String {
        switch kind {
        case .agreement: say("sopimuksen allekirjoittaminen", "att underteckna ett avtal", "to sign an agreement")
        case .configuration: say("asetukset", "inställningar", "a configuration")
        case .approvers:
            say("ketkä hyväksyvät tästä lähtien", "vilka som godkänner hädanefter", "who approves from now on")
        case .round: say("kierrokseen osallistuminen", "att delta i en omgång", "to take part in a round")
        case .dataset: say("aineiston luovuttaminen", "att lämna ut ett material", "to hand a dataset over")
        }
    }

    static func outcome(_ item: ApprovalDesk.Item, _ say: Say) -> String {
        switch item.outcome {
        case .open:
            say("avoinna; puuttuu \(item.missing)", "öppet; \(item.missing) saknas", "open; \(item.missing) missing")
        case .approved: say("hyväksytty", "godkänt", "approved")
        case .refused(let by): say("hylännyt \(by)", "avslaget av \(by)", "refused by \(by)")
        case .void:
            say("rauennut: hyväksyjät vaihtuivat", "förfallet: godkännarna byttes", "void: the approvers have changed")
        }
    }
}

/// Forms that several pages have.
public enum ApprovalForms {
    static func note(_ say: Say) -> ConsoleForm.Field {
        ConsoleForm.Field(
            "note", say("Huomautus lokiin", "Anmärkning i loggen", "A remark for the log"),
            hint: say(
                "Vapaaehtoinen. Ei mitään rekisterien henkilöistä.", "Frivillig. Inget om personer i registren.",
                "Need not be given. Nothing about people of the registers."), required: false)
    }

    static func note(_ request: ConsoleRequest) throws -> String {
        let note = request.field("note")
        guard ApprovalDesk.isNote(note) else {
            throw ConsoleMistake(
                request.say(
                    "Huomautus on liian pitkä, tai siinä on rivinvaihto.",
                    "Anmärkningen är för lång eller har en radbrytning.",
                    "The remark is too long, or has a line break."))
        }
        return note
    }

    public static func propose(_ kind: String, what: String, expecting: String, submit: String, _ say: Say)
        -> ConsoleForm
    {
        ConsoleForm(
            "/approvals/propose", submit: submit, fields: [note(say)],
            hidden: [("kind", kind), ("what", what), ("expecting", expecting)])
    }
}
