import Foundation
import PSIProtocol
import Testing
import Values

@testable import SystemHarness

extension SystemTests {
    @Suite("Command lines", .serialized)
    struct CommandLineTests {
        @Test(
            "Every command of every program explains itself on standard output", .timeLimit(.minutes(5)),
            arguments: SidosProgram.allCases)
        func help(_ program: SidosProgram) async throws {
            try await StudyOnDisk.withDirectory { directory in
                var waiting: [[String]] = [[]]
                var count = 0
                while let path = waiting.popLast() {
                    let help = try await Self.run(program, path + ["--help"], in: directory)
                    #expect(help.status == 0, "\(path)")
                    #expect(help.errors.isEmpty, "\(path)")
                    let usage = ([program.rawValue] + path).joined(separator: " ")
                    #expect(help.output.contains("USAGE: \(usage)"), "\(help.output)")
                    #expect(help.output.contains("OVERVIEW: ") || !path.isEmpty, "\(path)")
                    count += 1
                    waiting += Self.subcommands(help.output).map { path + [$0] }
                }
                #expect(count >= 12)
            }
        }

        @Test("A home made by the commands alone has a card that the agreement takes", .timeLimit(.minutes(5)))
        func cards() async throws {
            try await StudyOnDisk.withDirectory { directory in
                for program in SidosProgram.allCases {
                    let home = directory.appendingPathComponent(program.rawValue).path
                    let made = try await Self.run(
                        program, ["init", "-d", home, "--id", "somebody", "--name", "Some Body"], in: directory)
                    #expect(made.status == 0, "\(made.errors)")
                    let card = try await Self.run(program, ["card", "-d", home], in: directory)
                    #expect(card.status == 0)
                    #expect(made.output.contains(card.output.split(separator: "\n")[3]), "the signing key")
                    let fields = [
                        "id: somebody", "name: \"Some Body\"", "role: ", "signing_key: ", "hpke_key: ", "tls_pin: ",
                    ]
                    for field in fields {
                        #expect(card.output.contains(field))
                    }
                    let again = try await Self.run(
                        program, ["init", "-d", home, "--id", "somebody", "--name", "Some Body"], in: directory)
                    #expect(again.status == 73, "\(again.errors)")
                    for secret in ["signing.key", "hpke.key", "tls.key", "state.key"] {
                        let attributes = try FileManager.default.attributesOfItem(atPath: "\(home)/keys/\(secret)")
                        #expect(attributes[.posixPermissions] as? Int == 0o600)
                    }
                }
            }
        }

        /// What is typed in a directory with a study in it, the status, and words of the sentence.
        struct Mistake: CustomTestStringConvertible, Sendable {
            var program: SidosProgram
            var arguments: [String]
            var status: Int32
            var words: String
            var testDescription: String { "\(program.rawValue) \(arguments.joined(separator: " "))" }

            init(_ program: SidosProgram, _ arguments: String, _ status: Int32, _ words: String) {
                self.program = program
                self.arguments = arguments.split(separator: " ").map(String.init)
                self.status = status
                self.words = words
            }
        }

        static let mistakes = [
            Mistake(.node, "frobnicate", 64, "frobnicate"),
            Mistake(.node, "serve --log-level loud -d a", 64, "log-level"),
            Mistake(.node, "init -d new --id Bad! --name Name", 64, "participant id"),
            Mistake(.node, "serve -d nowhere", 66, "nowhere does not exist"),
            Mistake(.node, "serve -d coordinator", 78, "role is coordinator"),
            Mistake(.research, "serve -d a", 78, "role is authority"),
            Mistake(.node, "serve -d a", 66, "config.yaml"),
            Mistake(.node, "serve -d b", 78, "coordinatr"),
            Mistake(.node, "serve -d open", 77, "chmod 700"),
            Mistake(.node, "agreement check nothing.yaml", 66, "nothing.yaml does not exist"),
            Mistake(.node, "agreement check broken.yaml", 65, "line"),
            Mistake(.node, "agreement show agreement.yaml --language de", 64, "fi, sv"),
            Mistake(.node, "agreement changes agreement.yaml nothing.yaml", 66, "nothing.yaml does not exist"),
            Mistake(.node, "agreement changes agreement.yaml broken.yaml", 65, "broken.yaml: the agreement has"),
            Mistake(.node, "agreement sign -d stranger agreement.yaml", 79, "names no participant stranger"),
            Mistake(.node, "agreement verify agreement.yaml", 79, "Not signed yet by: a, b, c, coordinator, research"),
            Mistake(.coordinator, "link -d coordinator nothing.yaml", 66, "nothing.yaml does not exist"),
            Mistake(.coordinator, "link -d coordinator agreement.yaml", 79, "Not signed yet by"),
            Mistake(.coordinator, "rounds -d coordinator", 69, "no coordinator is running"),
            Mistake(.coordinator, "abort -d coordinator 1234", 64, "--reason"),
            Mistake(.research, "dataset -d research -o out", 66, "nothing was received here yet"),
            Mistake(.research, "dataset -d research --round xyz -o out", 64, "names no round"),
            Mistake(.research, "forget -d research 0123456789ab", 66, "no round here begins with"),
        ]

        @Test("Mistakes get a sentence on standard error and the documented status", .timeLimit(.minutes(5)))
        func mistakes() async throws {
            try await StudyOnDisk.with { study in
                try study.configure("b", "sidos_node: 1\ncoordinatr: {url: x}\n")
                try study.makeHome("stranger")
                try study.makeHome("open")
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o755], ofItemAtPath: study.home("open").path)
                try Data("sidos_agreement: 1\nstudy: {}\nnonsense: true\n".utf8)
                    .write(to: study.directory.appendingPathComponent("broken.yaml"))
                for mistake in Self.mistakes {
                    let result = try await Self.run(mistake.program, mistake.arguments, in: study.directory)
                    #expect(result.status == mistake.status, "\(mistake.testDescription): \(result.errors)")
                    #expect(result.errors.contains(mistake.words), "\(mistake.testDescription): \(result.errors)")
                    #expect(result.output.isEmpty, "\(mistake.testDescription): \(result.output)")
                    if mistake.status != 64 {
                        let isTold = result.errors.split(separator: "\n").contains {
                            $0.hasPrefix("\(mistake.program.rawValue): error: ")
                        }
                        #expect(isTold, "\(mistake.testDescription): \(result.errors)")
                    }
                }
            }
        }

        @Test("An agreement and what changes in it are told in three languages", .timeLimit(.minutes(5)))
        func languages() async throws {
            try await StudyOnDisk.with { study in
                let file = study.directory.appendingPathComponent("agreement.yaml")
                let text = try String(contentsOf: file, encoding: .utf8)
                let amended = try #require(text.firstMatch(of: #/smallest_cell: \d+/#)).output
                try Data(text.replacing(amended, with: "smallest_cell: 7").utf8)
                    .write(to: study.directory.appendingPathComponent("amended.yaml"))
                let study = study.directory
                let ids = try ["agreement.yaml", "amended.yaml"].map { name in
                    AgreementID(ofFile: Array(try Data(contentsOf: study.appendingPathComponent(name)))).description
                }
                for (language, words, least, id) in [
                    ("fi", "OSAPUOLET", "Alle 7 henkilön", "Sopimus"), ("sv", "PARTER", "färre än 7 personer", "Avtal"),
                    ("en", "WHO TAKES PART", "fewer than 7 people", "Agreement"),
                ] {
                    let shown = try await Self.run(
                        .node, "agreement show agreement.yaml --language \(language)".words, in: study)
                    #expect(shown.status == 0 && shown.output.contains(words), "\(shown)")
                    #expect(shown.output.hasSuffix("\(id) \(ids[0])\n"))
                    let changes = try await Self.run(
                        .research, "agreement changes agreement.yaml amended.yaml --language \(language)".words,
                        in: study)
                    #expect(changes.status == 0 && changes.output.contains(least), "\(changes)")
                    #expect(changes.output.hasSuffix("\(id) \(ids[0]) -> \(ids[1])\n"))
                }
                let english = try await Self.run(.coordinator, "agreement show agreement.yaml".words, in: study)
                #expect(english.output.contains("WHO TAKES PART"))
            }
        }

        private static func subcommands(_ help: String) -> [String] {
            guard let start = help.range(of: "SUBCOMMANDS:\n") else { return [] }
            return help[start.upperBound...].split(separator: "\n", omittingEmptySubsequences: false)
                .prefix { !$0.isEmpty }
                .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
                .compactMap { $0.split(separator: " ").first.map(String.init) }
        }

        private static func run(_ program: SidosProgram, _ arguments: [String], in directory: URL) async throws
            -> (status: Int32, output: String, errors: String)
        {
            let log = directory.appendingPathComponent("typed-\(UUID().uuidString)")
            let running = try RunningProgram(program, arguments, log: log, in: directory)
            defer { running.send(9) }
            return (try await running.end(within: 30), running.output, running.errors)
        }
    }
}

extension String {
    fileprivate var words: [String] { split(separator: " ").map(String.init) }
}

extension StudyOnDisk {
    /// An empty directory that goes away.
    static func withDirectory(_ body: (URL) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("sidos-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: directory) }
        try await body(directory)
    }
}
