import Foundation
import Glibc
import PSIProtocol
import Testing

@testable import SystemHarness

extension SystemTests {
    @Suite("Registers that are wrong", .serialized)
    struct RegisterFaultTests {
        /// What is wrong with a's register, and what a's log says.
        struct Fault: CustomTestStringConvertible, Sendable {
            var testDescription: String
            var code = "register.unusable"
            var words: [String]
            /// In a's CSV file.
            var spoil: @Sendable (inout [String]) -> Void = { _ in }
            var design: @Sendable (inout StudyDesign) -> Void = { _ in }
            var then: @Sendable (URL) throws -> Void = { _ in }
        }

        static let faults = [
            Fault(testDescription: "a field too many", words: ["register_a.csv", "row 5", "more than the header's"]) {
                $0[5] += ",more"
            },
            Fault(testDescription: "a row cut short", words: ["register_a.csv", "row 7", "the header 7"]) {
                $0[7] = String($0[7].prefix { $0 != "," })
            },
            Fault(testDescription: "a quotation mark never closed", words: ["register_a.csv", "is never closed"]) {
                $0[3] += "\""
                $0[3] = $0[3].replacing(",0", with: ",\"0", maxReplacements: 1).replacing("\"\"", with: "")
                $0[3] = String($0[3].dropLast())
            },
            Fault(
                testDescription: "a value of another type",
                words: ["register_a.csv", "row 4", "column \"serial\"", "not an integer"]
            ) {
                var fields = $0[4].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                fields[2] = "sata"
                $0[4] = fields.joined(separator: ",")
            },
            Fault(
                testDescription: "a value missing where it must not",
                words: ["row 2", "column \"day\"", "is missing"]
            ) {
                var fields = $0[2].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                fields[4] = ""
                $0[2] = fields.joined(separator: ",")
            },
            Fault(testDescription: "a column missing", words: ["register_a.csv", "columns are missing", "\"kind\""]) {
                $0[0] = $0[0].replacing("kind", with: "sort")
            },
            Fault(testDescription: "no identity column", words: ["register_a.csv", "columns are missing", "\"hetu\""]) {
                $0[0] = $0[0].replacing("hetu", with: "tunnus")
            },
            Fault(
                testDescription: "an identity code in a released column",
                words: ["register_a.csv", "row 6", "column \"kind\"", "could be a personal identity code"]
            ) {
                var fields = $0[6].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                fields[6] = fields[0]
                $0[6] = fields.joined(separator: ",")
            },
            Fault(testDescription: "a file without a header", words: ["register_a.csv", "add a header"]) {
                $0.removeFirst()
            },
            Fault(testDescription: "an empty file", words: ["register_a.csv", "the file is empty"]) { $0 = [] },
            Fault(
                testDescription: "no file", words: ["register_a.csv", "there is no such file"],
                then: { try FileManager.default.removeItem(at: $0) }),
            Fault(
                testDescription: "a directory", words: ["register_a.csv", "not a regular file"],
                then: {
                    try FileManager.default.removeItem(at: $0)
                    try FileManager.default.createDirectory(at: $0, withIntermediateDirectories: false)
                }),
            Fault(
                testDescription: "a list of people never released with something else in it",
                words: ["a-never.csv", "row 2", "column \"hetu\"", "no usable code (malformed)"],
                design: { $0.neverReleased["a"] = [InventedPerson(3).code, "everybody"] }),
            Fault(
                testDescription: "more people than agreed", code: "cap.exceeded",
                words: ["register_a has 36 people, more than the 35"],
                design: { $0.registers[0].maxPeople = 35 }),
        ]

        @Test(
            "The round is aborted naming the owner, whose log says what, where and what to do",
            .timeLimit(.minutes(5)), arguments: faults)
        func fault(_ fault: Fault) async throws {
            var design = StudyDesign.simple()
            fault.design(&design)
            try await StudyOnDisk.with(design) { study in
                let file = study.directory.appendingPathComponent("register_a.csv")
                var lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
                fault.spoil(&lines)
                try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: file)
                try fault.then(file)
                try study.sign()
                let running = try await study.serveAll()
                let check = try await study.run(.node, "check", "-d", study.home("a").path)
                #expect(check.status != 0)
                let link = try study.link()
                #expect(try await link.end() == 81)
                #expect(link.errors.contains("participant.refused (a)"), "\(link.errors)")
                let owner = try #require(running["a"])
                try await owner.says("Stopping the round")
                let line = try #require(owner.errors.split(separator: "\n").first { $0.contains("Stopping the round") })
                // Quotation marks inside a logged sentence are written with a backslash.
                let plain = line.replacing("\\\"", with: "\"")
                for words in fault.words { #expect(plain.contains(words), "\(line)") }
                try await #require(running["coordinator"]).says("refuses the round", "code=\(fault.code)")
                try await owner.says("keys are destroyed")
            }
        }

        @Test(
            "A file that the node's account may not read", .enabled(if: getuid() != 0, "root may read every file"),
            .timeLimit(.minutes(5)))
        func unreadable() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                let running = try await study.serveAll()
                let file = study.directory.appendingPathComponent("register_a.csv").path
                try FileManager.default.setAttributes([.posixPermissions: 0o000], ofItemAtPath: file)
                #expect(try await study.link().end() == 81)
                try await #require(running["a"]).says("register_a.csv", "may not be read")
            }
        }

        @Test("A database that is none, and a table that is not there", .timeLimit(.minutes(5)))
        func database() async throws {
            try await StudyOnDisk.with { study in
                try study.sign()
                let running = try await study.serveAll()
                let file = study.directory.appendingPathComponent("register_b.sqlite")
                let whole = try Data(contentsOf: file)
                try Data(String(repeating: "not a database ", count: 500).utf8).write(to: file)
                #expect(try await study.link().end() == 81)
                try await #require(running["b"]).says("register_b.sqlite", "not an SQLite database")
                // SQLite's file has the table's name in plain text, so another of the same length can be put there.
                var other = whole
                while let found = other.range(of: Data("people".utf8)) {
                    other.replaceSubrange(found, with: Data("peeple".utf8))
                }
                try other.write(to: file)
                #expect(try await study.link().end() == 81)
                try await #require(running["b"]).says("no table or view", "peeple")
            }
        }
    }
}
