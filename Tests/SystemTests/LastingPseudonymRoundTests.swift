import Foundation
import PSIProtocol
import TestDirectories
import Testing

@testable import SystemHarness

extension SystemTests {
    /// Rounds of a study whose pseudonyms last, among the real programs. [P-80] [P-83]
    @Suite("Studies of several rounds", .serialized)
    struct LastingPseudonymRoundTests {
        /// Owners a, b and c and a mixer; a, c and the mixer keep study keys.
        private static func design(_ pseudonymHolders: [String] = ["a", "c", "m"]) -> StudyDesign {
            var design = StudyDesign.simple()
            design.mixers = ["m"]
            design.pseudonymHolders = pseudonymHolders
            design.cohorts = [
                .init(id: "any", rule: .union(.register("register_a"), .register("register_b")))
            ]
            for index in design.registers.indices {
                design.registers[index].releasedFor = index < 2 ? ["any"] : []
                if index == 2 { design.registers[index].columns = [] }
                if index == 1 { design.registers[index].agreed.append("increments: append") }
            }
            // Somebody of register a alone, under a code that a has issued for itself.
            design.registers[0].codes[3] = "010170-910V"
            return design
        }

        private static func linked(_ study: StudyOnDisk) async throws -> (round: String, data: WrittenDataset) {
            let link = try study.link()
            #expect(try await link.end(within: 120) == 0, "\(link.errors)")
            let round = try link.openedRound()
            try await study.researchIsDone(with: round)
            return (round, try await study.dataset(round: round))
        }

        /// The same name for everybody, but for the one with a temporary code.
        private static func check(_ first: WrittenDataset, _ second: WrittenDataset) throws {
            #expect(first.names.count == 46 && second.names.count == 46)
            for (index, names) in first.names {
                #expect(names.count == 1)
                let later = try #require(second.names[index])
                #expect((later == names) == (index != 3), "person \(index)")
                #expect(first.lasting.isSuperset(of: names) == (index != 3))
                #expect(second.lasting.isSuperset(of: later) == (index != 3))
            }
            #expect(first.pseudonyms.count == 46 && second.pseudonyms.count == 46)
            #expect(first.profiles == second.profiles)
        }

        /// One dataset of both rounds: register a as in the second, and rows of register b from both.
        private static func checkJoined(
            _ first: (round: String, data: WrittenDataset), _ second: (round: String, data: WrittenDataset),
            _ study: StudyOnDisk
        ) async throws {
            let joined = try await study.dataset(rounds: [second.round, first.round].map { String($0.prefix(10)) })
            #expect(joined.pseudonyms == second.data.pseudonyms.union(first.data.rowsOf("register_b").keys))
            #expect(joined.rowsOf("register_a") == second.data.rowsOf("register_a"))
            let both = first.data.rowsOf("register_b").merging(second.data.rowsOf("register_b")) { ($0 + $1).sorted() }
            #expect(joined.rowsOf("register_b") == both && !both.isEmpty)
            #expect(joined.lasting == second.data.lasting)
        }

        @Test(
            "A person has the same pseudonym in every round, whoever was killed between, and also with proofs",
            .timeLimit(.minutes(10)), arguments: Thorough.cases(["off", "full"]))
        func severalRounds(verification: String) async throws {
            var design = Self.design()
            design.verification = verification
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let first = try await Self.linked(study)
                for id in ["a", "m", "research", "coordinator"] {
                    try await #require(running[id]).kill9()
                    try await study.serve(id)
                }
                let second = try await Self.linked(study)
                #expect(first.round != second.round)
                try Self.check(first.data, second.data)
                try await Self.checkJoined(first, second, study)
                try study.checkLogs()
            }
        }

        @Test(
            "With an authority that was written from the documents alone, which holds a study key",
            .timeLimit(.minutes(10)))
        func inPython() async throws {
            var design = Self.design(["b", "c"])
            design.padding = "none"
            design.inPython = ["c": ""]
            design.registers[2].storage = .csv
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let first = try await Self.linked(study)
                #expect(try await #require(running["c"]).end() == 0)
                let again = try await study.serve("c")
                let second = try await Self.linked(study)
                #expect(try await again.end() == 0)
                try Self.check(first.data, second.data)
            }
        }

        @Test(
            "A holder that comes with another key than before is named, and the round ends",
            .timeLimit(.minutes(10)))
        func otherKey() async throws {
            var design = Self.design(["b", "c"])
            design.padding = "none"
            design.inPython = ["c": ""]
            design.registers[2].storage = .csv
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let running = try await study.serveAll()
                _ = try await Self.linked(study)
                #expect(try await #require(running["c"]).end() == 0)
                // As after the loss of its disk, or on purpose.
                for name in ["study-system-test.key", "study-system-test.json"] {
                    try FileManager.default.removeItem(at: study.home("c").appendingPathComponent(name))
                }
                try await study.serve("c")
                let link = try study.link()
                #expect(try await link.end(within: 120) == 81, "\(link.errors)")
                try await #require(running["coordinator"]).says("keys.study-differs")
                #expect(link.output.contains("c") && (link.output + link.errors).contains("protocol.violation"))
            }
        }
    }
}
