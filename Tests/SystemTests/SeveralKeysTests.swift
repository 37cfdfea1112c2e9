import Foundation
import PSIProtocol
import Testing

@testable import SystemHarness

extension SystemTests {
    @Suite("Several match keys", .serialized)
    struct SeveralKeysTests {
        @Test(
            "Codes, former codes, names, tokens: everybody is found, and the dataset says by what",
            .timeLimit(.minutes(5)))
        func round() async throws {
            let design = StudyDesign.severalKeys
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                try await study.serveAll()
                let link = try study.link()
                #expect(try await link.end() == 0, "\(link.errors)")
                try await study.researchIsDone()
                let dataset = try await study.dataset()
                #expect(dataset.profiles == design.expectedProfiles)
                func links(_ register: Int, _ people: Range<Int>) -> Set<String> {
                    let rows = design.registers[register].rows.filter { people.contains($0.person.index) }
                    return Set(
                        rows.map { dataset.links[design.registers[register].id]?[$0.values[0] ?? ""] ?? "no row" })
                }
                #expect(links(1, 12..<18) == ["whole_name"])
                #expect(links(1, 19..<20) == ["tolerant"])
                #expect(links(1, 20..<36) == ["identity_code"])
                #expect(links(2, 24..<28) == ["former_code"])
                #expect(links(2, 29..<30) == ["identity_code"])
                let output = try #require(
                    FileManager.default.contentsOfDirectory(atPath: study.directory.path).first {
                        $0.hasPrefix("dataset-") && !$0.contains(".")
                    })
                let report = try String(
                    contentsOf: study.directory.appendingPathComponent("\(output)/report.md"), encoding: .utf8)
                #expect(report.contains("## Linkage quality"))
                #expect(report.contains("whole\\_name"))
            }
        }

        @Test("check tells how complete keys are, and explains a row on the terminal", .timeLimit(.minutes(5)))
        func check() async throws {
            try await StudyOnDisk.with(StudyDesign.severalKeys) { study in
                try study.sign()
                try study.configureMember("b", port: 1)
                let checked = try await study.run(.node, "check", "--directory", study.home("b").path)
                #expect(checked.status == 0, "\(checked.errors)")
                for line in [
                    "7 people have no usable code", "key identity_code: 29 people have it (81 %), 0 share it",
                    "key former_code: 0 people have it", "key whole_name: 36 people have it (100 %)",
                    "tokens: 36 people have what they are made of",
                ] { #expect(checked.output.contains(line), "\(line) is not in \(checked.output)") }
                let missing = try await study.run(
                    .node, "check", "--directory", study.home("b").path, "--explain", "register_b", "--row", "100000")
                #expect(missing.output.contains("fewer than 100000 rows"))
                let unknown = try await study.run(
                    .node, "check", "--directory", study.home("b").path, "--explain", "register_x")
                #expect(unknown.status == 64)
                #expect(unknown.errors.contains("it has register_b"))
            }
        }

        @Test("Twins of one code but for the century's sign are two people", .timeLimit(.minutes(5)))
        func twins() async throws {
            var design = StudyDesign.simple(nodes: 2)
            design.cohorts = [
                .init(id: "both", rule: .intersect(.register("register_a"), .register("register_b"))),
                .init(id: "all", rule: .union(.register("register_a"), .register("register_b"))),
            ]
            for index in design.registers.indices { design.registers[index].releasedFor = ["both", "all"] }
            let twin = InventedPerson(15).code.replacingOccurrences(of: "-", with: "Y")
            design.registers[1].codes[15] = twin
            try await StudyOnDisk.with(design) { study in
                try study.sign()
                try await study.serveAll()
                #expect(try await study.link().end() == 0)
                try await study.researchIsDone()
                let found = try await study.dataset()
                // Somebody who was one person is now two, and nobody else changes.
                #expect(found.profiles.count == design.expectedProfiles.count + 1)
                #expect(Set(design.expectedProfiles).subtracting(found.profiles).count == 1)
            }
        }
    }
}
