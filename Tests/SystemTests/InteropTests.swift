import Foundation
import PSIProtocol
import Testing

@testable import SystemHarness

extension SystemTests {
    /// Rounds with an authority that was written in another language from the documents alone.
    @Suite("A participant of another kind", .serialized)
    struct InteropTests {
        /// Owners a, b and c, of whom c is the participant in Python.
        static func design(_ wrong: String = "", padding: String = "none") -> StudyDesign {
            var design = StudyDesign.simple()
            design.registers = zip(["a", "b", "c"], [0..<12, 4..<16, 6..<18]).enumerated().map { index, register in
                TestRegister(
                    "register_\(register.0)", owner: register.0, people: register.1,
                    storage: index == 1 ? .sqlite : .csv, releasedFor: ["both"], salt: index + 1)
            }
            design.padding = padding
            design.inPython = ["c": wrong]
            return design
        }

        static func countsOnly(_ wrong: String = "") -> StudyDesign {
            var design = Self.design(wrong)
            design.release = "none"
            for index in design.registers.indices {
                design.registers[index].columns = []
                design.registers[index].releasedFor = []
            }
            return design
        }

        private func checkRound(_ design: StudyDesign) async throws {
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let link = try study.link()
                #expect(try await link.end() == 0, "\(link.errors)")
                try await study.checkDataset()
                for id in design.inPython.keys {
                    let participant = try #require(running[id])
                    #expect(try await participant.end() == 0, "\(participant.errors.suffix(2_000))")
                    try await participant.says("\"posted\"", "KeysErased")
                }
            }
        }

        @Test("A whole round, lists with dummies", .timeLimit(.minutes(5)))
        func wholeRound() async throws { try await checkRound(Self.design(padding: "padme")) }

        @Test("Only selected cells are fetched", .timeLimit(.minutes(5)))
        func selectedCells() async throws {
            var design = Self.design()
            design.vaultAccess = "selected"
            try await checkRound(design)
        }

        @Test("Lists, vaults and selections in parts", .timeLimit(.minutes(5)), arguments: ["whole", "selected"])
        func parts(vaultAccess: String) async throws {
            var design = Self.design(padding: "padme")
            design.vaultAccess = vaultAccess
            design.parts = 8
            try await checkRound(design)
        }

        @Test("Two of them in a ring of two, where one's first stage is the other's last", .timeLimit(.minutes(5)))
        func twoParties() async throws {
            var design = Self.design()
            design.registers.removeFirst()
            design.cohorts[0].rule = .intersect(.register("register_b"), .register("register_c"))
            try await checkRound(design)
        }

        @Test("One that owns two registers, one of which only defines a cohort", .timeLimit(.minutes(5)))
        func severalRegisters() async throws {
            var design = Self.design()
            design.registers.append(
                TestRegister("members", owner: "c", people: 3..<9, releasedFor: [], salt: 4))
            design.cohorts[0].rule = .except(
                .intersect(.register("register_a"), .register("register_b")), .register("members"))
            try await checkRound(design)
        }

        @Test("A second match key finds who has no code, and those who have one alike", .timeLimit(.minutes(5)))
        func recipe() async throws {
            var design = Self.design()
            design.matching = [
                "normalisation: sidos-1", "match_fields: [{name: nimi, kind: text}]", "match_keys:",
                "  - identity_code", "  - {name: whole_name, recipe: joined(nimi)}",
            ]
            for index in 0...1 { design.registers[index].more = ["match_fields: {nimi: nimi}"] }
            for person in 8..<10 { design.registers[1].codes[person] = "" }
            for person in 9..<12 { design.registers[2].codes[person] = person == 10 ? "99999-999X" : "" }
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                try await study.serveAll()
                let link = try study.link()
                #expect(try await link.end() == 0, "\(link.errors)")
                try await study.researchIsDone()
                let dataset = try await study.dataset()
                #expect(dataset.profiles == design.expectedProfiles)
                let rows = design.registers[2].rows.filter { (9..<12).contains($0.person.index) }
                let links = Set(rows.map { dataset.links["register_c"]?[$0.values[0] ?? ""] ?? "no row" })
                #expect(links == ["whole_name"])
            }
        }

        @Test("Counts only", .timeLimit(.minutes(5)))
        func countsOnly() async throws {
            try await StudyOnDisk.with(Self.countsOnly()) { study in
                try study.sign()
                try await study.serveAll()
                let link = try study.link("--json")
                #expect(try await link.end() == 0, "\(link.errors)")
                let ended = try #require(link.output.split(separator: "\n").last { $0.contains("\"ended\"") })
                #expect(ended.contains("\"cohort\":\"both\",\"people\":8"), "\(ended)")
            }
        }
    }
}
