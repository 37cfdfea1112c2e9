import Foundation
import Testing

@testable import PSIProtocol
@testable import SystemHarness

extension AttackTests {
    /// Working out a number that is withheld from all that is told. [P-39]
    @Suite("Withheld numbers", .serialized)
    struct WithholdingAttackTests {
        /// People who are in registers a and b, 3 of them; the sizes of the lists are on every participant's board.
        private static func countOnly() -> StudyDesign {
            let people: [Range<Int>] = [0..<40, 37..<90, 80..<120]
            var design = StudyDesign(
                registers: people.enumerated().map { index, range in
                    TestRegister(
                        "register_\(["a", "b", "c"][index])", owner: ["a", "b", "c"][index], people: range,
                        releasedFor: [], salt: index + 1)
                },
                cohorts: [
                    .init(id: "both", rule: .intersect(.register("register_a"), .register("register_b"))),
                    .init(id: "any_a", rule: .register("register_a")),
                ])
            design.release = "none"
            design.padding = "none"
            design.smallestCell = 5
            return design
        }

        private struct Told: Decodable {
            struct Set: Decodable {
                var registers: [String]
                var people: Int?
            }
            struct Cohort: Decodable {
                var cohort: String
                var people: Int?
            }
            struct Counts: Decodable {
                var overlap: [Set]
                var cohorts: [Cohort]
            }
            var counts: Counts
        }

        @Test(
            "A participant subtracts the published sets from the lists' sizes: the 3 people in both may be 0 to 5",
            .timeLimit(.minutes(10)))
        func publishedSetsAreSubtractedFromSizes() async throws {
            try await StudyOnDisk.with(Self.countOnly()) { study in
                try study.sign()
                try await study.serveAll()
                let link = try study.link()
                #expect(try await link.end() == 0, "\(link.errors)")
                #expect(!link.output.contains("too few") && !link.output.contains("fewer than"))
                #expect(link.output.contains("withheld"), "\(link.output)")
                let status = try await study.run(
                    .coordinator, "status", "--directory", study.home("coordinator").path, "--json",
                    try link.openedRound())
                #expect(status.status == 0, "\(status.errors)")
                let json = try #require(status.output.split(separator: "\n").first { $0.hasPrefix("{") })
                let counts = try JSONDecoder().decode(Told.self, from: Data(json.utf8)).counts

                // What the attacker knows: the sizes, whatever is told, and that all else is withheld or nobody.
                let names = ["register_a", "register_b", "register_c"]
                let lists = study.design.registers.map(\.people)
                var truth: [UInt32: Int] = [:]
                for person in lists.reduce(Set(), { $0.union($1) }) {
                    let set = names.indices.reduce(UInt32(0)) { lists[$1].contains(person) ? $0 | 1 << $1 : $0 }
                    truth[set, default: 0] += 1
                }
                var system = CountSystem()
                var isWithheld: [Bool] = []
                var cells: [UInt32: Int] = [:]
                for set in UInt32(1)..<8 {
                    let registers = names.indices.filter { set >> UInt32($0) & 1 == 1 }.map { names[$0] }
                    cells[set] = system.add(truth[set] ?? 0)
                    let told = counts.overlap.first { $0.registers == registers }
                    isWithheld.append(told?.people == nil)
                    if let told { #expect(told.people == truth[set]) }
                }
                for register in names.indices {
                    let size = system.add(lists[register].count, .known)
                    isWithheld.append(false)
                    system.relate(
                        cells.filter { $0.key >> UInt32(register) & 1 == 1 }.map(\.value).sorted(), equals: [size])
                }
                for cohort in counts.cohorts {
                    let members = cells.filter { cohort.cohort == "both" ? $0.key & 3 == 3 : $0.key & 1 == 1 }
                    let cell = system.add(members.keys.reduce(0) { $0 + (truth[$1] ?? 0) })
                    isWithheld.append(cohort.people == nil)
                    system.relate(members.values.sorted(), equals: [cell])
                }
                #expect(truth[3] == 3 && counts.cohorts.first { $0.cohort == "both" }?.people == nil)
                let range = FeasibleRange(system, isWithheld: isWithheld, of: try #require(cells[3]))
                #expect(range.least == 0 && (range.most ?? .max) >= 5, "\(range)")
            }
        }

        @Test(
            "A second cohort of nobody stops the round, and `link` tells neither that it is empty nor that it is small",
            .timeLimit(.minutes(10)))
        func emptyCohortIsNotTold() async throws {
            var design = StudyDesign.simple(nodes: 3)
            design.padding = "none"
            design.smallestCell = 5
            design.cohorts.append(.init(id: "nobody", rule: .except(.register("register_a"), .register("register_a"))))
            for index in design.registers.indices { design.registers[index].releasedFor = ["both", "nobody"] }
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                try await study.serveAll()
                let link = try study.link()
                #expect(try await link.end() != 0)
                let line = link.output.split(separator: "\n").first { $0.contains("cohort nobody") }
                #expect(line.map { $0.hasSuffix("  withheld") } == true, "\(link.output)")
            }
        }
    }
}
