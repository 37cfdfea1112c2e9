import Foundation
import Glibc
import PSIProtocol
import Testing

@testable import SystemHarness

extension SystemTests {
    @Suite("Outages", .serialized)
    struct OutageTests {
        @Test(
            "A node that is away: `link` says whom the round waits for, and goes on when it comes",
            .timeLimit(.minutes(5)))
        func nodeAway() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                try await study.serveAll(except: ["b"])
                let link = try study.link()
                try await link.says("waiting for b", within: 30)
                #expect(link.isRunning)
                try await study.serve("b")
                #expect(try await link.end() == 0)
                try await study.checkDataset()
            }
        }

        @Test("The coordinator away: members say so once, and once that it is back", .timeLimit(.minutes(5)))
        func coordinatorAway() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                let running = try await study.serveAll()
                let members = running.filter { $0.key != "coordinator" }
                for member in members.values { try await member.says("Serving") }
                // A round before, so that everybody has been connected.
                #expect(try await study.link().end() == 0)
                try await study.researchIsDone()
                try await #require(running["coordinator"]).kill9()
                for member in members.values { try await member.says("The coordinator cannot be reached") }
                try await Task.sleep(for: .seconds(4))
                try await study.serve("coordinator")
                for member in members.values { try await member.says("The coordinator can be reached again") }
                for (id, member) in members {
                    let lines = member.errors.split(separator: "\n")
                    #expect(lines.count { $0.contains("The coordinator cannot be reached") } == 1, "\(id)")
                    #expect(lines.count { $0.contains("The coordinator can be reached again") } == 1, "\(id)")
                }
                let link = try study.link()
                #expect(try await link.end() == 0)
                let round = try link.openedRound()
                try await study.researchIsDone(with: round)
                #expect(try await study.dataset(round: round).profiles == study.design.expectedProfiles)
            }
        }

        @Test("The operator aborts a round: everybody hears it, and keys are destroyed", .timeLimit(.minutes(5)))
        func aborted() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                let running = try await study.serveAll(except: ["c"])
                let link = try study.link()
                try await link.says("waiting for c", within: 30)
                let round = try link.openedRound()
                let abort = try await study.run(
                    .coordinator, "abort", "-d", study.home("coordinator").path, String(round.prefix(8)), "--reason",
                    "The register is out of date")
                #expect(abort.status == 0, "\(abort.errors)")
                #expect(try await link.end() == 81)
                #expect(link.errors.contains("operator.aborted"))
                #expect(link.errors.contains("The register is out of date"))
                for id in ["a", "b", "research"] {
                    try await #require(running[id]).says("The round was aborted", "code=operator.aborted")
                    try await #require(running[id]).says("keys are destroyed")
                }
                // Whoever comes late has nothing to do in it.
                let late = try await study.serve("c")
                try await late.says("Serving")
                let again = try await study.run(
                    .coordinator, "abort", "-d", study.home("coordinator").path, round, "--reason", "Once more")
                #expect(again.status == 79, "\(again.errors)")
                let dataset = try await study.run(
                    .research, "dataset", "-d", study.home("research").path, "-o", study.home("none").path)
                #expect([66, 75].contains(dataset.status), "\(dataset.errors)")
            }
        }

        @Test("Following can be stopped without stopping the round", .timeLimit(.minutes(5)))
        func stopFollowing() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                try await study.serveAll(except: ["c"])
                let link = try study.link()
                try await link.says("waiting for c", within: 30)
                link.send(SIGINT)
                #expect(try await link.end() == 75)
                #expect(link.errors.contains("which goes on"))
                try await study.serve("c")
                try await study.checkDataset()
            }
        }
    }
}

/// Beside the others, since it waits for a minute: the shortest deadline that an agreement can have. [P-19]
@Suite("System deadlines")
struct DeadlineTests {
    @Test("The deadline ends a round that waits; keys are erased, and the next round works", .timeLimit(.minutes(5)))
    func deadline() async throws {
        var design = StudyDesign.simple()
        design.deadlineMinutes = 1
        try await StudyOnDisk.with(design) { study in
            try study.sign()
            try await study.serveAll(except: ["c"])
            let link = try study.link()
            #expect(try await link.end(within: 90) == 81)
            #expect(link.errors.contains("deadline.passed (c)"), "\(link.errors)")
            let log = RunningProgram.text(study.directory.appendingPathComponent("a.err"))
            #expect(log.contains("code=deadline.passed"))
            try await study.serve("c")
            let again = try study.link()
            #expect(try await again.end() == 0, "\(again.errors)")
            try await study.checkDataset()
        }
    }
}
