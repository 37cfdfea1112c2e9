import Agreement
import Daemon
import Files
import Foundation
import Glibc
import Testing

@testable import SystemHarness

extension AttackTests {
    /// Somebody restores an old backup on purpose, or believes that nothing has happened since.
    @Suite("Old backups", .serialized)
    struct RestoreAttackTests {
        static var design: StudyDesign {
            var design = StudyDesign.simple(nodes: 2)
            // Arithmetic in the slow group, so that the mixer can be held up in time.
            design.suite = "ffdhe3072-SHA512"
            design.mixers = ["m"]
            return design
        }

        private static func files(_ directory: URL) throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: directory.path)
        }

        /// As if the restore had been made a while ago.
        private static func age(_ id: String, _ study: StudyOnDisk, bySeconds seconds: Int64) throws {
            try age(study.home(id), study.role(id), bySeconds: seconds)
        }

        private static func age(_ home: URL, _ role: ParticipantRole, bySeconds seconds: Int64) throws {
            let state = try Home(at: home.path, roles: [role]).state()
            var mark = try #require(try RestoredMark(in: state))
            mark.restored -= seconds
            try mark.write(to: state)
        }

        @Test(
            "A node that is restored in the middle of a round has no key of it, answers nothing twice and refuses it",
            .timeLimit(.minutes(10)))
        func secondAnswer() async throws {
            try await StudyOnDisk.with(Self.design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let link = try await study.linkHeld(by: "m", running)
                _ = try await study.backUp("a")
                let copy = study.directory.appendingPathComponent("copy")
                let copied = try Self.files(copy)
                let alive = try Self.files(study.home("a"))
                #expect(alive.contains { $0.hasPrefix("state/rounds~") && $0.hasSuffix("secrets.sealed") })
                #expect(alive.contains { $0.hasPrefix("lists/") })
                #expect(copied.contains("keys/signing.key") && copied.contains { $0.hasPrefix("state/openings~") })
                #expect(!copied.contains { $0.contains("rounds~") || $0.hasPrefix("lists") || $0.hasPrefix("spool") })
                try await #require(running["a"]).kill9()
                try await study.restore("a")
                let restored = try await study.serve("a")
                try await restored.says("this participant was restored from a backup")
                try await restored.says("Refusing the round", "code=keys.lost")
                #expect(try await link.end() == 81)
                #expect(link.errors.contains("participant.refused (a)"), "\(link.errors)")
                #expect(
                    !restored.errors.split(separator: "restored from a backup").dropFirst().joined().contains("duty="))
                try #require(running["m"]).send(SIGCONT)
                // The next round is refused as well, as long as it may be one from before by some clock.
                let early = try study.link()
                #expect(try await early.end() == 81)
                restored.send(SIGTERM)
                _ = try await restored.end()
                try Self.age("a", study, bySeconds: 1_000)
                try await study.serve("a")
                let again = try study.link()
                #expect(try await again.end() == 0, "\(again.errors)")
                try await study.checkDataset()
            }
        }

        @Test("A restored node counts rounds that it has forgotten as spent", .timeLimit(.minutes(10)))
        func forgottenRounds() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                try study.sign()
                let running = try await study.serveAll()
                #expect(try await study.link().end() == 0)
                _ = try await study.backUp("a")
                #expect(try await study.link().end() == 0)
                try await #require(running["a"]).kill9()
                try await study.restore("a")
                try Self.age("a", study, bySeconds: 100_000)
                let policy = study.home("a").appendingPathComponent("policy.yaml")
                try Data("sidos_policy: 1\nrounds_allowed: 2\n".utf8).write(to: policy)
                try study.configureMember("a", port: study.port(), more: "policy: policy.yaml\n")
                let restored = try await study.serve("a")
                // Its own count says that one round was held, and two were.
                let third = try study.link()
                #expect(try await third.end() == 81)
                try await restored.says("Refusing the round", "code=rounds.spent")
            }
        }

        @Test(
            "A coordinator that goes back to a copy from before: members refuse its board, and nothing is released",
            .timeLimit(.minutes(10)), arguments: [false, true])
        func forkedBoard(wasStopped: Bool) async throws {
            try await StudyOnDisk.with(Self.design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let link = try await study.linkHeld(by: "m", running)
                var coordinator = try #require(running["coordinator"])
                if wasStopped {
                    coordinator.send(SIGTERM)
                    _ = try await coordinator.end()
                }
                _ = try await study.backUp("coordinator")
                if wasStopped { coordinator = try await study.serve("coordinator") }
                // The original goes on, to where only the research environment is waited for.
                try #require(running["research"]).send(SIGSTOP)
                try #require(running["m"]).send(SIGCONT)
                try await coordinator.says(" phase ", "phase=receiving")
                try await link.says("waiting for research", within: 60)
                try await coordinator.kill9()
                try await study.restore("coordinator")
                let restored = try await study.serve("coordinator")
                try await restored.says("This coordinator was restored from a backup")
                try #require(running["research"]).send(SIGCONT)
                for id in ["a", "b", "m"] {
                    let member = try #require(running[id])
                    try await member.says("The board is wrong; ending this round here", "board.forked", within: 120)
                    try await member.says("The round's keys are destroyed")
                }
                if wasStopped {
                    // It cannot know that the other has gone on: the round waits for whoever has left it.
                    #expect(link.isRunning)
                    let abort = try await study.run(
                        .coordinator, "abort", "-d", study.home("coordinator").path, link.openedRound(), "--reason",
                        "Restored")
                    #expect(abort.status == 0, "\(abort.errors)")
                }
                #expect(try await link.end(within: 120) == 81)
                #expect(link.errors.contains("operator.aborted"), "\(link.errors)")
                #expect(study.phases("research").values.allSatisfy { $0 != "closed" })
                let again = try study.link()
                #expect(try await again.end() == 0, "\(again.errors)")
                try await study.checkDataset()
            }
        }

        @Test(
            "Of two copies of a node one refuses, since the board has other keys than its own", .timeLimit(.minutes(10))
        )
        func twoCopies() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                try study.sign()
                let running = try await study.serveAll()
                try await #require(running["a"]).says("Serving")
                _ = try await study.backUp("a")
                let original = study.home("a")
                let twin = study.directory.appendingPathComponent("twin")
                let restored = try await study.run(
                    .node, "restore", "--from", study.directory.appendingPathComponent("copy").path, "-d", twin.path)
                #expect(restored.status == 0, "\(restored.errors)")
                try Self.age(twin, .authority, bySeconds: 100_000)
                let second = try study.start(.node, ["serve", "-d", twin.path], log: "twin")
                try await second.says("Serving")
                let link = try study.link()
                #expect(try await link.end(within: 120) == 81)
                #expect(link.errors.contains("participant.refused (a)"), "\(link.errors)")
                let logs = try #require(running["a"]).errors + second.errors
                #expect(logs.contains("code=keys.lost"), "\(logs)")
                #expect(FileManager.default.fileExists(atPath: original.path))
            }
        }

        @Test("A coordinator that has forgotten a round cannot hold it a second time", .timeLimit(.minutes(10)))
        func forgottenNumber() async throws {
            try await StudyOnDisk.with(.simple(nodes: 2)) { study in
                try study.sign()
                let running = try await study.serveAll()
                #expect(try await study.link().end() == 0)
                _ = try await study.backUp("coordinator")
                #expect(try await study.link().end() == 0)
                try await #require(running["coordinator"]).kill9()
                try await study.restore("coordinator")
                try await study.serve("coordinator")
                let second = try study.link()
                #expect(try await second.end() == 81)
                #expect(second.errors.contains("participant.refused"), "\(second.errors)")
                // Whoever refuses first ends the round.
                let logs = ["a", "b", "research"].map {
                    RunningProgram.text(study.directory.appendingPathComponent("\($0).err"))
                }
                #expect(logs.contains { $0.contains("its number was another round's of this agreement") })
                let third = try study.link()
                #expect(try await third.end() == 0, "\(third.errors)")
                // All three are spent now, one of them twice.
                let fourth = try study.link()
                #expect(try await fourth.end() == 79)
            }
        }
    }
}
