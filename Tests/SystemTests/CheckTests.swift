import Foundation
import PSIProtocol
import Testing

@testable import SystemHarness

extension SystemTests {
    @Suite("Checks of registers", .serialized)
    struct CheckTests {
        @Test("Before an agreement, codes are read by the scheme that is asked for", .timeLimit(.minutes(5)))
        func scheme() async throws {
            try await StudyOnDisk.with { study in
                // Made up, with right check digits.
                let codes = ["15001011009", "15001021016"]
                let file = study.directory.appendingPathComponent("people.csv")
                try Data(("kood\n" + codes.joined(separator: "\n") + "\n").utf8).write(to: file)
                try study.configure(
                    "b",
                    """
                    sidos_node: 1
                    coordinator: {url: "https://localhost:1", pin: "sha256:\(String(repeating: "A", count: 43))="}
                    registers:
                      - id: people
                        identity: kood
                        csv: {file: "\(file.path)"}
                    """)
                let home = study.home("b").path
                let finnish = try await study.run(.node, "check", "-d", home)
                #expect(finnish.output.contains("0 official") && finnish.output.contains("a code of ee-isikukood"))
                let estonian = try await study.run(.node, "check", "-d", home, "--scheme", "ee-isikukood")
                #expect(estonian.status == 0, "\(estonian.errors)")
                for words in ["2 people, 2 rows of 2 read", "2 official", "(ee-isikukood) only"] {
                    #expect(estonian.output.contains(words), "\(words): \(estonian.output)")
                }
                let shown = try await study.run(
                    .node, "check", "-d", home, "--scheme", "ee-isikukood", "--explain", "people")
                #expect(shown.output.contains("ee-isikukood | 15001011009 (official)"), "\(shown.output)")
            }
        }

        @Test("A table that is in no kind of source is a mistake that names the kinds", .timeLimit(.minutes(5)))
        func kinds() async throws {
            try await StudyOnDisk.with { study in
                try study.configure(
                    "b",
                    """
                    sidos_node: 1
                    coordinator: {url: "https://localhost:1", pin: "sha256:\(String(repeating: "A", count: 43))="}
                    registers:
                      - id: one
                        identity: hetu
                        cvs: {file: one.csv}
                      - id: two
                        identity: hetu
                        csv: two.csv
                    """)
                let check = try await study.run(.node, "check", "-d", study.home("b").path)
                #expect(check.status == 78)
                for words in [
                    "registers[0].csv: This field is missing. A table is read from one source: write csv, fixed_width,",
                    "registers[0].cvs: This field is unknown; did you mean csv?",
                    "registers[1].csv: Write fields such as 'name: value' here, one a line.",
                ] { #expect(check.errors.contains(words), "\(words): \(check.errors)") }
                #expect(!check.errors.contains("registers[1].csv: This field is missing"))
            }
        }
    }
}
