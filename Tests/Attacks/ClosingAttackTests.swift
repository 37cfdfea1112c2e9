import Crypto
import Foundation
import GRDB
import Glibc
import PSIProtocol
import Testing
import Values

@testable import SystemHarness

extension AttackTests {
    /// A coordinator that shows nodes another end of a round than the research environment.
    @Suite("Two ends of one round", .serialized)
    struct ClosingAttackTests {
        @Test(
            "Nodes are told that the round was aborted, the research environment that it closed: there is no dataset",
            .timeLimit(.minutes(10)))
        func twoEnds() async throws {
            try await Self.closedWithoutNodes { study, running, round in
                // Only one signature over this end is there: the research environment's own.
                let dataset = try await Self.dataset(study)
                #expect(dataset.status == 75)
                #expect(dataset.errors.contains("a, b, c have not yet signed"), "\(dataset.errors)")
                let status = try await study.run(.research, "status", "-d", study.home("research").path)
                #expect(status.output.contains("to be signed by a, b, c, received"), "\(status.output)")

                try await #require(running["coordinator"]).kill9()
                try study.replaceEnd(of: round, by: RoundAborted(code: .deadline, participants: []))
                try await study.serve("coordinator")
                for node in ["a", "b", "c"] { try #require(running[node]).send(SIGCONT) }
                for node in ["a", "b", "c"] {
                    try await #require(running[node]).says("The round was aborted", within: 60)
                    try await #require(running[node]).says("keys are destroyed")
                }
                let research = try #require(running["research"])
                try await research.says("The board is wrong", "board.forked", within: 60)
                try await research.says("What was received is destroyed")
                let after = try await Self.dataset(study)
                #expect(after.status == 66, "\(after.errors)")
                // Also started again, it finds nothing to write.
                research.send(SIGTERM)
                _ = try await research.end(within: 20)
                try await study.serve("research")
                #expect(try await Self.dataset(study).status == 66)
            }
        }

        @Test(
            "A closed round waits for every key holder's signature, also across restarts", .timeLimit(.minutes(10)))
        func oneSignatureIsMissing() async throws {
            try await Self.closedWithoutNodes { study, running, round in
                for node in ["a", "b"] { try #require(running[node]).send(SIGCONT) }
                let research = try #require(running["research"])
                try await research.says("its dataset waits", "waiting_for=c", within: 120)
                let early = try await Self.dataset(study)
                #expect(early.status == 75)
                #expect(early.errors.contains(", but c has not yet signed"), "\(early.errors)")
                try await research.kill9()
                let again = try await study.serve("research")
                try await again.says("Serving", times: 2)
                #expect(try await Self.dataset(study).status == 75)
                try #require(running["c"]).send(SIGCONT)
                try await again.says("dataset can be written", within: 120)
                try await study.checkDataset()
            }
        }

        private static func dataset(_ study: StudyOnDisk) async throws -> (
            status: Int32, output: String, errors: String
        ) {
            let output = study.directory.appendingPathComponent("dataset-\(UUID().uuidString)")
            let result = try await study.run(
                .research, "dataset", "-d", study.home("research").path, "-o", output.path)
            if result.status != 0 { #expect(!FileManager.default.fileExists(atPath: output.path)) }
            return result
        }

        /// A round that the coordinator has closed, and of which nodes have heard nothing since they released.
        ///
        /// A round of a few people is over in half a second. Where this process gets no core meanwhile, it stops the
        /// programs too late, and tries another study.
        private static func closedWithoutNodes(
            _ body: (StudyOnDisk, [String: RunningProgram], String) async throws -> Void
        ) async throws {
            for _ in 0..<20 where try await attempt(body) { return }
            Issue.record("the programs were never stopped in time")
        }

        /// - Returns: false if the nodes were stopped too late.
        private static func attempt(
            _ body: (StudyOnDisk, [String: RunningProgram], String) async throws -> Void
        ) async throws -> Bool {
            try await StudyOnDisk.with { study in
                try study.sign()
                let running = try await study.serveAll()
                let (research, coordinator) = (try #require(running["research"]), try #require(running["coordinator"]))
                let link = try study.link()
                // The research environment has signed the manifest, and nothing is due from it until all have released.
                try await coordinator.says(" phase ", "phase=declaring")
                research.send(SIGSTOP)
                try await coordinator.says(" phase ", "phase=receiving")
                for node in ["a", "b", "c"] { try #require(running[node]).send(SIGSTOP) }
                research.send(SIGCONT)
                #expect(try await link.end() == 0, "\(link.errors)")
                let round = try link.openedRound()
                try await Task.sleep(for: .milliseconds(500))
                guard try study.board(round).allSatisfy({ !($0.body is KeysErased) || $0.author == "research" }) else {
                    return false
                }
                try await research.says("its dataset waits", "waiting_for=a,b,c", within: 120)
                try await body(study, running, round)
                return true
            }
        }
    }
}

extension StudyOnDisk {
    /// Puts another end in the place of the one on a stopped coordinator's board, and removes what came after.
    fileprivate func replaceEnd(of round: String, by body: any EntryBody) throws {
        let id = try #require(RoundID(hex: round))
        let entries = try board(round)
        let end = try #require(entries.firstIndex { $0.body is RoundClosed })
        let before = entries[..<end].reduce(BoardHead.empty) { $0.appending($1.bytes) }
        let other = try SignedEntry(
            body: body, author: "coordinator", round: id, seen: before, key: try keys("coordinator").signingKey)
        let queue = try DatabaseQueue(path: home("coordinator").appendingPathComponent("board.sqlite").path)
        try queue.write { database in
            let key = try #require(
                try Int64.fetchOne(
                    database, sql: "SELECT id FROM round WHERE round = ?", arguments: [Data(id.bytes)]))
            try database.execute(sql: "UPDATE round SET erasing = 1 WHERE id = ?", arguments: [key])
            try database.execute(sql: "DELETE FROM entry WHERE round = ? AND number > ?", arguments: [key, end])
            try database.execute(sql: "UPDATE round SET erasing = 0 WHERE id = ?", arguments: [key])
            try database.execute(
                sql: "INSERT INTO entry (round, number, hash, bytes) VALUES (?, ?, ?, ?)",
                arguments: [key, end + 1, Data(SHA256.hash(data: other.bytes)), Data(other.bytes)])
        }
        try queue.close()
    }
}
