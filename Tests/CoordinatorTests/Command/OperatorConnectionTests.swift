import Files
import Testing

@testable import Coordinator

/// Where `link`, `status`, `rounds` and `abort` look for the coordinator.
@Suite("An operator's way to the coordinator")
struct OperatorConnectionTests {
    private let study: TestStudy

    init() throws { study = try TestStudy() }

    private func configure(_ host: String, url: String? = nil) throws {
        let lines =
            ["sidos_coordinator: 1", "listen: {host: \"\(host)\", port: 0}"] + (url.map { ["url: \($0)"] } ?? [])
        try AtomicFile.write(Array(lines.joined(separator: "\n").utf8), to: study.home.home.configurationPath)
    }

    @Test(
        "On this machine it is where the running coordinator says that it listens",
        arguments: [
            ("0.0.0.0", "https://127.0.0.1:7443"), ("::", "https://127.0.0.1:7443"), ("[::]", "https://127.0.0.1:7443"),
            ("192.0.2.7", "https://192.0.2.7:7443"), ("hub.example", "https://hub.example:7443"),
            ("::1", "https://[::1]:7443"), ("[2001:db8::7]", "https://[2001:db8::7]:7443"),
        ])
    func here(_ host: String, _ url: String) throws {
        try configure(host)
        try StatusFile(ports: StatusFile.Ports(exchange: 7_443, operations: nil), rounds: [])
            .write(to: study.home.home.statusPath)
        #expect(try OperatorConnection.url(study.home) == url)
    }

    @Test("What is configured goes before")
    func configured() throws {
        try configure("0.0.0.0", url: "https://coordinator.example:8443")
        #expect(try OperatorConnection.url(study.home) == "https://coordinator.example:8443")
    }

    @Test("Where none runs, or has left rubbish, the operator is told what to do")
    func none() throws {
        try configure("0.0.0.0")
        let expected = CoordinatorError.notRunning(directory: study.home.home.directory.path)
        #expect(throws: expected) { try OperatorConnection.url(study.home) }
        try AtomicFile.write(Array("rubbish".utf8), to: study.home.home.statusPath)
        #expect(throws: expected) { try OperatorConnection.url(study.home) }
        #expect(expected.exitStatus == .unavailable)
        #expect(expected.description.contains("start it with `serve`"))
    }
}
