import Foundation
import StrictYAML
import Testing

@testable import Coordinator
@testable import Daemon
@testable import Exchange

@Suite("The coordinator's configuration")
struct CoordinatorConfigurationTests {
    private static let file = "/etc/hub/config.yaml"

    private func read(_ text: String) throws -> CoordinatorConfiguration {
        try CoordinatorConfiguration.read(Array(text.utf8), file: Self.file)
    }

    private func mistakes(_ text: String) throws -> [YAMLMistake] {
        try #require(throws: ConfigurationError.self) { try read(text) }.mistakes
    }

    private static func pinText(_ byte: UInt8) -> String {
        "sha256:" + Data([UInt8](repeating: byte, count: 32)).base64EncodedString()
    }

    private static func pin(_ byte: UInt8) throws -> TLSPin {
        try #require(TLSPin(bytes: [UInt8](repeating: byte, count: 32)))
    }

    /// With this line among what every configuration must have.
    private static func with(_ line: String) -> String {
        "sidos_coordinator: 1\nlisten: {host: \"::1\", port: 7443}\n\(line)\n"
    }

    @Test("A full configuration is read as it is written")
    func full() throws {
        let configuration = try read(
            """
            sidos_coordinator: 1
            listen: {host: 192.0.2.7, port: 7443}
            operations: {host: 192.0.2.8, port: 7480}
            url: https://coordinator.example:7443
            reserve_disk_mib: 3
            reserve_files: 5
            quota_gib: 7
            operators:
              - \(Self.pinText(1))
              - \(Self.pinText(2))
              - \(Self.pinText(1))
            """)
        #expect(configuration.host == "192.0.2.7" && configuration.port == 7_443)
        #expect(configuration.operations == OperationsServer.Address(host: "192.0.2.8", port: 7_480))
        #expect(configuration.url == "https://coordinator.example:7443")
        #expect(configuration.reserveByteCount == 3 * 1_024 * 1_024)
        #expect(configuration.reserveFileCount == 5)
        #expect(configuration.quotaByteCount == 7 * 1_024 * 1_024 * 1_024)
        #expect(try configuration.operatorPins == [Self.pin(1), Self.pin(2)])
    }

    @Test("What is left out is safe: no operations port, no further operators, space kept free")
    func least() throws {
        let configuration = try read(Self.with(""))
        #expect(configuration.host == "::1")
        #expect(configuration.operations == nil && configuration.url == nil)
        #expect(configuration.operatorPins.isEmpty && configuration.quotaByteCount == nil)
        #expect(configuration.reserveByteCount == 256 << 20 && configuration.reserveFileCount == 4_096)
        #expect(try read(Self.with("operations: {port: 0}")).operations == OperationsServer.Address(port: 0))
    }

    @Test("What `init` writes is read, and so is the example of the operator's guide")
    func templates() throws {
        let template = try read(CoordinatorConfiguration.template)
        #expect(template.host == "0.0.0.0" && template.port == 7_443)
        #expect(template.operations == OperationsServer.Address(host: "127.0.0.1", port: 7_480))
        let guide = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/operate-coordinator.md")
        let blocks = try String(contentsOf: guide, encoding: .utf8).components(separatedBy: "```")
        let example = try #require(blocks.first { $0.hasPrefix("yaml") && $0.contains("sidos_coordinator") })
        #expect(try read(String(example.dropFirst(4))) == template)
    }

    @Test("Every mistake is told at once, with its field and line")
    func mistakes() throws {
        let text = """
            sidos_coordinator: 2
            listen: {host: "", port: 65536, prot: 1}
            operations: {host: "", port: yes}
            url: http://coordinator.example
            reserve_disk_mib: 0
            reserve_files: "12"
            quota_gib: 1.5
            operators: [\(Self.pinText(1)), sha256:AAAA]
            retries: 3
            """
        let found = try mistakes(text)
        #expect(
            found.map { "\($0.line) \($0.path)" } == [
                "1 sidos_coordinator", "2 listen.host", "2 listen.port", "2 listen.prot", "3 operations.host",
                "3 operations.port", "4 url", "5 reserve_disk_mib", "6 reserve_files", "7 quota_gib", "8 operators",
                "9 retries",
            ])
        let error = try #require(throws: ConfigurationError.self) { try read(text) }
        let lines = error.description.split(separator: "\n")
        #expect(lines.count == found.count && lines.allSatisfy { $0.hasPrefix(Self.file + ": line ") })
        let missing = try mistakes("operations: {}").map(\.path)
        #expect(missing.sorted() == ["listen", "operations.port", "sidos_coordinator"])
    }

    struct Limit: CustomTestStringConvertible, Sendable {
        var field: String
        var least: Int
        var most: Int
        var testDescription: String { field }

        func line(_ value: String) -> String {
            let parts = field.split(separator: ".")
            return parts.count == 1 ? "\(field): \(value)" : "\(parts[0]): {\(parts[1]): \(value)}"
        }
    }

    @Test(
        "Numbers are taken up to their limits and not beyond",
        arguments: [
            Limit(field: "operations.port", least: 0, most: 65_535),
            Limit(field: "reserve_disk_mib", least: 1, most: 1_048_576),
            Limit(field: "reserve_files", least: 0, most: 1_000_000_000),
            Limit(field: "quota_gib", least: 1, most: 1_048_576),
        ])
    func limits(_ limit: Limit) throws {
        for value in [limit.least, limit.most] { _ = try read(Self.with(limit.line("\(value)"))) }
        for value in ["\(limit.least - 1)", "\(limit.most + 1)", "99999999999999999999", "", "many", "0x10", "+1"] {
            #expect(try mistakes(Self.with(limit.line(value))).map(\.path) == [limit.field], "\(value)")
        }
    }

    @Test("An operator is named by a whole pin and nothing else")
    func operators() throws {
        let key = Data([UInt8](repeating: 1, count: 32)).base64EncodedString()
        for wrong in ["ed25519:\(key)", key, "sha256:\(key)=", "sha256:\(key.dropLast(4))", Self.pinText(0), "anybody"]
        {
            let found = try mistakes(Self.with("operators: [\"\(wrong)\"]"))
            #expect(found.map(\.path) == ["operators"], "\(wrong)")
            #expect(found.first?.reason.contains("as on a card under tls_pin") == true, "\(wrong)")
        }
        let many = (1...65).map { Self.pinText($0) }
        #expect(try read(Self.with("operators: [\(many.dropLast().joined(separator: ", "))]")).operatorPins.count == 64)
        #expect(try mistakes(Self.with("operators: [\(many.joined(separator: ", "))]")).map(\.path) == ["operators"])
    }

    @Test("Participants without a connection are listed by pin, and nothing else is a list of them")
    func couriers() throws {
        #expect(try read(Self.with("")).courierPins.isEmpty)
        let line = "couriers: [\"\(Self.pinText(4))\", \"\(Self.pinText(5))\"]"
        let configuration = try read(Self.with(line))
        #expect(try configuration.courierPins == [Self.pin(4), Self.pin(5)])
        #expect(configuration.operatorPins.isEmpty)
        for wrong in ["couriers: [omnia]", "couriers: omnia", "couriers: [\"sha256:AA==\"]"] {
            #expect(try mistakes(Self.with(wrong)).count == 1, "\(wrong)")
        }
    }
}
