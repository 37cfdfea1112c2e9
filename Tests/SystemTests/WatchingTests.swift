import AsyncHTTPClient
import Foundation
import Testing

@testable import SystemHarness

extension SystemTests {
    /// What collectors and supervisors read of the real programs.
    @Suite("Watching", .serialized)
    struct WatchingTests {
        private static func get(_ path: String, of program: RunningProgram) async throws -> (status: Int, text: String)
        {
            try await program.says("listening", "listener=operations", within: 30)
            let line = program.errors.split(separator: "\n").last { $0.contains("listener=operations") }
            let port = try #require(line?.firstMatch(of: #/port=(\d+)/#)?.output.1)
            let response = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)"), timeout: .seconds(30))
            let body = try await response.body.collect(upTo: 1 << 20)
            return (Int(response.status.code), String(buffer: body))
        }

        private static func names(_ exposition: String) -> Set<String> {
            Set(
                exposition.split(separator: "\n").filter { !$0.hasPrefix("#") }
                    .compactMap { $0.firstMatch(of: #/^[a-z_]+/#).map { String($0.output) } })
        }

        @Test(
            "All programs tell health and figures, which name nobody, and all that alarms and the dashboard ask for",
            .timeLimit(.minutes(5)))
        func figures() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                try study.configureCoordinator(port: 0, more: "operations: {port: 0}\nstorage_quota_gib: 1\n")
                var running = ["coordinator": try await study.serve("coordinator")]
                let port = try study.port()
                let members = study.design.participants.filter { $0 != "coordinator" }
                for id in members {
                    try study.configureMember(id, port: port, more: "operations: {port: 0}\n")
                    running[id] = try await study.serve(id)
                }
                #expect(try await study.link().end() == 0)
                try await study.researchIsDone()
                var known: Set<String> = []
                for (id, program) in running {
                    #expect(try await Self.get("/healthz", of: program) == (200, "alive\n"))
                    #expect(try await Self.get("/readyz", of: program) == (200, "ready\n"))
                    #expect(try await Self.get("/elsewhere", of: program).status == 404)
                    let metrics = try await Self.get("/metrics", of: program)
                    #expect(metrics.status == 200)
                    known.formUnion(Self.names(metrics.text))
                    for name in study.design.participants + study.design.registers.map(\.id) + [study.directory.path] {
                        let isNamed = metrics.text.contains("\"\(name)\"") || metrics.text.contains("/\(name)")
                        #expect(!isNamed, "\(id) names \(name)")
                    }
                    guard id != "coordinator" else { continue }
                    #expect(metrics.text.contains("sidos_participant_rounds_ended_total{outcome=\"closed\"} 1\n"))
                    #expect(metrics.text.contains("sidos_participant_coordinator_reached 1\n"))
                    #expect(metrics.text.contains("sidos_participant_work_seconds_count{phase=\"keys\"}"))
                    #expect(!metrics.text.contains("sidos_participant_received_bytes_total 0\n"))
                }
                for file in ["alarms.yml", "dashboard.json"] {
                    let text = try String(contentsOf: Self.monitoring.appending(path: file), encoding: .utf8)
                    let asked = Set(text.matches(of: #/(?:sidos|process)_[a-z_]+/#).map { String($0.output) })
                    #expect(!asked.isEmpty && asked.isSubset(of: known), "\(file): \(asked.subtracting(known))")
                }
                // The page of the documents tells each, and tells of nothing else.
                let page = try String(
                    contentsOf: Self.monitoring.deletingLastPathComponent().appending(path: "watching.md"),
                    encoding: .utf8)
                let told = Set(page.matches(of: #/`((?:sidos|process)_[a-z_]+)/#).map { String($0.output.1) })
                let summed = Set(known.map { $0.replacing(#/_seconds_(sum|count)$/#) { _ in "_seconds" } })
                let rare: Set = [
                    "sidos_exchange_handshakes_refused_total", "sidos_exchange_connections_closed_total",
                ]
                #expect(summed.subtracting(told).isEmpty && told.subtracting(summed).isSubset(of: rare))
            }
        }

        @Test("A participant whose coordinator is away is alive, but not ready", .timeLimit(.minutes(5)))
        func away() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                let coordinator = try await study.serve("coordinator")
                try study.configureMember("a", port: study.port(), more: "operations: {port: 0}\n")
                let node = try await study.serve("a")
                #expect(try await Self.get("/readyz", of: node) == (200, "ready\n"))
                try await coordinator.kill9()
                try await node.says("The coordinator cannot be reached")
                #expect(
                    try await Self.get("/readyz", of: node) == (503, "not ready: the coordinator cannot be reached\n"))
                #expect(try await Self.get("/healthz", of: node).status == 200)
            }
        }

        private static let monitoring = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/monitoring")
    }
}
