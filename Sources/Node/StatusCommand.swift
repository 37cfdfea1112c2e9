internal import ArgumentParser
internal import Daemon
internal import Foundation
internal import Member

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show whether `serve` is running, and how its rounds stand.")

    @OptionGroup var home: HomeOption
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let home = try Home(at: home.directory, roles: [.authority, .mixer])
        let out = Console.standardOutput
        let isRunning = try home.isInUse()
        let bytes = try home.status()
        if json {
            out.line(
                bytes.map { String(decoding: $0, as: UTF8.self) } ?? "{\"node\":\"\(home.keys.id)\",\"rounds\":[]}")
            return
        }
        out.line("node        \(home.keys.id) (\(home.keys.role.rawValue)), \(isRunning ? "running" : "not running")")
        // The daemon's own choice, once it has told.
        let status = bytes.flatMap { try? JSONDecoder().decode(NodeStatus.self, from: Data($0)) }
        for (suite, backend) in (status?.backends ?? NodeStatus.backendsHere).sorted(by: { $0.key < $1.key }) {
            out.line("arithmetic  \(suite) by \(backend)")
        }
        out.line("certificate valid until \(MachineClock.timestamp(home.keyRing.certificateNotAfter))")
        for line in try home.agreementLines() { out.line(line) }
        // A configuration that cannot be read is told by `serve`.
        if let way = try? NodeConfiguration(home: home).coordinator,
            let courier = try CourierStatus(home: home, coordinator: way, isRunning: isRunning)
        {
            for line in try courier.lines() { out.line("courier     \(line)") }
        }
        guard let status else { return }
        if isRunning, let resident = status.residentMebibytes, let peak = status.peakMebibytes {
            out.line("memory      \(resident) MiB resident, \(peak) MiB at most")
        }
        for round in status.rounds {
            let waiting = round.waitingFor.isEmpty ? "" : ", waiting for \(round.waitingFor.joined(separator: ", "))"
            out.line(
                "round       \(round.round.prefix(12)) of \(round.study), number \(round.number): "
                    + "\(round.phase)\(waiting)"
            )
        }
    }
}
