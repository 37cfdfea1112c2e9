internal import Agreement
internal import Daemon
internal import Files
internal import Member
internal import WebConsole

/// The research environment in the browser.
struct ResearchConsole: ConsoleProgram {
    static let name = ResearchProgram.name
    static let roles: Set<ParticipantRole> = [.research]

    let home: Home

    func standing() async throws -> ConsoleStanding {
        let rounds = (ResearchStatus.read(home)?.rounds ?? []).compactMap(\.standing)
        let isRunning = try home.isInUse()
        var carried: [String] = []
        if let way = try? ResearchConfiguration(home: home).coordinator {
            carried = try CourierStatus(home: home, coordinator: way, isRunning: isRunning)?.lines() ?? []
        }
        return ConsoleStanding(isRunning: isRunning, rounds: rounds.reversed(), notes: carried)
    }

    func sections(signer: ApprovalSigner?) throws -> [any ConsoleSection] {
        let home = home
        return [
            DatasetsSection(home: home, signs: signer != nil),
            ApprovalsSection(
                home: home, signer: signer, configuration: { try ResearchDocuments.configuration(home) },
                dataset: { try ResearchDocuments.dataset($0, home) }),
            EvidenceSection(home: home) { try ResearchEvidence.boardDays(of: home) },
        ]
    }
}

/// Datasets: one prepares, another approves, and what was approved is handed over.
struct DatasetsSection: ConsoleSection {
    private static let reportLimit = 64 << 20

    let path = "datasets"
    let home: Home
    /// Whether proposals can be signed here.
    let signs: Bool
    private let task = ConsoleTask()

    init(home: Home, signs: Bool) {
        self.home = home
        self.signs = signs
    }

    func title(_ say: Say) -> String { say("Aineistot", "Material", "Datasets") }

    func show(_ request: ConsoleRequest) async throws -> ConsoleReply {
        let say = request.say
        switch request.path.count {
        case 0: return .page(try list(say))
        case 1 where request.path == ["live"]: return .blocks(task.blocks(say))
        case 1: return .page(try page(PreparedDatasets(home: home).find(request.path[0]), say))
        case 2 where request.path[1] == "report":
            let entry = try PreparedDatasets(home: home).find(request.path[0])
            return .document(try PublicFile.read(entry.directory + "/report.html", maxByteCount: Self.reportLimit))
        default: return .notFound
        }
    }

    private func list(_ say: Say) throws -> ConsolePage {
        var blocks: [ConsoleBlock] = []
        let prepared = try PreparedDatasets(home: home).all()
        let approvals = try home.approvals()
        if !prepared.isEmpty {
            let rows = try prepared.map { entry in
                let standing = try approvals.standing(of: ApprovalSubject(.dataset, entry.document()))
                return [ConsoleText(entry.name, link: "/datasets/\(entry.name)"), Self.words(standing, say)]
            }
            blocks.append(
                .table(
                    caption: say("Valmistellut", "Förberedda", "Prepared"),
                    head: [say("Aineisto", "Material", "Dataset"), say("Tila", "Läge", "State")], rows: rows))
        }
        let ready = try StatusCommand.rounds(home, ResearchStatus.read(home)).filter(\.canWriteDataset)
        blocks.append(.heading(say("Valmistele", "Förbered", "Prepare")))
        if ready.isEmpty {
            blocks.append(
                .paragraph(
                    ConsoleText(
                        say(
                            "Minkään kierroksen aineistoa ei voi vielä valmistella.",
                            "Ännu kan ingen omgångs material förberedas.",
                            "There is no round whose dataset can be prepared."))))
        } else {
            blocks.append(
                .form(
                    ConsoleForm(
                        "/datasets/prepare",
                        submit: say("Valmistele aineisto", "Förbered materialet", "Prepare the dataset"),
                        fields: [
                            ConsoleForm.Field(
                                "round", say("Kierros", "Omgång", "Round"),
                                .choice(ready.map { ($0.round, "\($0.study ?? "") \($0.round.prefix(12))") })),
                            ConsoleForm.Field(
                                "damaged", say("Vaurioituneet rivit", "Skadade rader", "Damaged rows"),
                                .choice([
                                    ("stop", say("Älä kirjoita aineistoa", "Skriv inget material", "Write no dataset")),
                                    (
                                        "leave",
                                        say(
                                            "Jätä henkilö kokonaan pois", "Lämna personen helt utanför",
                                            "Leave the person out whole")
                                    ),
                                ])),
                        ])))
        }
        return ConsolePage(title(say), blocks + [.live(path: "/datasets/live", task.blocks(say))])
    }

    private static func words(_ standing: ApprovalBook.Standing, _ say: Say) -> ConsoleText {
        switch standing {
        case .notNeeded: ConsoleText(say("voidaan luovuttaa", "kan lämnas ut", "can be handed over"))
        case .approved:
            ConsoleText(say("hyväksytty: voidaan luovuttaa", "godkänt: kan lämnas ut", "approved: can be handed over"))
        case .open(let id, let missing):
            ConsoleText(
                say(
                    "odottaa hyväksyntää, puuttuu \(missing)", "väntar på godkännande, \(missing) saknas",
                    "waits for approval, \(missing) missing"), link: "/approvals/\(id)")
        case .refused(let id, _): ConsoleText(say("hylätty", "avslaget", "refused"), link: "/approvals/\(id)")
        case .missing: ConsoleText(say("ei vielä ehdotettu", "ännu inte föreslaget", "not yet proposed"))
        }
    }

    private func page(_ entry: PreparedDatasets.Entry, _ say: Say) throws -> ConsolePage {
        let files = try entry.dataset.files()
        let standing = try home.approvals().standing(of: ApprovalSubject(.dataset, entry.document(files)))
        var blocks: [ConsoleBlock] = [
            .paragraph(Self.words(standing, say)),
            .paragraph(
                ConsoleText(
                    say("Lue raportti", "Läs rapporten", "Read the report"), link: "/datasets/\(entry.name)/report")),
            .table(
                caption: say("Tiedostot", "Filer", "Files"),
                head: [say("Tiedosto", "Fil", "File"), say("Tavua", "Byte", "Bytes")],
                rows: files.map { [ConsoleText($0.name), ConsoleText("\($0.byteCount)")] }),
        ]
        switch standing {
        case .notNeeded, .approved:
            blocks.append(
                .form(
                    ConsoleForm(
                        "/datasets/\(entry.name)/release", submit: say("Luovuta", "Lämna ut", "Hand over"),
                        fields: [
                            ConsoleForm.Field(
                                "folder", say("Tehtävä hakemisto", "Katalog som skapas", "The directory to make"),
                                hint: say(
                                    "Koko polku tällä koneella; ylempi hakemisto on jo olemassa.",
                                    "Hela sökvägen på den här datorn; katalogen ovanför finns redan.",
                                    "Its whole path on this machine; the directory above it exists."))
                        ])))
        case .missing, .refused:
            if signs {
                blocks.append(
                    .form(
                        ApprovalForms.propose(
                            "dataset", what: entry.name, expecting: "",
                            submit: say(
                                "Ehdota luovutettavaksi", "Föreslå för utlämnande", "Propose that it is handed over"),
                            say)))
            }
        case .open: break
        }
        blocks.append(
            .form(
                ConsoleForm(
                    "/datasets/\(entry.name)/discard", submit: say("Poista", "Ta bort", "Remove"),
                    fields: [
                        ConsoleForm.Field(
                            "sure",
                            say(
                                "Valmisteltu aineisto poistetaan; sen voi valmistella uudelleen.",
                                "Det förberedda materialet tas bort; det kan förberedas på nytt.",
                                "The prepared dataset is removed; it can be prepared again."), .confirmation)
                    ], isGrave: true)))
        return ConsolePage(say("Aineisto ", "Material ", "Dataset ") + entry.name, blocks)
    }

    func act(_ request: ConsoleRequest) async throws -> ConsoleReply {
        let (say, home) = (request.say, home)
        switch request.path {
        case ["prepare"]:
            let (round, leave) = (request.field("round"), request.field("damaged") == "leave")
            let isStarted = task.start { out in
                let writing = DatasetWriting(
                    home: home, rounds: .one(round), withoutDamaged: leave, out: out)
                let name = try await writing.run(.prepared) ?? ""
                return ConsoleText(say("Valmis: ", "Klart: ", "Done: ") + name, link: "/datasets/\(name)")
            }
            return .redirect(
                "/datasets",
                ConsoleText(
                    isStarted
                        ? say("Valmistelu alkoi.", "Förberedelsen började.", "Preparing has begun.")
                        : say(
                            "Aineistoa valmistellaan jo.", "Ett material förbereds redan.",
                            "A dataset is being prepared already.")))
        case let path where path.count == 2 && path[1] == "release":
            let folder = try ConsolePath.checked(request.field("folder"), say)
            let written = try PreparedDatasets(home: home).release(
                path[0], to: folder, replace: false, by: home.approvals())
            return .redirect(
                "/datasets/\(path[0])", ConsoleText(say("Luovutettu: ", "Utlämnat: ", "Handed over: ") + written))
        case let path where path.count == 2 && path[1] == "discard":
            guard request.field("sure") == "yes" else { throw ConsoleMistake(say.tick) }
            try PreparedDatasets(home: home).discard(path[0], noting: home.approvals())
            return .redirect("/datasets", ConsoleText(say("Poistettu.", "Borttaget.", "Removed.")))
        default: return .notFound
        }
    }
}
