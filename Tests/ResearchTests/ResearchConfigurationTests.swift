import Foundation
import TestDirectories
import Testing

@testable import Daemon
@testable import Research

@Suite("Configuration of a research environment")
struct ResearchConfigurationTests {
    private let place: ResearchPlace

    init() throws { place = try ResearchPlace.fresh() }

    private func read(_ text: String) throws -> ResearchConfiguration {
        try place.directory.write(text, to: "home/config.yaml")
        return try ResearchConfiguration(home: place.home)
    }

    private static let pin = "sha256:" + Data(repeating: 7, count: 32).base64EncodedString()

    @Test("It says where the coordinator is, and how many cores may be used: all unless told")
    func fields() throws {
        let text = "sidos_research: 1\ncoordinator: {url: \"https://c.example:7443\", pin: \"\(Self.pin)\"}\n"
        let plain = try read(text)
        #expect(plain.coordinator.address?.url == "https://c.example:7443")
        #expect(
            plain.coordinator.address?.pin == [UInt8](repeating: 7, count: 32)
                && plain.coordinator.address?.proxyHost == nil)
        #expect(plain.workers.count == ProcessInfo.processInfo.activeProcessorCount)
        #expect(try read(text + "cores: 3\n").workers.count == 3)
    }

    @Test("By courier it names the coordinator, and neither address nor pin")
    func byCourier() throws {
        let read = try read("sidos_research: 1\ncoordinator: {courier: hub}\n")
        #expect(read.coordinator == .courier(to: "hub") && read.coordinator.address == nil)
        for wrong in ["{courier: Hub}", "{courier: hub, url: \"https://c.example\"}", "{courier: }"] {
            let error = try #require(throws: ConfigurationError.self, "\(wrong)") {
                try self.read("sidos_research: 1\ncoordinator: \(wrong)\n")
            }
            #expect(error.mistakes.count == 1 && error.description.contains("coordinator."), "\(error)")
        }
    }

    @Test("All mistakes are told at once, each with file, line and field")
    func mistakes() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try read(
                """
                sidos_research: 2
                coordinator:
                  pin: sha256:AAAA
                  proxy: {host: proxy.example, port: 0, password: swordfish}
                cores: 0
                colour: red

                """)
        }
        let path = place.home.configurationPath
        let expected = [
            "line 1, column 17: sidos_research:", "line 3, column 3: coordinator.url:",
            "line 3, column 8: coordinator.pin:", "line 4, column 38: coordinator.proxy.port:",
            "line 4, column 41: coordinator.proxy.password:", "line 5, column 8: cores:", "line 6, column 1: colour:",
        ]
        let lines = ErrorReport(error).sentence.split(separator: "\n")
        #expect(lines.count == expected.count)
        for (line, place) in zip(lines, expected) { #expect(line.hasPrefix("\(path): \(place)"), "\(line)") }
        #expect(!error.description.contains("swordfish"))
        #expect(ErrorReport(error).exitStatus == .configuration)
    }

    @Test("Without a file, or with a node's, it says so")
    func otherFile() throws {
        let missing = try #require(throws: ConfigurationError.self) { try ResearchConfiguration(home: place.home) }
        #expect(ErrorReport(missing).sentence.contains(place.home.configurationPath))
        #expect(ErrorReport(missing).exitStatus == .noInput)
        let node = try #require(throws: ConfigurationError.self) {
            try read("sidos_node: 1\ncoordinator: {url: \"https://c.example\", pin: \"\(Self.pin)\"}\n")
        }
        #expect(node.description.contains("sidos_research") && node.description.contains("sidos_node"))
    }

    @Test("What init writes lacks nothing but the coordinator's pin")
    func template() throws {
        let path = place.directory.file("lab")
        try InitCommand.parse(["--directory", path, "--id", "lab", "--name", "Laboratory"]).run()
        let home = try Home(at: path, roles: [.research])
        let error = try #require(throws: ConfigurationError.self) { try ResearchConfiguration(home: home) }
        #expect(error.mistakes.count == 1 && error.description.contains("coordinator.pin"), "\(error)")
        let text = String(decoding: try ResearchPlace.read(home.configurationPath), as: UTF8.self)
        let filled = text.replacing("sha256:PUT-THE-COORDINATOR'S-PIN-HERE", with: Self.pin)
        try ResearchPlace.write(Array(filled.utf8), to: home.configurationPath)
        #expect(try ResearchConfiguration(home: home).coordinator.address?.url == "https://coordinator.example:7443")
    }
}
