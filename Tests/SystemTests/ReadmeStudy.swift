import Foundation

@testable import SystemHarness

/// Does what README.md says, in a directory of its own, with the programs as they were built.
///
/// Nothing is done that README does not say, but for two things that it cannot print: the coordinator listens where the
/// machine lets it, and pins are those of the cards that were made.
final class ReadmeStudy {
    private let directory: URL
    private var pending: [(file: String, content: String)] = []
    private var commandCount = 0
    private var running: [RunningProgram] = []

    private init(_ directory: URL) { self.directory = directory }

    /// - Returns: the dataset's CSV files, header and rows.
    static func run(_ example: ReadmeExample) async throws -> [String: [[String]]] {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("sidos-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: directory) }
        let study = ReadmeStudy(directory)
        do {
            for step in example.steps { try await study.perform(step) }
        } catch {
            await study.end()
            throw error
        }
        await study.end()
        guard study.pending.isEmpty else { throw HarnessError("no command made \(study.pending.map(\.file))") }
        try study.searchForPeople(example)
        return try study.dataset()
    }

    private func end() async {
        for program in running { try? await program.kill9() }
    }

    private func perform(_ step: ReadmeExample.Step) async throws {
        switch step {
        case .file(let name, let content): try write(content, to: name)
        case .part(let name, let content):
            pending.append((name, content))
            try fillIn()
        case .command(let words, let inBackground):
            try await run(words, inBackground: inBackground)
            try fillIn()
        }
    }

    // MARK: Commands

    private func run(_ words: [String], inBackground: Bool) async throws {
        guard let program = SidosProgram(rawValue: words.first ?? "") else {
            throw HarnessError("README runs what is none of Sidos's programs: \(words)")
        }
        guard inBackground else {
            // 75 asks to try again, as README says.
            for attempt in 1... {
                let command = try start(program, words)
                let status = try await command.end()
                if program == .node, words.dropFirst().first == "check",
                    !command.output.contains(" 0 missing, 0 invalid")
                {
                    throw HarnessError("README's codes are not all right: \(command.output)")
                }
                if status == 0 { break }
                guard status == 75, attempt < 40 else {
                    throw HarnessError("\(words.joined(separator: " ")) ended with \(status): \(command.errors)")
                }
                try await Task.sleep(for: .milliseconds(250))
            }
            return
        }
        let daemon = try start(program, words)
        running.append(daemon)
        guard program == .coordinator else { return }
        let home = try Self.directory(of: words)
        try await wait(seconds: 120) { daemon.isRunning == false || self.read("\(home)/status.json") != nil }
        try callCoordinator(at: port(home))
    }

    private func start(_ program: SidosProgram, _ words: [String]) throws -> RunningProgram {
        commandCount += 1
        if program == .coordinator, words.contains("serve") { try listenAnywhere(Self.directory(of: words)) }
        let log = directory.appendingPathComponent("log-\(commandCount)")
        return try RunningProgram(program, Array(words.dropFirst()), log: log, in: directory)
    }

    private static func directory(of words: [String]) throws -> String {
        guard let index = words.firstIndex(of: "--directory"), index + 1 < words.count else {
            throw HarnessError("no --directory in \(words)")
        }
        return words[index + 1]
    }

    // MARK: What README cannot print

    private func listenAnywhere(_ home: String) throws {
        let own = "listen: {host: 127.0.0.1, port: 0}\noperations: {host: 127.0.0.1, port: 0}\n"
        try fillIn("\(home)/config.yaml", with: own)
    }

    private func port(_ home: String) throws -> String {
        let status = read("\(home)/status.json") ?? ""
        guard let match = status.firstMatch(of: /"exchange_port" *: *([0-9]+)/) else {
            throw HarnessError("the coordinator does not listen: \(running.last?.errors ?? "")")
        }
        return String(match.output.1)
    }

    /// Puts the port into every configuration that names the coordinator.
    private func callCoordinator(at port: String) throws {
        for home in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
            guard let text = read("\(home)/config.yaml"), text.contains("//localhost:7443") else { continue }
            try write(text.replacing("//localhost:7443", with: "//localhost:\(port)"), to: "\(home)/config.yaml")
        }
    }

    /// The pin of the card that the line names.
    private func withPins(_ part: String) throws -> String {
        try part.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard line.contains("sha256:…") else { return String(line) }
            guard let card = line.firstMatch(of: /# tls_pin of ([a-z.]+)/)?.output.1,
                let pin = read(String(card))?.firstMatch(of: /tls_pin: (sha256:[^\n]+)/)?.output.1
            else { throw HarnessError("README does not say whose pin this is: \(line)") }
            return line.replacingOccurrences(of: "sha256:…", with: pin)
        }.joined(separator: "\n")
    }

    // MARK: Files

    private func read(_ name: String) -> String? {
        try? String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
    }

    private func write(_ text: String, to name: String) throws {
        let file = directory.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }

    private func fillIn(_ name: String, with part: String) throws {
        try write(ReadmeExample.fillIn(read(name) ?? "", with: part), to: name)
    }

    /// Fills in what waits for files that are there by now.
    private func fillIn() throws {
        for (file, content) in pending where read(file) != nil { try fillIn(file, with: withPins(content)) }
        pending.removeAll { read($0.file) != nil }
    }

    private func dataset() throws -> [String: [[String]]] {
        let folder = directory.appendingPathComponent("dataset")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        for promised in ["dataset.sqlite", "report.html", "load.R", "load.py", "load.do", "datapackage.json"] {
            guard files.contains(promised) else { throw HarnessError("the dataset has no \(promised)") }
        }
        return try files.filter { $0.hasSuffix(".csv") }.reduce(into: [:]) { tables, name in
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            tables[name] = text.replacing("\r\n", with: "\n").split(separator: "\n").map { line in
                line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
        }
    }

    /// "Names never leave the register": no code and no name is in any file but the registers.
    private func searchForPeople(_ example: ReadmeExample) throws {
        var words: Set<String> = []
        var registers: Set<String> = []
        for case .file(let name, let content) in example.steps {
            registers.insert(name)
            for row in content.split(separator: "\n").dropFirst() {
                let fields = row.split { $0 == ";" || $0 == "," }
                words.insert(String(fields[0]))
                if name == "clients.csv" { words.formUnion(fields[1].split(separator: " ").map(String.init)) }
            }
        }
        guard words.count > 6 else { throw HarnessError("README's registers have nobody: \(words)") }
        var searched = 0
        let files = FileManager.default.enumerator(atPath: directory.path)
        while let path = files?.nextObject() as? String {
            guard !registers.contains(path) else { continue }
            let file = directory.appendingPathComponent(path)
            guard let data = try? Data(contentsOf: file) else { continue }
            searched += 1
            for word in words where data.range(of: Data(word.utf8)) != nil {
                throw HarnessError("\(word) is in \(path)")
            }
        }
        guard searched > 40 else { throw HarnessError("only \(searched) files were searched") }
    }
}
