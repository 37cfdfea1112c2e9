import Files
import Foundation
import TestDirectories
import Testing

@testable import SystemHarness

extension SystemTests {
    /// People withdraw from a study after their data was released, among the real programs. [P-95] [P-96] [P-97]
    @Suite("Withdrawals", .serialized)
    struct WithdrawalSystemTests {
        private static func design(verification: String) -> StudyDesign {
            var design = StudyDesign.simple()
            design.mixers = ["m"]
            design.verification = verification
            design.pseudonymHolders = ["a", "m"]
            design.cohorts = [.init(id: "any", rule: .union(.register("register_a"), .register("register_b")))]
            for index in design.registers.indices {
                design.registers[index].releasedFor = index < 2 ? ["any"] : []
                if index == 2 { design.registers[index].columns = [] }
            }
            return design
        }

        private static func list(_ people: [Int], _ study: StudyOnDisk) throws -> String {
            let path = study.directory.appendingPathComponent("withdrawing-\(people.count).csv").path
            let lines = ["hetu"] + people.map { InventedPerson($0).code }
            try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: path))
            return path
        }

        private static func linked(_ study: StudyOnDisk, _ more: [String] = []) async throws -> String {
            let link = more.isEmpty ? try study.link() : try study.link("--withdrawals")
            #expect(try await link.end(within: 120) == 0, "\(link.errors)")
            return try link.openedRound()
        }

        @Test(
            "Who withdraws is gone from everything that the research environment has, and does not come back",
            .timeLimit(.minutes(10)), arguments: Thorough.cases(["off", "full"]))
        func withdrawn(verification: String) async throws {
            let design = Self.design(verification: verification)
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let research = try #require(running["research"])
                let first = try await Self.linked(study)
                try await study.researchIsDone(with: first)
                let before = try await study.dataset(round: first)

                // Somebody of both registers, somebody of register b whom a has not, and somebody who never was in it.
                let inA = Set(design.registers[0].people.map(\.index))
                let inB = Set(design.registers[1].people.map(\.index))
                let both = try #require(inA.intersection(inB).min())
                let other = try #require(inB.subtracting(inA).min())
                let stranger = 9_999
                let home = study.home("a").path
                let noted = try await study.run(
                    .node, "withdraw", "--directory", home, "--study", "system-test", "--list",
                    try Self.list([both, other, stranger], study))
                #expect(noted.status == 0 && noted.output.contains("Noted. 3 codes"), "\(noted.errors)")

                // Nothing happens before the round.
                #expect(try await study.dataset(round: first).profiles == before.profiles)
                let withdrawal = try await Self.linked(study, ["--withdrawals"])
                try await research.says("is removed from what was received")
                let after = try await study.dataset(round: first)
                let gone = Set([both, other].flatMap { before.names[$0] ?? [] })
                #expect(gone.count == 2)
                #expect(after.pseudonyms == before.pseudonyms.subtracting(gone))
                #expect(after.names == before.names.filter { $0.key != both && $0.key != other })

                let second = try await Self.linked(study)
                try await study.researchIsDone(with: second)
                for dataset in [
                    try await study.dataset(round: second), try await study.dataset(rounds: [first, second]),
                ] {
                    #expect(dataset.names == after.names)
                }
                // The evidence of the round tells of it in words, and of nobody.
                let evidence = study.directory.appendingPathComponent("evidence.zip").path
                let exported = try await study.run(
                    .node, "evidence", "export", String(withdrawal.prefix(12)), evidence, "--directory", home)
                #expect(exported.status == 0, "\(exported.errors)")
                let told = try await study.run(.node, "evidence", "verify", evidence)
                #expect(told.status == 0 && told.output.contains("who withdraws from the study"), "\(told.output)")
                let withdrawals = try await study.run(
                    .research, "withdrawals", "--directory", study.home("research").path)
                #expect(withdrawals.output.contains("system-test: people withdrew"), "\(withdrawals.output)")
                #expect(withdrawals.output.contains("dataset written"))
                let pseudonym = try #require(gone.first)
                for text in [noted.output, told.output, withdrawals.output] {
                    #expect(!text.contains(InventedPerson(both).code) && !text.contains(pseudonym))
                }
                try study.checkLogs()
            }
        }

        @Test(
            "With an authority that was written from the documents alone, which lists somebody",
            .timeLimit(.minutes(10)))
        func inPython() async throws {
            var design = Self.design(verification: "off")
            design.mixers = []
            design.pseudonymHolders = ["b", "c"]
            design.padding = "none"
            design.inPython = ["c": ""]
            design.registers[2].storage = .csv
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let first = try await Self.linked(study)
                try await study.researchIsDone(with: first)
                let before = try await study.dataset(round: first)
                #expect(try await #require(running["c"]).end() == 0)
                let somebody = try #require(before.names.keys.min())
                try Data("hetu\n\(InventedPerson(somebody).code)\n".utf8)
                    .write(to: study.directory.appendingPathComponent("c-withdrawn.csv"))
                let again = try await study.serve("c")
                _ = try await Self.linked(study, ["--withdrawals"])
                #expect(try await again.end() == 0)
                try await #require(running["research"]).says("is removed from what was received")
                let after = try await study.dataset(round: first)
                #expect(after.names == before.names.filter { $0.key != somebody })
            }
        }

        @Test("A list is taken whole or not at all, by an authority of a study whose pseudonyms last")
        func refused() async throws {
            var design = Self.design(verification: "off")
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let home = study.home("a").path
                func withdraw(_ lines: [String], _ more: String...) async throws -> (Int32, String) {
                    let path = study.directory.appendingPathComponent("list.csv").path
                    try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: path))
                    let ran = try await study.run(
                        .node, "withdraw", "--directory", home, "--study", more.first ?? "system-test", "--list", path)
                    return (ran.status, ran.output + ran.errors)
                }
                let good = InventedPerson(1).code
                for (lines, status, words) in [
                    (["hetu", good, "131052-308X"], 65, "row 2"), (["hetu", good, ""], 65, "row 2"),
                    (["hetu"], 0, "Noted. 0 codes"), (["hetu;name", "\(good);x"], 65, "--column"),
                ] as [([String], Int32, String)] {
                    let (ended, told) = try await withdraw(lines)
                    #expect(ended == status, "\(lines): \(ended) \(told)")
                    #expect(told.contains(words), "\(told)")
                    #expect(!told.contains(good) && !told.contains("308X"), "\(told)")
                }
                let shown = try await study.run(.node, "withdraw", "--directory", home, "--study", "system-test")
                #expect(shown.output.contains("0 codes are noted"), "\(shown.output)\(shown.errors)")
                let (unknown, told) = try await withdraw(["hetu", good], "other-study")
                #expect(unknown != 0 && told.contains("no agreement of a study other-study"), "\(told)")
                let mixer = try await study.run(
                    .node, "withdraw", "--directory", study.home("m").path, "--study", "system-test")
                #expect(mixer.status != 0)
            }
            design.pseudonymHolders = []
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let refused = try await study.run(
                    .node, "withdraw", "--directory", study.home("a").path, "--study", "system-test", "--list",
                    try Self.list([1], study))
                #expect(refused.status != 0 && refused.errors.contains("never_release"), "\(refused.errors)")
                _ = try await study.serveAll()
                let link = try study.link("--withdrawals")
                #expect(try await link.end(within: 60) != 0)
                #expect(link.errors.contains("pseudonyms: study"), "\(link.errors)")
            }
        }
    }
}
