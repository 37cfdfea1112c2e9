internal import Agreement
internal import Daemon
internal import Files
internal import PlainWords
internal import Values

/// Agreements in plain words: those signed here, and one that is to be signed.
struct AgreementsSection: ConsoleSection {
    let path = "agreements"
    let home: Home
    var clock = MachineClock.system

    func title(_ say: Say) -> String { say("Sopimukset", "Avtal", "Agreements") }

    func show(_ request: ConsoleRequest) async throws -> ConsoleReply {
        let say = request.say
        let all = try home.agreements().all()
        guard let name = request.path.first else { return .page(ConsolePage(title(say), try list(all, say))) }
        guard let id = AgreementID(hex: name), let found = all.first(where: { $0.id == id }) else { return .notFound }
        switch Array(request.path.dropFirst()) {
        case []:
            return .page(
                ConsolePage(
                    found.agreement.study.title,
                    Self.succession(try home.succession(of: found.id, found.agreement), all, say)
                        + others(of: found, all, say) + AgreementWords.blocks(found.agreement, id, say)))
        case let rest where rest.count == 2 && rest[0] == "changes":
            guard let other = AgreementID(hex: rest[1]).flatMap({ id in all.first { $0.id == id } }) else {
                return .notFound
            }
            return .page(
                ConsolePage(
                    say("Muutokset", "Ändringar", "Changes"),
                    AgreementWords.changes(from: other.agreement, to: found.agreement, say)))
        default: return .notFound
        }
    }

    private func list(_ all: [AgreementStore.Installed], _ say: Say) throws -> [ConsoleBlock] {
        let rows = try all.sorted { $0.agreement.validFrom > $1.agreement.validFrom }.map {
            installed -> [ConsoleText] in
            let isSuperseded = try home.succession(of: installed.id, installed.agreement) != nil
            return [
                ConsoleText(installed.agreement.study.title, link: "/agreements/\(installed.id)"),
                ConsoleText(installed.agreement.study.id),
                ConsoleText("\(installed.agreement.validFrom) – \(installed.agreement.validUntil)"),
                ConsoleText(
                    isSuperseded
                        ? say("korvattu", "ersatt", "superseded") : Self.validity(installed.agreement, clock, say)),
                ConsoleText(String("\(installed.id)".prefix(12))),
            ]
        }
        let table = ConsoleBlock.table(
            caption: say("Täällä allekirjoitetut", "Undertecknade här", "Signed here"),
            head: [
                say("Tutkimus", "Studie", "Study"), say("Tunnus", "Beteckning", "Identifier"),
                say("Voimassa", "Giltig", "Valid"), say("Tila", "Läge", "State"), say("Sopimus", "Avtal", "Agreement"),
            ], rows: rows)
        let none = ConsoleBlock.paragraph(
            ConsoleText(
                say(
                    "Yhtään sopimusta ei ole allekirjoitettu täällä.", "Inga avtal har undertecknats här.",
                    "No agreement has been signed here.")))
        return [rows.isEmpty ? none : table] + [
            .heading(say("Uusi sopimus", "Nytt avtal", "A new agreement")),
            .form(
                ConsoleForm(
                    "/agreements/read", submit: say("Lue", "Läs", "Read"),
                    fields: [
                        ConsoleForm.Field(
                            "file", say("Sopimustiedosto", "Avtalsfilen", "The agreement's file"),
                            hint: say(
                                "Koko polku tällä koneella.", "Hela sökvägen på den här datorn.",
                                "Its whole path on this machine."))
                    ])),
        ]
    }

    static func validity(_ agreement: Agreement, _ clock: MachineClock, _ say: Say) -> String {
        switch agreement.validity(on: clock.today()) {
        case .inForce: say("voimassa", "i kraft", "in force")
        case .notYet: say("ei vielä voimassa", "ännu inte i kraft", "not yet in force")
        case .expired: say("päättynyt", "har upphört", "over")
        }
    }

    /// That no round is taken any more under an agreement, if so.
    static func succession(
        _ obstacle: SuccessionObstacle?, _ all: [AgreementStore.Installed], _ say: Say
    ) -> [ConsoleBlock] {
        func name(_ id: AgreementID) -> String { String(id.description.prefix(12)) }
        func page(_ id: AgreementID) -> String? { all.contains { $0.id == id } ? "/agreements/\(id)" : nil }
        switch obstacle {
        case nil: return []
        case .superseded(let id?):
            let words = say(
                "Korvattu: tilalle on tullut sopimus \(name(id)), joka muuttaa tätä. Kierroksia ei enää ole tämän "
                    + "nojalla.",
                "Ersatt: avtalet \(name(id)), som ändrar detta, har trätt i dess ställe. "
                    + "Inga omgångar hålls längre enligt "
                    + "detta.",
                "Superseded: agreement \(name(id)), which amends it, has taken its place. No round is taken under it "
                    + "any more.")
            return [.notice(.note, ConsoleText(words, link: page(id)))]
        case .superseded(nil):
            let words = say(
                "Ehkä korvattu: osapuoli palautettiin varmuuskopiosta, ja sopimusta, joka muuttaa tätä, on ehkä jo "
                    + "käytetty.",
                "Kanske ersatt: parten återställdes från en säkerhetskopia, och ett avtal som ändrar detta kan redan "
                    + "ha använts.",
                "Perhaps superseded: this participant was restored from a backup, and rounds of an agreement that "
                    + "amends it may have been held.")
            return [.notice(.note, ConsoleText(words))]
        case .otherAmendment(_, let id):
            let words = say(
                "Korvattu: toinen sopimus, \(name(id)), on tullut sen tilalle, jota tämäkin muuttaa.",
                "Ersatt: ett annat avtal, \(name(id)), har trätt i stället för det som också detta ändrar.",
                "Superseded: another agreement, \(name(id)), has taken the place of the one that this amends, too.")
            return [.notice(.alarm, ConsoleText(words, link: page(id)))]
        }
    }

    /// Links to what changed against others of the same study.
    private func others(
        of installed: AgreementStore.Installed, _ all: [AgreementStore.Installed], _ say: Say
    ) -> [ConsoleBlock] {
        let others = all.filter { $0.id != installed.id && $0.agreement.study.id == installed.agreement.study.id }
        guard !others.isEmpty else { return [] }
        return [
            .list(
                others.map { other in
                    ConsoleText(
                        say("Muutokset sopimukseen ", "Ändringar mot avtalet ", "Changes against the agreement ")
                            + "\(other.id)".prefix(12)
                            + " (\(other.agreement.validFrom) – \(other.agreement.validUntil))",
                        link: "/agreements/\(installed.id)/changes/\(other.id)")
                })
        ]
    }

    // MARK: A new one

    func act(_ request: ConsoleRequest) async throws -> ConsoleReply {
        switch request.path {
        case ["read"]: return try read(request)
        case ["sign"]: return try sign(request)
        default: return .notFound
        }
    }

    /// Shows an agreement that is not signed yet, and what may be done with it.
    private func read(_ request: ConsoleRequest) throws -> ConsoleReply {
        let say = request.say
        let path = try ConsolePath.checked(request.field("file"), say)
        let bytes = try PublicFile.read(path, maxByteCount: AgreementLimits.byteLimit)
        let agreement = try Agreement.parse(bytes)
        try AgreementStore.check(agreement, path: path, keys: home.keyRing)
        let id = AgreementID(ofFile: bytes)
        let former = try ApprovalDesk(home: home).formerAgreement(bytes)
        var blocks: [ConsoleBlock] = []
        if let former {
            blocks.append(
                .heading(say("Muutokset edelliseen", "Ändringar mot det förra", "Changes against the former one")))
            blocks += AgreementWords.changes(from: former.agreement, to: agreement, say)
        }
        blocks += AgreementWords.blocks(agreement, id, say)
        if try home.agreements().load(id) != nil {
            blocks.append(
                .notice(
                    .good,
                    ConsoleText(say("Allekirjoitettu täällä.", "Undertecknat här.", "It is signed here."))))
        } else {
            blocks.append(try action(path, bytes, say))
        }
        return .page(ConsolePage(agreement.study.title, blocks))
    }

    private func action(_ path: String, _ bytes: [UInt8], _ say: Say) throws -> ConsoleBlock {
        let standing = try home.approvals().standing(of: ApprovalSubject(.agreement, bytes))
        switch standing {
        case .notNeeded, .approved:
            return .form(
                ConsoleForm(
                    "/agreements/sign", submit: say("Allekirjoita", "Underteckna", "Sign"),
                    fields: [
                        ConsoleForm.Field(
                            "sure",
                            say(
                                "Olen lukenut sopimuksen, ja \(home.keys.id) allekirjoittaa sen.",
                                "Jag har läst avtalet, och \(home.keys.id) undertecknar det.",
                                "I have read the agreement, and \(home.keys.id) signs it."), .confirmation)
                    ], hidden: [("file", path), ("agreement", "\(AgreementID(ofFile: bytes))")]))
        case .missing, .refused:
            return .form(
                ApprovalForms.propose(
                    "agreement", what: path, expecting: "\(AgreementID(ofFile: bytes))",
                    submit: say(
                        "Ehdota allekirjoitettavaksi", "Föreslå för undertecknande", "Propose that it is signed"), say))
        case .open(let id, _):
            return .paragraph(
                ConsoleText(
                    say("Sopimusta on ehdotettu.", "Avtalet har föreslagits.", "It has been proposed."),
                    link: "/approvals/\(id)"))
        }
    }

    private func sign(_ request: ConsoleRequest) throws -> ConsoleReply {
        let say = request.say
        guard request.field("sure") == "yes" else { throw ConsoleMistake(say.tick) }
        let path = try ConsolePath.checked(request.field("file"), say)
        let bytes = try PublicFile.read(path, maxByteCount: AgreementLimits.byteLimit)
        try ConsolePath.expect("\(AgreementID(ofFile: bytes))", request.field("agreement"), say)
        let (installed, output) = try AgreementSigning.sign(bytes, path: path, home: home)
        return .redirect(
            "/agreements/\(installed.id)",
            ConsoleText(
                say(
                    "Allekirjoitettu. Lähetä allekirjoitus muille: ",
                    "Undertecknat. Skicka undertecknandet till de andra: ",
                    "Signed. Send the signature to the others: ") + output))
    }
}

/// Paths of files on the console's machine, as people write them in forms.
public enum ConsolePath {
    /// - Throws: `ConsoleMistake` for what is no whole path.
    public static func checked(_ path: String, _ say: Say) throws -> String {
        guard path.hasPrefix("/"), path.utf8.count <= 4_096, !path.unicodeScalars.contains(where: { $0.value < 0x20 })
        else {
            throw ConsoleMistake(
                say(
                    "Kirjoita tiedoston koko polku; se alkaa merkillä /.",
                    "Skriv filens hela sökväg; den börjar med /.",
                    "Write the file's whole path; it begins with /."))
        }
        return path
    }

    /// That what a path leads to is still what was shown.
    public static func expect(_ found: String, _ shown: String, _ say: Say) throws {
        guard found == shown else {
            throw ConsoleMistake(
                say(
                    "Tiedosto on muuttunut sen jälkeen, kun luit sen. Lue se uudelleen.",
                    "Filen har ändrats efter att du läste den. Läs den igen.",
                    "The file has changed since you read it. Read it again."))
        }
    }
}

extension Say {
    public var tick: String {
        self(
            "Vahvista ensin rastittamalla ruutu.", "Bekräfta först genom att kryssa i rutan.",
            "Confirm first by ticking the box.")
    }
}
