public import Agreement
internal import Daemon
internal import Files
internal import Foundation
internal import PSIProtocol

/// The first page: who this is, and what needs somebody's attention.
struct OverviewSection: ConsoleSection {
    let path = ""
    let home: Home
    let standing: @Sendable () async throws -> ConsoleStanding
    var clock = MachineClock.system

    func title(_ say: Say) -> String { say("Yleiskuva", "Översikt", "Overview") }

    func show(_ request: ConsoleRequest) async throws -> ConsoleReply {
        let say = request.say
        switch request.path {
        case []:
            let facts: [(term: String, text: ConsoleText)] = [
                (say("Osapuoli", "Part", "Participant"), ConsoleText(home.keys.participant.name)),
                (say("Tunnus", "Beteckning", "Identifier"), ConsoleText(home.keys.id)),
                (say("Rooli", "Roll", "Role"), ConsoleText(say.role(home.keys.role))),
                (
                    say("Varmenne voimassa", "Certifikatet gäller till", "Certificate valid until"),
                    ConsoleText(say.time(Int(home.keyRing.certificateNotAfter.timeIntervalSince1970)))
                ),
                (say("Hakemisto", "Katalog", "Directory"), ConsoleText(home.directory.path)),
            ]
            return .page(
                ConsolePage(
                    title(say),
                    [await live(say), .heading(say("Tämä osapuoli", "Denna part", "This participant")), .facts(facts)]))
        default: return .notFound
        }
    }

    private func live(_ say: Say) async -> ConsoleBlock {
        .live(path: "/alarms/live", await AlarmsSection(self).blocks(say))
    }
}

extension Say {
    public func role(_ role: ParticipantRole) -> String {
        switch role {
        case .authority: self("viranomainen", "myndighet", "authority")
        case .mixer: self("sekoittaja", "blandare", "mixer")
        case .coordinator: self("koordinaattori", "koordinator", "coordinator")
        case .research: self("tutkimusympäristö", "forskningsmiljö", "research environment")
        }
    }
}

/// What needs attention, by the same rules as the alarm rules for Prometheus where the disk and the clock can tell.
struct AlarmsSection: ConsoleSection {
    /// As the rules have them.
    static let certificateDays = 30
    static let certificateLastDays = 7
    static let diskByteCount = 5 << 30
    static let oldRoundSeconds = 86_400

    let path = "alarms"
    let home: Home
    let standing: @Sendable () async throws -> ConsoleStanding
    let clock: MachineClock

    init(_ overview: OverviewSection) {
        home = overview.home
        standing = overview.standing
        clock = overview.clock
    }

    func title(_ say: Say) -> String { say("Hälytykset", "Larm", "Alarms") }

    func show(_ request: ConsoleRequest) async throws -> ConsoleReply {
        let blocks = await blocks(request.say)
        switch request.path {
        case []: return .page(ConsolePage(title(request.say), [.live(path: "/alarms/live", blocks)]))
        case ["live"]: return .blocks(blocks)
        default: return .notFound
        }
    }

    func blocks(_ say: Say) async -> [ConsoleBlock] {
        var blocks = certificate(say) + disk(say) + approvals(say)
        do {
            let standing = try await standing()
            blocks =
                [
                    standing.isRunning
                        ? .notice(
                            .good,
                            ConsoleText(say("Palvelu on käynnissä.", "Tjänsten är igång.", "The service is running.")))
                        : .notice(
                            .alarm,
                            ConsoleText(
                                say(
                                    "Palvelu ei ole käynnissä: osapuoli ei osallistu kierroksiin. Käynnistä se.",
                                    "Tjänsten är inte igång: parten deltar inte i omgångar. Starta den.",
                                    "The service is not running: this participant takes part in no round. Start it.")))
                ] + standing.notes.map { .notice(.note, .english($0)) } + blocks + rounds(standing.rounds, say)
        } catch {
            blocks.append(.notice(.alarm, .english(ErrorReport(error).sentence)))
        }
        return blocks
    }

    private func certificate(_ say: Say) -> [ConsoleBlock] {
        let left = Int((home.keyRing.certificateNotAfter.timeIntervalSince(clock.now()) / 86_400).rounded(.down))
        guard left < Self.certificateDays else { return [] }
        if left < 0 {
            return [
                .notice(
                    .alarm,
                    ConsoleText(
                        say(
                            "Varmenne on vanhentunut.", "Certifikatet har gått ut.", "The certificate has expired.")))
            ]
        }
        return [
            .notice(
                left < Self.certificateLastDays ? .alarm : .note,
                ConsoleText(
                    say(
                        "Varmenne vanhenee \(left) päivän kuluttua.", "Certifikatet går ut om \(left) dagar.",
                        "The certificate ends in \(left) days.")))
        ]
    }

    private func disk(_ say: Say) -> [ConsoleBlock] {
        guard let free = try? FreeSpace(at: home.directory.path).byteCount, free < Self.diskByteCount else { return [] }
        return [
            .notice(
                .alarm,
                ConsoleText(
                    say(
                        "Levyllä on tilaa \(free >> 20) MiB.", "Disken har \(free >> 20) MiB kvar.",
                        "The disk has \(free >> 20) MiB left.")))
        ]
    }

    /// Also tells of a log that was changed.
    private func approvals(_ say: Say) -> [ConsoleBlock] {
        do {
            let desk = try ApprovalDesk(home: home)
            let open = try desk.items().count { $0.outcome == .open }
            let rounds = try desk.unproposedRounds().count
            var blocks: [ConsoleBlock] = []
            if open > 0 {
                blocks.append(
                    .notice(
                        .note,
                        ConsoleText(
                            say(
                                "Hyväksyntää odottaa \(open) ehdotusta.", "\(open) förslag väntar på godkännande.",
                                "Proposals that wait for approval: \(open)."), link: "/approvals")))
            }
            if rounds > 0 {
                blocks.append(
                    .notice(
                        .alarm,
                        ConsoleText(
                            say(
                                "Kierroksia, joita kukaan ei ole ehdottanut: \(rounds).",
                                "Omgångar som ingen har föreslagit: \(rounds).",
                                "Rounds that nobody has proposed yet: \(rounds)."), link: "/approvals")))
            }
            return blocks
        } catch {
            return [.notice(.alarm, .english(ErrorReport(error).sentence))]
        }
    }

    private func rounds(_ rounds: [RoundStatus], _ say: Say) -> [ConsoleBlock] {
        let now = Int(clamping: clock.unixSeconds())
        return rounds.flatMap { round -> [ConsoleBlock] in
            let name = "\(round.study) \(round.round.prefix(12)): "
            let link = "/rounds/\(round.round)"
            var blocks: [ConsoleBlock] = []
            if round.ended == nil {
                let waits =
                    round.waitingFor.isEmpty
                    ? ""
                    : "; " + say("odottaa: ", "väntar på: ", "waits for ") + round.waitingFor.joined(separator: ", ")
                let isOld = now - round.opened > Self.oldRoundSeconds
                blocks.append(
                    .notice(
                        isOld ? .alarm : .note,
                        ConsoleText(name + RoundsSection.phase(round, say) + waits, link: link)))
            }
            if let ended = round.ended, ended.outcome == "aborted", now - round.opened < 7 * 86_400 {
                blocks.append(
                    .notice(
                        .alarm,
                        ConsoleText(
                            name + say("keskeytetty", "avbruten", "aborted") + (ended.code.map { " (\($0))" } ?? ""),
                            link: link)))
            }
            if !round.complaints.isEmpty {
                blocks.append(
                    .notice(
                        .alarm,
                        ConsoleText(
                            name + say("joku syyttää toista", "någon anklagar en annan", "somebody accuses another"),
                            link: link)))
            }
            return blocks
        }
    }
}
