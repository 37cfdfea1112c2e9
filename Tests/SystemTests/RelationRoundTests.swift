import Foundation
import PSIProtocol
import TestDirectories
import Testing

@testable import SystemHarness

extension SystemTests {
    /// Registers whose columns name people, among the real programs, compared with a plain join.
    @Suite("Relations between people", .serialized)
    struct RelationRoundTests {
        /// Whom somebody's rows name, by the index of an invented person; nil for nobody.
        private static func spouse(_ index: Int) -> Int? {
            switch index {
            case 8: 8
            case let index where index % 7 == 5: nil
            case let index where index % 9 == 7: 150 + index
            default: index ^ 1
            }
        }

        /// A circle, and one whom every third names.
        private static func child(_ index: Int) -> Int { index % 3 == 0 ? 14 : (index - 10 + 5) % 36 + 10 }

        /// Owner a names spouses and never releases person 3, owner b names children and never releases person 12.
        private static func design() -> StudyDesign {
            var design = StudyDesign.simple(nodes: 2)
            design.mixers = ["m"]
            design.cohorts = [
                .init(id: "any", rule: .union(.register("register_a"), .register("register_b")))
            ]
            for index in design.registers.indices { design.registers[index].releasedFor = ["any"] }
            design.registers[0].columns.append(.init(name: "spouse", type: "person", nullable: true))
            design.registers[1].columns.append(.init(name: "child", type: "person"))
            func rows(_ index: Int, _ value: (Int) -> String?) -> [TestRegister.Row] {
                design.registers[index].rows.map { row in
                    var row = row
                    row.values.append(value(row.person.index))
                    return row
                }
            }
            // Somebody's spouse has a code that is none.
            design.registers[0].rows = rows(0) { index in
                index == 20 ? "010150-999X" : spouse(index).map { InventedPerson($0).code }
            }
            design.registers[1].rows = rows(1) { InventedPerson(child($0)).code }
            design.neverReleased = ["a": [InventedPerson(3).code], "b": [InventedPerson(12).code]]
            return design
        }

        /// Every row names whom it should, by the pseudonym that the person's own rows have.
        private static func check(_ data: WrittenDataset) throws {
            // Person 12 is there by register a alone.
            #expect(data.names.count == 45 && data.names[3] == nil && data.names[12] != nil)
            #expect(data.names.values.allSatisfy { $0.count == 1 })
            var found = 0
            for (register, column) in [("register_a", 6), ("register_b", 6)] {
                let rows = try #require(data.tables[register])
                #expect(rows.count > 60)
                for row in rows {
                    let serial = try #require(Int(row[1]))
                    let index = serial % 1_000_000 / 10
                    let named: Int? =
                        register == "register_a" ? (index == 20 ? nil : spouse(index)) : child(index)
                    let isKept = named != 3 && (register == "register_a" || named != 12)
                    let expected = isKept ? named.flatMap { data.names[$0]?.first } : nil
                    #expect(row[column] == expected ?? "", "\(register), person \(index)")
                    if expected != nil { found += 1 }
                }
            }
            #expect(found > 90)
        }

        @Test(
            "A dataset names whom the registers name, whatever is proved and however long pseudonyms last",
            .timeLimit(.minutes(10)),
            arguments: Thorough.cases([(verification: "off", holders: [String]()), ("full", ["a", "m"])]))
        func round(verification: String, holders: [String]) async throws {
            var design = Self.design()
            design.verification = verification
            design.pseudonymHolders = holders
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let check = try await study.run(.node, "check", "-d", study.home("a").path)
                #expect(check.status == 0, "\(check.errors)")
                for words in [
                    "column spouse:", "rows name their own person", "1 codes are not used", "cells (8 allowed)",
                ] {
                    #expect(check.output.contains(words), "\(words): \(check.output)")
                }
                let link = try study.link()
                // The owner of a list that is made of another reading starts again between the two.
                try await #require(running["b"]).says("Read a register")
                try await #require(running["b"]).kill9()
                try await study.serve("b")
                #expect(try await link.end(within: 120) == 0, "\(link.errors)")
                let round = try link.openedRound()
                try await study.researchIsDone(with: round)
                try Self.check(try await study.dataset(round: round))
                try study.checkLogs()
                let left = try FileManager.default.contentsOfDirectory(
                    at: study.home("a").appendingPathComponent("lists"), includingPropertiesForKeys: nil)
                #expect(left.isEmpty)
            }
        }

        @Test(
            "A placeholder that more rows name than was agreed stops the round before anything is sent",
            .timeLimit(.minutes(5)))
        func placeholder() async throws {
            var design = Self.design()
            // Some 80 links take six cells of 256 bytes.
            design.registers[1].rows = design.registers[1].rows.map { row in
                var row = row
                row.values[5] = InventedPerson(14).code
                return row
            }
            design.registers[1].columns[5].more = ", max_cells_per_person: 2"
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                let running = try await study.serveAll()
                let check = try await study.run(.node, "check", "-d", study.home("b").path)
                #expect(check.output.contains("look for a placeholder among the codes"), "\(check.output)")
                let link = try study.link()
                #expect(try await link.end(within: 120) != 0)
                try await #require(running["b"]).says("more than the 2 allowed")
            }
        }
    }
}
