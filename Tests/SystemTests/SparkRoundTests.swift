import Foundation
import Glibc
import Synchronization
import TestDirectories
import Testing

@testable import SystemHarness

/// Rounds whose heavy steps a real Spark computes, in processes of their own. They wait much of their time, so they run
/// beside the other tests of whole systems.
@Suite("Rounds on Spark", .serialized)
struct SparkRoundTests {
    /// Starts everybody, these participants with an engine.
    static func serve(
        _ study: StudyOnDisk, _ host: SparkHost, on ids: [String], options: [String] = [], agents: Bool = true
    ) async throws -> [String: RunningProgram] {
        var engines: [String: String] = [:]
        for id in ids {
            engines[id] = try await host.engine(id, options: options)
            if agents { try host.startAgent(id) }
        }
        try study.configureCoordinator(port: 0, more: engines["coordinator"] ?? "")
        var running = ["coordinator": try await study.serve("coordinator")]
        let port = try study.port()
        try study.configureCoordinator(port: port, more: engines["coordinator"] ?? "")
        for id in study.design.participants where id != "coordinator" {
            try study.configureMember(id, port: port, more: engines[id] ?? "")
            running[id] = try await study.serve(id)
        }
        return running
    }

    @Test(
        "A node, the coordinator and the research environment on Spark: the same dataset, nothing of a person",
        .timeLimit(.minutes(15)))
    func everybody() async throws {
        try await StudyOnDisk.with(.simple(nodes: 2)) { study in
            try study.sign()
            let host = try SparkHost(study)
            let events = study.directory.appendingPathComponent("events")
            try FileManager.default.createDirectory(at: events, withIntermediateDirectories: false)
            let all = ["a", "coordinator", "research"]
            let running = try await Self.serve(
                study, host, on: all,
                options: [
                    "--conf", "spark.eventLog.enabled=true", "--conf", "spark.eventLog.compress=false", "--conf",
                    "spark.eventLog.dir=\(events.path)",
                ])
            // What every process shows of itself, as long as the round lasts.
            let seen = Mutex(Set<Data>())
            let looking = Task.detached {
                while !Task.isCancelled {
                    for program in running.values {
                        for pid in SparkHost.descendants(of: program.identifier) {
                            let shown = SparkHost.visible(pid)
                            seen.withLock { _ = $0.insert(shown) }
                        }
                    }
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            let link = try study.link()
            #expect(try await link.end(within: 600) == 0, "\(link.errors) \(all.map { host.log($0) })")
            looking.cancel()
            try await study.checkDataset()
            for id in all {
                #expect(host.log(id).contains("Spark"), "\(id) has used no Spark")
                // Its last step may end a moment after the round.
                try await wait(seconds: 60) {
                    try FileManager.default.contentsOfDirectory(atPath: host.folder(id).path).isEmpty
                }
            }
            let shown = seen.withLock { $0 }
            #expect(shown.contains { $0.range(of: Data("sidos-worker".utf8)) != nil })
            var places = shown.map { ("a command line or environment", $0) }
            let folders = ["spark-local", "executors"].map { study.directory.appendingPathComponent($0) }
            for folder in [events] + folders {
                let names = FileManager.default.enumerator(atPath: folder.path)
                while let name = names?.nextObject() as? String {
                    let data = try? Data(contentsOf: folder.appendingPathComponent(name))
                    if let data { places.append((name, data)) }
                }
            }
            #expect(places.contains { $0.1.range(of: Data("SparkListenerJobStart".utf8)) != nil })
            for id in all { places.append(("spark.log of \(id)", Data(host.log(id).utf8))) }
            let people = study.design.registers.reduce(into: Set<InventedPerson>()) { $0.formUnion($1.people) }
            for (place, data) in places {
                for person in people {
                    #expect(data.range(of: Data(person.code.utf8)) == nil, "\(place)")
                    #expect(data.range(of: Data(person.name.utf8)) == nil, "\(place)")
                }
                // Neither does a ticket stand there, though nothing would follow from it.
                #expect(data.range(of: Data("\"inputNumber\":".utf8)) == nil, "\(place)")
            }
            // A core file would have the keys in it.
            let cores = FileManager.default.enumerator(atPath: study.directory.path)
            while let name = cores?.nextObject() as? String {
                #expect(!name.split(separator: "/").last!.hasPrefix("core"), "\(name)")
            }
        }
    }

    @Test(
        "An executor killed in every stage of every step: the round ends with the same dataset",
        .timeLimit(.minutes(20)))
    func executorsKilled() async throws {
        try await StudyOnDisk.with(.simple(nodes: 2)) { study in
            try study.sign()
            let host = try SparkHost(
                study,
                interruption: """
                    if once(tickets[0]["job"] + tickets[0]["work"]):
                        os.kill(executor(), signal.SIGKILL)
                        time.sleep(1000)
                    """)
            _ = try await Self.serve(study, host, on: ["a", "research"])
            let link = try study.link()
            #expect(try await link.end(within: 1_000) == 0, "\(link.errors) \(host.log("a").suffix(4_000))")
            try await study.checkDataset()
            let marks = try FileManager.default.contentsOfDirectory(
                atPath: study.directory.appendingPathComponent("marks").path)
            // Declaring and mixing, both of which sort, shares, and the opening.
            #expect(marks.count { $0.hasSuffix("compute") } >= 4, "\(marks)")
            #expect(marks.count { $0.hasSuffix("sort") } >= 2, "\(marks)")
        }
    }

    @Test(
        "Spark's driver killed, and the node killed and started again: the round goes on", .timeLimit(.minutes(15)))
    func driverKilled() async throws {
        try await StudyOnDisk.with(.simple(nodes: 2)) { study in
            try study.sign()
            // The first ticket waits until somebody says go.
            let host = try SparkHost(
                study,
                interruption: """
                    if once("first"):
                        time.sleep(1000)
                    if once("second"):
                        time.sleep(1000)
                    """)
            let running = try await Self.serve(study, host, on: ["a"])
            let link = try study.link()
            let marks = study.directory.appendingPathComponent("marks").path
            func started(_ name: String) -> Bool { FileManager.default.fileExists(atPath: marks + "/" + name) }
            try await wait(seconds: 300) { started("first") }
            let node = try #require(running["a"])
            let driver = try #require(
                SparkHost.descendants(of: node.identifier).first {
                    String(decoding: SparkHost.visible($0), as: UTF8.self).contains("sidos_driver.py")
                })
            kill(driver, SIGKILL)
            try await wait(seconds: 300) { started("second") }
            let before = SparkHost.descendants(of: node.identifier)
            try await node.kill9()
            try await study.serve("a")
            #expect(try await link.end(within: 600) == 0, "\(link.errors) \(host.log("a").suffix(4_000))")
            try await study.checkDataset()
            // A driver does not outlive its daemon, nor a worker its driver.
            try await wait(seconds: 120) { before.allSatisfy { kill($0, 0) != 0 || Self.isGone($0) } }
            #expect(node.errors.contains("given out again"))
        }
    }

    /// Whether a process has ended, and only its parent has not looked yet.
    private static func isGone(_ pid: pid_t) -> Bool {
        let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        return stat?.components(separatedBy: ")").last?.split(separator: " ").first == "Z"
    }

    @Test(
        "Without an agent, or with another version's worker, the node says what to do, and goes on when it is done",
        .timeLimit(.minutes(15)))
    func mended() async throws {
        try await StudyOnDisk.with(.simple(nodes: 2)) { study in
            try study.sign()
            let go = study.directory.appendingPathComponent("go").path
            let host = try SparkHost(
                study,
                interruption: """
                    if not os.path.exists("\(go)"):
                        lines = [line.replace('"sidos":1', '"sidos":2') for line in lines]
                    """)
            let running = try await Self.serve(study, host, on: ["a"], agents: false)
            let node = try #require(running["a"])
            let link = try study.link()
            try await wait(seconds: 300) { node.errors.contains("no answer from the agent on this-host") }
            try host.startAgent("a")
            try await wait(seconds: 300) { node.errors.contains("Spark could not finish a stage") }
            try Data().write(to: URL(fileURLWithPath: go))
            #expect(try await link.end(within: 600) == 0, "\(link.errors) \(host.log("a").suffix(4_000))")
            try await study.checkDataset()
        }
    }

    // Some minutes, most of which it waits: every night.
    @Test(
        "A coordinator whose agent is away ends no round; one that is aborted leaves nothing",
        .enabled(if: Thorough.isOn), .timeLimit(.minutes(15)))
    func coordinatorWaits() async throws {
        try await StudyOnDisk.with(.simple(nodes: 2)) { study in
            try study.sign()
            let host = try SparkHost(study)
            let running = try await Self.serve(study, host, on: ["coordinator"], agents: false)
            let coordinator = try #require(running["coordinator"])
            let first = try study.link()
            try await wait(seconds: 300) { coordinator.errors.contains("no answer from the agent on this-host") }
            let folder = host.folder("coordinator").path
            let rounds = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(rounds.count == 1)
            let home = study.home("coordinator").path
            let aborted = try await study.run(
                .coordinator, "abort", "--directory", home, try #require(rounds.first), "--reason", "a test")
            #expect(aborted.status == 0, "\(aborted.errors)")
            #expect(try await first.end(within: 120) == 81)
            try await wait(seconds: 120) { try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty }
            try host.startAgent("coordinator")
            let second = try study.link()
            #expect(try await second.end(within: 600) == 0, "\(second.errors) \(host.log("coordinator").suffix(4_000))")
            try await study.checkDataset()
            try await wait(seconds: 120) { try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty }
        }
    }
}
