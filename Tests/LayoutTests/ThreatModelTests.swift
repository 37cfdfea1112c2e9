import Foundation
import Testing

/// The threat model's table of attacks, held against the tests that it names.
@Suite("Threat model")
struct ThreatModelTests {
    /// A row: attack, who, what stops it, and the tests that show it, as `Suite/function`.
    struct Row {
        let cells: [String]
        var tests: [String] {
            cells.last?.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) } ?? []
        }
    }

    static func table() throws -> [Row] {
        let page = LayerTests.root.appendingPathComponent("docs/threat-model.md")
        let lines = try String(contentsOf: page, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(where: { $0.hasPrefix("| attack | who | what stops it | shown by |") })
        else { return [] }
        return lines[(start + 2)...].prefix { $0.hasPrefix("|") }.map { line in
            Row(
                cells: line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
                    .map { $0.trimmingCharacters(in: .whitespaces) })
        }
    }

    /// Every test there is, as `Suite/function`.
    static func tests() throws -> Set<String> {
        let folder = LayerTests.root.appendingPathComponent("Tests")
        let files =
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" } ?? []
        var found: Set<String> = []
        for url in files {
            var suite = ""
            var isTest = false
            for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
                let words = line.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "@" })
                if let index = words.firstIndex(where: { ["struct", "enum"].contains($0) }), words.count > index + 1,
                    words[index + 1].hasSuffix("Tests")
                {
                    suite = String(words[index + 1])
                }
                if words.contains("@Test") { isTest = true }
                if isTest, let index = words.firstIndex(of: "func"), words.count > index + 1 {
                    found.insert("\(suite)/\(words[index + 1])")
                    isTest = false
                }
            }
        }
        return found
    }

    @Test("Every attack in the table names tests that exist")
    func rows() throws {
        let table = try Self.table()
        let tests = try Self.tests()
        #expect(table.count >= 11)
        for row in table {
            #expect(row.cells.count == 4 && row.cells.allSatisfy { !$0.isEmpty }, "\(row.cells)")
            #expect(!row.tests.isEmpty, "\(row.cells.first ?? "") names no test")
            for test in row.tests { #expect(tests.contains(test), "there is no test \(test)") }
        }
    }

    @Test("Every attack that is tested stands in the table")
    func suites() throws {
        let named = Set(try Self.table().flatMap(\.tests).map { $0.split(separator: "/").first.map(String.init) ?? "" })
        let attacks = Set(try Self.tests().compactMap { $0.split(separator: "/").first.map(String.init) })
            .filter { $0.hasSuffix("AttackTests") }
        #expect(!attacks.isEmpty)
        for suite in attacks.sorted() { #expect(named.contains(suite), "\(suite) is in no row") }
    }
}
