import Foundation
import PSIProtocol
import Testing

@testable import SystemHarness

extension AttackTests {
    /// Finding somebody in a dataset by what sets them apart though every quasi-identifier is shared.
    @Suite("One person alone", .serialized)
    struct LonePersonAttackTests {
        /// Twenty-six people of one cohort who share all quasi-identifiers, in two registers, and some in a third.
        private static func design(third people: [Int], disclosure: [String]) -> StudyDesign {
            var design = StudyDesign.simple(nodes: 3)
            for index in design.registers.indices {
                let kind = design.registers[index].columns.firstIndex { $0.name == "kind" } ?? 4
                for row in design.registers[index].rows.indices {
                    design.registers[index].rows[row].values[kind] = "same"
                }
            }
            // One row each, so that nothing but presence sets people apart.
            for index in 0..<2 {
                var seen = Set<InventedPerson>()
                design.registers[index].rows.removeAll { !seen.insert($0.person).inserted }
            }
            var third = TestRegister("prison", owner: "c", people: people, releasedFor: ["both"], salt: 9)
            var seen = Set<InventedPerson>()
            third.rows.removeAll { !seen.insert($0.person).inserted }
            design.registers[2] = third
            design.padding = "none"
            design.matching += ["disclosure:"] + disclosure.map { "  " + $0 }
            return design
        }

        private func dataset(_ design: StudyDesign) async throws -> (directory: URL, persons: Int) {
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                try await study.serveAll()
                let link = try study.link()
                #expect(try await link.end() == 0, "\(link.errors)")
                try await study.researchIsDone()
                let written = try await study.dataset()
                let kept = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
                try FileManager.default.copyItem(at: study.directory.appendingPathComponent("dataset-2"), to: kept)
                return (kept, written.pseudonyms.count)
            }
        }

        /// By register, how many rows each person has.
        private func rows(of directory: URL, _ register: String) throws -> [String: Int] {
            let text = try String(contentsOf: directory.appendingPathComponent("\(register).csv"), encoding: .utf8)
            let people = text.split(whereSeparator: \.isNewline).dropFirst().compactMap {
                $0.split(separator: ",").first.map(String.init)
            }
            return people.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }

        @Test(
            "Somebody who is alone in a register without quasi-identifiers is not in the dataset",
            .timeLimit(.minutes(10)))
        func aloneInARegisterWithoutQuasiIdentifiers() async throws {
            let rules = ["k: 5", "leave_out: 10", "quasi_identifiers: [{column: register_a.kind}]"]
            let (directory, persons) = try await dataset(Self.design(third: [20], disclosure: rules))
            defer { try? FileManager.default.removeItem(at: directory) }
            #expect(persons == 25)
            #expect(try rows(of: directory, "prison").isEmpty)
            let report = try String(contentsOf: directory.appendingPathComponent("report.md"), encoding: .utf8)
            #expect(report.contains("of the registers in which somebody has rows"))
            #expect(report.contains("| People who share the rarest combination (k) | 1 | 25 |"), "\(report)")
        }

        @Test(
            "Somebody whose number of rows nobody else has is not in the dataset where the agreement counts rows",
            .timeLimit(.minutes(10)))
        func aloneByTheNumberOfRows() async throws {
            var design = Self.design(
                third: [],
                disclosure: [
                    "k: 5", "leave_out: 10", "quasi_identifiers: [{column: register_a.kind}]",
                    "count_rows: [register_a]",
                ])
            let twice = design.registers[0].rows.first { $0.person == InventedPerson(20) }
            if var twice {
                twice.values[0] = "77"
                design.registers[0].rows.append(twice)
            }
            design.registers[2].rows = Self.design(third: Array(10..<36), disclosure: []).registers[2].rows
            let (directory, persons) = try await dataset(design)
            defer { try? FileManager.default.removeItem(at: directory) }
            #expect(persons == 25)
            #expect(try rows(of: directory, "register_a").values.allSatisfy { $0 == 1 })
        }
    }
}
