import Agreement
import Daemon
import Files
import Foundation
import Synchronization
import Values

/// A study in a directory of its own: registers, homes of all participants, the agreement, and the programs that run.
final class StudyOnDisk: Sendable {
    private let agreed: Mutex<StudyDesign>
    let directory: URL
    private let programs = Mutex<[RunningProgram]>([])
    private let count = Mutex(0)
    /// Variables that programs get besides this process's.
    let environment = Mutex<[String: String]>([:])

    /// Makes keys and files. Nothing is signed and nothing runs.
    ///
    /// - Parameter certificateStart: since when a participant's certificate, of one day, is valid; now and long for
    ///   those left out.
    private init(_ design: StudyDesign, certificateStart: [String: Date]) throws {
        agreed = Mutex(design)
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("sidos-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        for register in design.registers { try register.write(to: directory) }
        for id in design.participants { try makeHome(id, certificateStart: certificateStart[id]) }
        try writeAgreement()
        try configureCoordinator(port: 0)
    }

    /// Everything that still runs is killed at the end, whatever happens; the directory goes unless something failed.
    static func with<Result>(
        _ design: StudyDesign = .simple(), certificateStart: [String: Date] = [:],
        _ body: (StudyOnDisk) async throws -> Result
    ) async throws -> Result {
        let study = try StudyOnDisk(design, certificateStart: certificateStart)
        do {
            let result = try await body(study)
            await study.end()
            try study.checkLogs()
            try FileManager.default.removeItem(at: study.directory)
            return result
        } catch {
            await study.end()
            throw HarnessError("\(error)\nThe study is in \(study.directory.path)")
        }
    }

    private func end() async {
        for program in programs.withLock({ $0 }) { program.send(9) }
        for program in programs.withLock({ $0 }) {
            for _ in 0..<2_000 where program.isRunning { try? await Task.sleep(for: .milliseconds(5)) }
        }
    }

    // MARK: Homes

    func home(_ id: String) -> URL { directory.appendingPathComponent(id) }

    func role(_ id: String) -> ParticipantRole {
        switch id {
        case "coordinator": .coordinator
        case "research": .research
        default: design.mixers.contains(id) ? .mixer : .authority
        }
    }

    func program(_ id: String) -> SidosProgram {
        switch id {
        case "coordinator": .coordinator
        case "research": .research
        default: .node
        }
    }

    func makeHome(_ id: String, certificateStart: Date? = nil) throws {
        let hosts = id == "coordinator" ? ["localhost", design.address] : []
        let path = home(id).path
        guard design.inPython[id] == nil else { return try runInPython("init", path, id) }
        _ = try PrivateDirectory(creating: path)
        _ = try KeyDirectory.create(
            at: path + "/keys", id: id, name: "Participant \(id)", role: role(id), alternativeNames: hosts,
            validityDays: certificateStart == nil ? 825 : 1, now: certificateStart ?? Date())
        if id == "coordinator" {
            _ = try KeyDirectory.create(
                at: path + "/operator", id: "operator", name: "Operator", role: .coordinator)
        }
    }

    func keys(_ id: String) throws -> KeyDirectory { try KeyDirectory.open(at: home(id).path + "/keys") }

    // MARK: Agreement

    /// What the last agreement says.
    var design: StudyDesign { agreed.withLock { $0 } }

    /// Writes an agreement that amends the last one, which stays beside it with its signatures, and makes the homes and
    /// registers of whoever is new. Nothing is signed.
    ///
    /// - Returns: where the former agreement is now.
    @discardableResult
    func amend(as name: String = "former", _ change: (inout StudyDesign) -> Void) throws -> URL {
        let before = design
        let former = directory.appendingPathComponent("\(name).yaml")
        var after = before
        after.amends = "\(AgreementID(ofFile: Array(try Data(contentsOf: agreement))))"
        change(&after)
        try FileManager.default.moveItem(at: agreement, to: former)
        for id in before.participants where FileManager.default.fileExists(atPath: signature(id).path) {
            try FileManager.default.moveItem(
                at: signature(id), to: directory.appendingPathComponent("\(name).\(id).signature.json"))
        }
        agreed.withLock { $0 = after }
        for register in after.registers where !before.registers.contains(where: { $0.id == register.id }) {
            try register.write(to: directory)
        }
        for id in after.participants where !before.participants.contains(id) { try makeHome(id) }
        try writeAgreement()
        return former
    }

    var agreement: URL { directory.appendingPathComponent("agreement.yaml") }

    func signature(_ id: String) -> URL {
        directory.appendingPathComponent("agreement.\(id).signature.json")
    }

    func writeAgreement() throws {
        var cards: [String: String] = [:]
        for id in design.participants { cards[id] = try card(id) }
        try Data(design.agreement(cards: cards).utf8).write(to: agreement)
    }

    private func card(_ id: String) throws -> String {
        guard design.inPython[id] == nil else {
            return try String(contentsOf: home(id).appendingPathComponent("card.yaml"), encoding: .utf8)
        }
        let home = try Home(at: home(id).path, roles: [role(id)])
        // In an amendment, former keys sign new ones.
        return try design.amends == nil ? ParticipantCard(home.keys.participant).yaml : home.keyRing.card().yaml
    }

    /// Signs as these participants, or all, and keeps the agreement in their homes.
    func sign(_ ids: [String]? = nil) throws {
        let bytes = Array(try Data(contentsOf: agreement))
        for id in ids ?? design.participants {
            guard design.inPython[id] == nil else {
                try runInPython("sign", home(id).path, id, agreement.path)
                continue
            }
            let home = try Home(at: home(id).path, roles: [role(id)])
            let installed = try home.agreements().sign(bytes, path: agreement.path, keys: home.keyRing)
            try Data(installed.signature.json).write(to: signature(id))
        }
    }

    // MARK: Configuration

    func configure(_ id: String, _ text: String) throws {
        let file = home(id).appendingPathComponent("config.yaml")
        try Data(text.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }

    func configureCoordinator(port: Int, more: String = "") throws {
        var couriers = ""
        if !design.byCourier.isEmpty {
            let pins = try design.byCourier.sorted().map { "  - \"\(try keys($0).tlsPinText)\"\n" }
            couriers = "couriers:\n" + pins.joined()
        }
        try configure(
            "coordinator",
            "sidos_coordinator: 1\nlisten: {host: \"\(design.address)\", port: \(port)}\nreserve_disk_mib: 1\n"
                + couriers + more)
    }

    /// - Parameter pin: what to take for the coordinator's pin instead of its own.
    func configureMember(_ id: String, port: Int, pin: String? = nil, more: String = "") throws {
        let ownPin = "sha256:" + Data(try keys("coordinator").tlsPin).base64EncodedString()
        let host = design.address.contains(":") ? "[\(design.address)]" : "localhost"
        let url = "https://\(host):\(port)"
        let way =
            design.byCourier.contains(id) ? "  courier: coordinator" : "  url: \(url)\n  pin: \"\(pin ?? ownPin)\""
        let connection = "coordinator:\n\(way)\ncores: 1\n" + more
        guard role(id) != .research else {
            try configure(id, "sidos_research: 1\n" + connection)
            return
        }
        let own = design.registers.filter { $0.owner == id }
        let registers = own.map { register in
            var lines = ["  - id: \(register.id)", "    identity: hetu", "    \(register.source(in: directory))"]
            lines += register.more.map { "    " + $0 }
            if !register.history.isEmpty {
                let path = register.historyFile(in: directory).path
                lines.append("    history: {former: former, current: current, csv: {file: \"\(path)\"}}")
            }
            return lines.joined(separator: "\n") + "\n"
        }
        var lists = ""
        if let listed = design.neverReleased[id] {
            let file = directory.appendingPathComponent("\(id)-never.csv")
            try Data((["hetu"] + listed).map { $0 + "\n" }.joined().utf8).write(to: file)
            lists = "never_release:\n  - csv: {file: \"\(file.path)\"}\n    identity: hetu\n"
        }
        try configure(
            id, "sidos_node: 1\n" + connection + lists + (own.isEmpty ? "" : "registers:\n" + registers.joined()))
    }

    // MARK: Programs

    /// Starts a program whose end is seen to.
    func start(_ program: SidosProgram, _ arguments: [String], log: String) throws -> RunningProgram {
        seenTo(
            try RunningProgram(
                program, arguments, log: directory.appendingPathComponent(log),
                environment: environment.withLock { $0 }))
    }

    func seenTo(_ running: RunningProgram) -> RunningProgram {
        programs.withLock { $0.append(running) }
        return running
    }

    /// Starts a participant's daemon. The coordinator's port is found out and written into the members' configurations
    /// when it first runs, and kept from then on.
    @discardableResult
    func serve(_ id: String) async throws -> RunningProgram {
        if let wrong = design.inPython[id] { return try joinInPython(id, misbehaving: wrong) }
        let status = home("coordinator").appendingPathComponent("status.json")
        // The file of an earlier run stays, as it does on a machine: who calls meanwhile finds the address and tries
        // again.
        func written() -> Date? {
            (try? FileManager.default.attributesOfItem(atPath: status.path))?[.modificationDate] as? Date
        }
        let before = written()
        let command = ["serve", "--directory", home(id).path, "--log-level", "debug"]
        let running = try start(program(id), command, log: id)
        guard id == "coordinator" else { return running }
        do {
            try await wait(seconds: 120) { written().map { $0 != before } ?? false || !running.isRunning }
        } catch {
            throw HarnessError("the coordinator does not listen: \(running.errors.suffix(2_000))")
        }
        return running
    }

    /// Where the running coordinator listens.
    func port() throws -> Int {
        struct Ports: Decodable {
            var exchangePort: Int
            enum CodingKeys: String, CodingKey { case exchangePort = "exchange_port" }
        }
        let data = try Data(contentsOf: home("coordinator").appendingPathComponent("status.json"))
        return try JSONDecoder().decode(Ports.self, from: data).exchangePort
    }

    /// Starts the coordinator and, unless left out, everybody else.
    @discardableResult
    func serveAll(except left: Set<String> = []) async throws -> [String: RunningProgram] {
        var running = ["coordinator": try await serve("coordinator")]
        let port = try port()
        try configureCoordinator(port: port)
        for id in design.participants where id != "coordinator" {
            if design.inPython[id] == nil, !FileManager.default.fileExists(atPath: home(id).path + "/config.yaml") {
                try configureMember(id, port: port)
            }
            if !left.contains(id) { running[id] = try await serve(id) }
        }
        return running
    }

    /// Opens a round and follows it.
    func link(_ more: String...) throws -> RunningProgram { try link(under: agreement, more) }

    /// The same under another agreement than the last.
    func link(under file: URL, _ more: [String] = []) throws -> RunningProgram {
        let number = count.withLock {
            $0 += 1
            return $0
        }
        let arguments = ["link", "--directory", home("coordinator").path, file.path] + more
        return try start(.coordinator, arguments, log: "link-\(number)")
    }

    /// Runs a command to its end.
    func run(_ program: SidosProgram, _ arguments: String..., within seconds: Double = 60) async throws
        -> (status: Int32, output: String, errors: String)
    {
        try await run(program, arguments, within: seconds)
    }

    func run(_ program: SidosProgram, _ arguments: [String], within seconds: Double = 60) async throws
        -> (status: Int32, output: String, errors: String)
    {
        let number = count.withLock {
            $0 += 1
            return $0
        }
        let running = try start(program, arguments, log: "command-\(number)")
        return (try await running.end(within: seconds), running.output, running.errors)
    }

    /// Writes the dataset and reads it back.
    ///
    /// - Parameter rounds: those that one dataset is made of.
    func dataset(round: String? = nil, rounds: [String] = []) async throws -> WrittenDataset {
        let number = count.withLock {
            $0 += 1
            return $0
        }
        let output = directory.appendingPathComponent("dataset-\(number)")
        var arguments = ["dataset", "--directory", home("research").path, "--output", output.path]
        if let round { arguments += ["--round", round] }
        if !rounds.isEmpty { arguments += ["--rounds", rounds.joined(separator: ",")] }
        for attempt in 1... {
            let running = try start(.research, arguments, log: "dataset-\(number)-\(attempt)")
            let status = try await running.end()
            if status == 0 { break }
            // 75 asks to try again: the daemon has seen the round's end and not yet noted it beside the rows.
            guard status == 75, attempt < 20 else { throw HarnessError("no dataset: \(running.errors)") }
            try await Task.sleep(for: .milliseconds(200))
        }
        let released = design.registers.filter { !$0.releasedFor.isEmpty }.map(\.id)
        return try WrittenDataset(output, registers: released)
    }
}
