internal import ArgumentParser
internal import Daemon
internal import Files
internal import Foundation
internal import Member
internal import Values

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show whether `serve` is running, how its rounds stand, and of which a dataset can be written.")

    @OptionGroup var home: HomeOption
    @Flag(help: "Print JSON.") var json = false

    /// What is printed of a round.
    struct Line: Encodable {
        var round: String
        var study: String?
        var number: Int?
        /// Nil when the daemon's status file no longer has the round.
        var phase: String?
        var waitingFor: [String]
        var deadline: String?
        var abort: String?
        /// Whether everything that was released is here.
        var isReceived: Bool
        /// Of a closed round, who has yet to sign that it is and that the round's keys are erased.
        var unsigned: [String]
        /// Whether `dataset` can be run.
        var canWriteDataset: Bool
        /// Why what was received can't be used, if it can't.
        var damage: String?
    }

    private struct Document: Encodable {
        var research: String
        var isRunning: Bool
        var updated: String?
        var rounds: [Line]
    }

    func run() throws {
        let home = try Home(at: home.directory, roles: [.research])
        let status = ResearchStatus.read(home)
        let rounds = try Self.rounds(home, status)
        let isRunning = try home.isInUse()
        let out = Console.standardOutput
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            let document = Document(
                research: home.keys.id, isRunning: isRunning, updated: status?.updated, rounds: rounds)
            out.line(String(decoding: try encoder.encode(document), as: UTF8.self))
            return
        }
        out.line("research    \(home.keys.id), \(isRunning ? "running" : "not running")")
        out.line("certificate valid until \(MachineClock.timestamp(home.keyRing.certificateNotAfter))")
        for line in try home.agreementLines() { out.line(line) }
        if isRunning, let resident = status?.residentMebibytes, let peak = status?.peakMebibytes {
            out.line("memory      \(resident) MiB resident, \(peak) MiB at most")
        }
        // A configuration that cannot be read is told by `serve`.
        if let way = try? ResearchConfiguration(home: home).coordinator,
            let courier = try CourierStatus(home: home, coordinator: way, isRunning: isRunning)
        {
            for line in try courier.lines() { out.line("courier     \(line)") }
        }
        for round in rounds { out.line("round       \(Self.text(round))") }
    }

    private static func text(_ round: Line) -> String {
        var text = String(round.round.prefix(12))
        if let study = round.study { text += " of \(study)" }
        if let number = round.number { text += ", number \(number)" }
        text += ": \(round.phase ?? "phase unknown")"
        if let abort = round.abort { text += " (\(abort))" }
        if let damage = round.damage { return text + "; what was received can't be used: \(damage)" }
        if !round.waitingFor.isEmpty { text += ", waiting for \(round.waitingFor.joined(separator: ", "))" }
        if round.canWriteDataset { return text + ", received; its dataset can be written" }
        if !round.unsigned.isEmpty { text += ", to be signed by \(round.unsigned.joined(separator: ", "))" }
        return text + (round.isReceived ? ", received" : "")
    }

    /// Those the daemon told of, then those only the disk knows.
    static func rounds(_ home: Home, _ status: ResearchStatus?) throws -> [Line] {
        let folders = try RoundFolders(home: home)
        var onDisk = Set(try folders.all().map(\.description))
        var lines: [Line] = []
        for round in status?.rounds ?? [] {
            let (received, damage) =
                onDisk.remove(round.round) == nil ? (nil, nil) : try Self.received(round.round, folders)
            lines.append(
                Line(
                    round: round.round, study: round.study, number: round.number, phase: round.phase,
                    waitingFor: round.waitingFor, deadline: round.deadline, abort: round.abort,
                    isReceived: received != nil, unsigned: Self.unsigned(received),
                    canWriteDataset: received?.isSettled ?? false, damage: damage))
        }
        for round in onDisk.sorted() {
            let (received, damage) = try Self.received(round, folders)
            lines.append(
                Line(
                    round: round, study: nil, number: received?.report.roundNumber, phase: nil, waitingFor: [],
                    deadline: nil, abort: nil, isReceived: received != nil, unsigned: Self.unsigned(received),
                    canWriteDataset: received?.isSettled ?? false, damage: damage))
        }
        return lines
    }

    private static func unsigned(_ received: ReceivedRound?) -> [ParticipantID] {
        received.flatMap { $0.isClosed ? $0.unsigned : nil } ?? []
    }

    /// What is on the disk of a round; where that can't be used, the sentence that says why.
    private static func received(_ round: String, _ folders: RoundFolders) throws -> (ReceivedRound?, damage: String?) {
        do {
            return (try RoundID(hex: round).flatMap { try folders.existing($0) }?.received(), nil)
        } catch let error where RoundFolder.isDamage(error) {
            return (nil, ErrorReport(error).sentence)
        }
    }

}
