internal import Agreement
internal import Daemon
internal import Foundation
internal import Member
internal import WebConsole

/// A node in the browser.
struct NodeConsole: ConsoleProgram {
    static let name = NodeProgram.name
    static let roles: Set<ParticipantRole> = [.authority, .mixer]

    let home: Home

    func standing() async throws -> ConsoleStanding {
        let status = try home.status().flatMap { try? JSONDecoder().decode(NodeStatus.self, from: Data($0)) }
        let isRunning = try home.isInUse()
        var carried: [String] = []
        // A configuration that cannot be read is told by `serve`.
        if let way = try? NodeConfiguration(home: home).coordinator {
            carried = try CourierStatus(home: home, coordinator: way, isRunning: isRunning)?.lines() ?? []
        }
        return ConsoleStanding(isRunning: isRunning, rounds: (status?.rounds ?? []).reversed(), notes: carried)
    }

    func sections(signer: ApprovalSigner?) throws -> [any ConsoleSection] {
        let home = home
        return [
            CheckSection(home: home),
            ApprovalsSection(
                home: home, signer: signer, configuration: { try NodeDocuments.configuration(home) },
                dataset: { _ in nil }),
            EvidenceSection(home: home) { try NodeEvidence.boardDays(of: home) },
        ]
    }
}

/// What `check` says of the own registers. The rows themselves are not shown in a browser.
struct CheckSection: ConsoleSection {
    let path = "check"
    let home: Home
    private let task = ConsoleTask()

    init(home: Home) { self.home = home }

    func title(_ say: Say) -> String { say("Rekisterit", "Register", "Registers") }

    func show(_ request: ConsoleRequest) async throws -> ConsoleReply {
        let say = request.say
        switch request.path {
        case []:
            return .page(
                ConsolePage(
                    title(say),
                    [
                        .paragraph(
                            ConsoleText(
                                say(
                                    "Koeajo lukee asetukset, käytännön, sopimukset ja rekisterit. Mitään ei lähetetä.",
                                    "En provkörning läser inställningarna, policyn, avtalen och registren. "
                                        + "Inget skickas.",
                                    "A dry run reads the configuration, the policy, the agreements and the registers. "
                                        + "Nothing is sent."))),
                        .form(
                            ConsoleForm(
                                "/check/start",
                                submit: say("Aloita koeajo", "Starta provkörningen", "Begin the dry run"))),
                        .live(path: "/check/live", task.blocks(say)),
                    ]))
        case ["live"]: return .blocks(task.blocks(say))
        default: return .notFound
        }
    }

    func act(_ request: ConsoleRequest) async throws -> ConsoleReply {
        guard request.path == ["start"] else { return .notFound }
        let (say, home) = (request.say, home)
        let isStarted = task.start { out in
            try home.keyRing.checkCertificates()
            let configuration = try NodeConfiguration(home: home)
            try home.approvals().note("registers checked in the console", ["register": "all"])
            let problems = try await NodeCheck(
                home: home, configuration: configuration, scheme: .finland, out: out
            ).run(home.agreements().all().map { ($0.id, $0.agreement) }).filter { $0 != .superseded }
            if !problems.isEmpty { throw CheckFailed(count: problems.count) }
            return ConsoleText(
                say(
                    "Valmis: solmu ei kieltäytyisi kierroksesta.", "Klar: noden skulle inte vägra en omgång.",
                    "Done: this node would refuse no round."))
        }
        return .redirect(
            "/check",
            ConsoleText(
                isStarted
                    ? say("Koeajo alkoi.", "Provkörningen började.", "The dry run has begun.")
                    : say("Koeajo on jo käynnissä.", "Provkörningen pågår redan.", "A dry run is under way already.")))
    }
}
