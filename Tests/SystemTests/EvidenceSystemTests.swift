import Exchange
import Files
import Foundation
import Glibc
import PSIProtocol
import Testing

@testable import SystemHarness

extension SystemTests {
    /// The auditor comes: what every participant can show of a round, long after it.
    @Suite("Evidence that everybody keeps", .serialized)
    struct EvidenceSystemTests {
        private static var design: StudyDesign {
            var design = StudyDesign.simple(nodes: 2)
            design.mixers = ["m"]
            return design
        }

        /// Exports what a participant has, once all have signed the end on its board.
        private func export(_ id: String, _ round: String, _ study: StudyOnDisk) async throws -> String {
            for attempt in 0..<150 {
                let file = study.directory.appendingPathComponent("\(id)-\(attempt).zip").path
                let export = try await study.run(
                    study.program(id), "evidence", "export", "-d", study.home(id).path, round, file)
                if export.status == 0, !export.output.contains("have not yet") { return file }
                try await Task.sleep(for: .milliseconds(200))
            }
            throw HarnessError("\(id) has no whole board")
        }

        @Test(
            "Every participant shows the same board, and any program checks it without a home",
            .timeLimit(.minutes(5)))
        func everybody() async throws {
            try await StudyOnDisk.with(Self.design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let link = try study.link()
                #expect(try await link.end() == 0)
                let round = try link.openedRound()
                try await study.researchIsDone(with: round)
                var files: [String] = []
                for id in study.design.participants { files.append(try await export(id, round, study)) }
                // Then the coordinator, and with it all that it keeps, is gone.
                try #require(running["coordinator"]).send(SIGKILL)
                let bytes = try files.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
                #expect(Set(bytes).count == 1, "the files differ")
                for (program, id) in [(SidosProgram.node, "a"), (.coordinator, "m"), (.research, "coordinator")] {
                    let index = try #require(study.design.participants.firstIndex(of: id))
                    let told = try await study.run(program, "evidence", "verify", files[index])
                    #expect(told.status == 0, "\(told)")
                    for sentence in [
                        "The file is whole.", "Round \(round)", "All 5 participants have signed it:",
                        "All key holders have signed this end: a, b, m, research.", "What this does not show",
                    ] { #expect(told.output.contains(sentence), "\(sentence): \(told.output)") }
                }
                let compared = try await study.run(.node, "evidence", "verify", files[0], files[1], files[4])
                #expect(compared.status == 0 && compared.output.contains("have the same board."), "\(compared)")
                try await damaged(files[0], study)
                try await listed(round, study)
                // What was started, read, opened and exported is in the logs of those who did it.
                for (id, notes) in [
                    ("a", ["daemon started configuration=", "register read", "evidence exported"]),
                    ("coordinator", ["daemon started", "round opened", "evidence exported"]),
                    ("research", ["daemon started configuration=", "release received", "evidence exported"]),
                ] {
                    let log = try await study.run(study.program(id), "log", "show", "-d", study.home(id).path)
                    for note in notes { #expect(log.output.contains(note), "\(id), \(note): \(log.output)") }
                    #expect(log.output.contains("round=\(round.prefix(12))"), "\(id): \(log.output)")
                    let verified = try await study.run(study.program(id), "log", "verify", "-d", study.home(id).path)
                    #expect(verified.status == 0, "\(id): \(verified)")
                }
            }
        }

        /// Some bytes changed, in each part of the file.
        private func damaged(_ file: String, _ study: StudyOnDisk) async throws {
            let whole = try Data(contentsOf: URL(fileURLWithPath: file))
            let changed = study.directory.appendingPathComponent("changed.zip")
            for index in stride(from: 3, to: whole.count, by: whole.count / 12) {
                var bytes = whole
                bytes[index] ^= 4
                try bytes.write(to: changed)
                let told = try await study.run(.research, "evidence", "verify", changed.path)
                #expect(
                    told.status == 65 && told.errors.contains("altered") && told.output.isEmpty, "\(index): \(told)")
            }
            let missing = try await study.run(.research, "evidence", "verify", changed.path + "-none")
            #expect(missing.status == 66, "\(missing)")
        }

        private func listed(_ round: String, _ study: StudyOnDisk) async throws {
            for id in study.design.participants {
                let list = try await study.run(study.program(id), "evidence", "list", "-d", study.home(id).path)
                #expect(list.status == 0 && list.output.contains("\(round)  agreement "), "\(id): \(list)")
                #expect(list.output.contains("kept until 20"), "\(id): \(list)")
                let none = try await study.run(
                    study.program(id), "evidence", "export", "-d", study.home(id).path, "00ff",
                    study.directory.appendingPathComponent("none.zip").path)
                #expect(none.status == 66 && none.errors.contains("evidence list"), "\(id): \(none)")
            }
        }

        @Test(
            "A node that is killed in the middle of a round, backed up and restored elsewhere, shows it all the same",
            .timeLimit(.minutes(5)))
        func killedAndMoved() async throws {
            try await StudyOnDisk.with(BackupSystemTests.design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let link = try await study.linkHeld(by: "m", running)
                let round = try link.openedRound()
                let node = try #require(running["a"])
                node.send(SIGKILL)
                _ = try? await node.end()
                // What it had read is there already, and may be shown.
                let early = study.directory.appendingPathComponent("early.zip").path
                let export = try await study.run(
                    .node, "evidence", "export", "-d", study.home("a").path, String(round.prefix(12)), early)
                #expect(export.status == 0 && export.output.contains("The round has not ended"), "\(export)")
                try await study.serve("a")
                try #require(running["m"]).send(SIGCONT)
                #expect(try await link.end(within: 120) == 0, "\(link.errors)")
                let whole = try await self.export("a", round, study)
                let compared = try await study.run(.node, "evidence", "verify", early, whole)
                #expect(compared.status == 0 && compared.output.contains("They are one board"), "\(compared)")
                _ = try await study.backUp("a", to: "copy")
                try await study.restore("a")
                let restored = study.directory.appendingPathComponent("restored.zip").path
                let again = try await study.run(
                    .node, "evidence", "export", "-d", study.home("a").path, round, restored)
                #expect(again.status == 0, "\(again)")
                #expect(
                    try Data(contentsOf: URL(fileURLWithPath: restored))
                        == Data(contentsOf: URL(fileURLWithPath: whole)))
                let prune = try await study.run(.node, "prune", "-d", study.home("a").path, "--dry-run")
                #expect(prune.status == 0 && !prune.output.contains("the board of round"), "\(prune)")
            }
        }

        @Test("The configuration says for how long boards are kept, within bounds", .timeLimit(.minutes(5)))
        func configured() async throws {
            try await StudyOnDisk.with(Self.design) { study in
                for (id, days) in [("a", "0"), ("research", "40000"), ("coordinator", "x")] {
                    let more = "keep_evidence_days: \(days)\n"
                    if id == "coordinator" {
                        try study.configureCoordinator(port: 0, more: more)
                    } else {
                        try study.configureMember(id, port: 1, more: more)
                    }
                    let served = try await study.run(study.program(id), "serve", "-d", study.home(id).path)
                    #expect(
                        served.status == 78 && served.errors.contains("keep_evidence_days"), "\(id): \(served.errors)")
                }
            }
        }
    }
}
