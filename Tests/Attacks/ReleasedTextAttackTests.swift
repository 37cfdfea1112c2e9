import Foundation
import PSIProtocol
import Testing

@testable import SystemHarness

extension AttackTests {
    /// An owner's operator lets a code of somebody slip into a released column, in a form that the study's own scheme
    /// does not read.
    @Suite("Codes in released text", .serialized)
    struct ReleasedTextAttackTests {
        /// A Finnish study whose register_a has this as the kind of one row.
        private func design(_ text: String) -> StudyDesign {
            var design = StudyDesign.simple()
            design.registers[0].rows[3].values[4] = text
            return design
        }

        @Test(
            "A code of any country in any form stops the round before anything is declared, and check says so",
            .timeLimit(.minutes(10)),
            arguments: [
                "189000882390", "18900560-2405", "000101-T220", "37605030299", "1981-12-18 9876", "８１１２１８－９８７６",
                "see 131052A308T", "x9000882390",
            ])
        func codeOfAnotherCountryInAReleasedColumn(text: String) async throws {
            try await StudyOnDisk.with(design(text)) { study in
                try study.sign()
                let running = try await study.serveAll()
                let check = try await study.run(.node, "check", "-d", study.home("a").path)
                #expect(
                    check.status != 0 && check.output.contains("could be a personal identity code"), "\(check.output)")
                let link = try study.link()
                #expect(try await link.end() == 81)
                #expect(link.errors.contains("participant.refused (a)"), "\(link.errors)")
                let owner = try #require(running["a"])
                try await owner.says("Stopping the round", "register_a.csv", "row 4", "kind")
                try await #require(running["coordinator"]).says("refuses the round", "code=register.unusable")
                for program in running.values { #expect(!program.errors.contains(text)) }
                #expect(!check.output.contains(text) && !check.errors.contains(text))
            }
        }

        @Test(
            "Numbers that look like codes are released only if agreement and policy say that they are none",
            .timeLimit(.minutes(10)))
        func numbersAreLetPassOnlyIfBothSaySo() async throws {
            try await StudyOnDisk.with(design("8112189876")) { study in
                let text = try String(contentsOf: study.agreement, encoding: .utf8)
                let column = "{name: kind, type: code, nullable: false, title: \"kind\"}"
                let exempt = column.replacing("}", with: ", not_identity_codes: true}")
                // The first register's only.
                let edited = text.replacing(column, with: exempt, maxReplacements: 1)
                #expect(edited != text)
                try Data(edited.utf8).write(to: study.agreement)
                try study.sign()
                var running = try await study.serveAll()
                // The agreement alone.
                let refused = try await study.run(.node, "check", "-d", study.home("a").path)
                #expect(refused.status != 0 && refused.output.contains("not_identity_codes"), "\(refused.output)")
                #expect(try await study.link().end() == 81)
                try await #require(running["a"]).says("The local policy refuses the round")
                // Both.
                let node = try #require(running["a"])
                node.send(15)
                _ = try await node.end()
                let policy = "sidos_policy: 1\nregisters: {register_a: {not_identity_codes: [kind]}}\n"
                try Data(policy.utf8).write(to: study.home("a").appendingPathComponent("policy.yaml"))
                try study.configureMember("a", port: try study.port(), more: "policy: policy.yaml\n")
                running["a"] = try await study.serve("a")
                let check = try await study.run(.node, "check", "-d", study.home("a").path)
                #expect(check.status == 0, "\(check.output)")
                #expect(try await study.link().end() == 0)
                try await study.checkDataset()
            }
        }
    }
}
