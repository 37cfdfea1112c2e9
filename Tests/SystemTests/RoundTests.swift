import Foundation
import PSIProtocol
import Testing

@testable import SystemHarness

/// Whole systems: separate processes that talk over mutual TLS on this machine. One study at a time.
@Suite("System", .serialized)
enum SystemTests {}

extension SystemTests {
    @Suite("Rounds", .serialized)
    struct RoundTests {
        /// Runs a round to its end and compares the dataset with a plaintext join.
        private func checkRound(_ design: StudyDesign) async throws {
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                try await study.serveAll()
                let link = try study.link()
                #expect(try await link.end() == 0)
                try await study.checkDataset()
            }
        }

        @Test("Two authorities that acknowledged it", .timeLimit(.minutes(5)))
        func twoParties() async throws { try await checkRound(.simple(nodes: 2)) }

        @Test("Three authorities", .timeLimit(.minutes(5)))
        func threeParties() async throws { try await checkRound(.simple(nodes: 3)) }

        @Test("Five authorities with several registers, CSV and SQLite, and a mixer", .timeLimit(.minutes(5)))
        func sixParties() async throws { try await checkRound(.large) }

        @Test("Only selected cells are fetched", .timeLimit(.minutes(5)))
        func selectedCells() async throws {
            var design = StudyDesign.simple()
            design.vaultAccess = "selected"
            try await checkRound(design)
        }

        @Test("P-256 in place of ristretto255", .timeLimit(.minutes(5)))
        func otherSuite() async throws {
            var design = StudyDesign.simple()
            design.suite = "P256-SHA256"
            try await checkRound(design)
        }

        @Test("ffdhe3072 in place of ristretto255", .timeLimit(.minutes(5)))
        func finiteField() async throws {
            var design = StudyDesign.simple(nodes: 2)
            design.suite = "ffdhe3072-SHA512"
            try await checkRound(design)
        }

        @Test("Every step proved and checked", .timeLimit(.minutes(5)))
        func verified() async throws {
            var design = StudyDesign.large
            design.verification = "full"
            try await checkRound(design)
        }

        @Test("Every step proved and checked, in parts, one authority's cells fetched alone", .timeLimit(.minutes(5)))
        func verifiedInParts() async throws {
            var design = StudyDesign.simple(nodes: 2)
            design.mixers = ["mixer"]
            design.verification = "full"
            design.vaultAccess = "selected"
            design.parts = 4
            try await checkRound(design)
        }

        @Test("Over IPv6", .timeLimit(.minutes(5)))
        func overIPv6() async throws {
            var design = StudyDesign.simple(nodes: 2)
            design.address = "::1"
            try await checkRound(design)
        }

        @Test("Lists without padding", .timeLimit(.minutes(5)))
        func withoutPadding() async throws {
            var design = StudyDesign.simple()
            design.padding = "none"
            try await checkRound(design)
        }

        @Test(
            "Counts with noise: told until they have cost what was agreed, then refused before a round is opened",
            .timeLimit(.minutes(5)))
        func noisyCounts() async throws {
            var design = StudyDesign.simple()
            design.release = "none"
            design.counts = "{mechanism: discrete_laplace, epsilon: 0.5, total_epsilon: 1}"
            for index in design.registers.indices {
                design.registers[index].columns = []
                design.registers[index].releasedFor = []
            }
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                try await study.serveAll()
                for _ in 0..<2 {
                    let link = try study.link()
                    #expect(try await link.end() == 0)
                    #expect(link.errors.contains("with noise") || link.output.contains("with noise"))
                }
                let refused = try study.link()
                #expect(try await refused.end() != 0)
                #expect(
                    refused.errors.contains("have cost an epsilon of 1, and a round costs 0.5"), "\(refused.errors)")
            }
        }

        @Test("People who are never released, and rows of a period only, kept and left out", .timeLimit(.minutes(5)))
        func minimised() async throws {
            var design = StudyDesign.simple()
            design.cohorts = [
                .init(id: "both", rule: .intersect(.register("register_a"), .register("register_b"))),
                .init(id: "rest", rule: .except(.register("register_a"), .register("register_b"))),
            ]
            for index in design.registers.indices { design.registers[index].releasedFor = ["both", "rest"] }
            // Of both, of the rest, and of nobody.
            design.neverReleased = [
                "a": [InventedPerson(3).code], "b": [InventedPerson(12).code, InventedPerson(150).code],
            ]
            let period = "where: [{column: day, type: date, from: 2012-01-01, until: 2016-12-31}]"
            design.registers[0].agreed = ["rows: {people: keep, \(period)}"]
            design.registers[2].agreed = ["rows: {people: leave_out, \(period)}"]
            var expected = design
            for index in [0, 2] {
                expected.registers[index].rows = design.registers[index].rows.map { row in
                    var row = row
                    let day = row.values[2] ?? ""
                    if day < "2012-01-01" || day > "2016-12-31" { row.isLeftOut = true }
                    return row
                }
            }
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let check = try await study.run(.node, "check", "-d", study.home("b").path)
                #expect(check.status == 0)
                #expect(
                    check.output.contains(
                        "never released: 1 of the register's people; the lists have 2, of whom 1 are not in it"))
                let link = try study.link()
                #expect(try await link.end() == 0)
                try await study.researchIsDone()
                #expect(try await study.dataset().profiles == expected.expectedProfiles)
                // What the log says is as if the person were not there.
                let owner = try #require(running["b"])
                #expect(owner.errors.contains("people=35"), "\(owner.errors)")
                for word in ["b-never", "never_release", "withheld"] {
                    #expect(!owner.errors.contains(word), "\(word)")
                }
            }
        }

        @Test("Counts only: no research environment, and the counts that a plaintext join has", .timeLimit(.minutes(5)))
        func countsOnly() async throws {
            var design = StudyDesign.simple()
            design.release = "none"
            design.padding = "none"
            for index in design.registers.indices {
                design.registers[index].columns = []
                design.registers[index].releasedFor = []
            }
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                try await study.serveAll()
                let link = try study.link("--json")
                #expect(try await link.end() == 0)
                let people = design.cohorts[0].rule.people(
                    Dictionary(uniqueKeysWithValues: design.registers.map { ($0.id, $0.people) }))
                #expect(people.count == 26)
                let ended = try #require(link.output.split(separator: "\n").last { $0.contains("\"ended\"") })
                #expect(ended.contains("\"cohort\":\"both\",\"people\":26"), "\(ended)")
            }
        }

        @Test("Two rounds of one agreement: the same people, under other pseudonyms", .timeLimit(.minutes(5)))
        func secondRound() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                try await study.serveAll()
                var found: [WrittenDataset] = []
                for _ in 0..<2 {
                    let link = try study.link()
                    #expect(try await link.end() == 0)
                    let round = try link.openedRound()
                    try await study.researchIsDone(with: round)
                    found.append(try await study.dataset(round: round))
                }
                #expect(found[0].profiles == study.design.expectedProfiles)
                #expect(found[1].profiles == study.design.expectedProfiles)
                #expect(found[0].pseudonyms.isDisjoint(with: found[1].pseudonyms))
            }
        }
    }
}

extension StudyDesign {
    /// a and b have two registers each, d's tells membership only, and m blinds for others.
    static var large: StudyDesign {
        StudyDesign(
            mixers: ["m"],
            registers: [
                TestRegister("clients", owner: "a", people: 0..<40, releasedFor: ["served", "others"], salt: 1),
                TestRegister(
                    "services", owner: "a", people: stride(from: 0, to: 60, by: 2), storage: .sqlite,
                    releasedFor: ["served", "others"], salt: 2),
                TestRegister("residents", owner: "b", people: 10..<60, releasedFor: ["others"], salt: 3),
                TestRegister(
                    "benefits", owner: "b", people: stride(from: 1, to: 60, by: 3), storage: .sqlite,
                    releasedFor: ["served", "others"], salt: 4),
                TestRegister("taxes", owner: "c", people: 5..<45, releasedFor: ["served", "others"], salt: 5),
                TestRegister("refusals", owner: "d", people: 0..<8, releasedFor: [], salt: 6),
                TestRegister(
                    "permits", owner: "e", people: 20..<60, storage: .sqlite, releasedFor: ["others"], salt: 7),
            ],
            cohorts: [
                Cohort(id: "served", rule: .except(.register("clients"), .register("refusals"))),
                Cohort(
                    id: "others",
                    rule: .except(
                        .union(.register("residents"), .intersect(.register("benefits"), .register("taxes"))),
                        .register("clients"))),
            ])
    }
}
