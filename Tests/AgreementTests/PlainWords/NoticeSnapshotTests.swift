import Foundation
import Testing

@testable import Agreement
@testable import PlainWords
@testable import Values

/// The notices of the Espoo study, word for word.
///
/// After a change that is meant, write them anew with SIDOS_WRITE_SNAPSHOTS=1 and read what changed.
struct NoticeSnapshotTests {
    private static let tests = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let example = tests.deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Examples/espoo-study")

    /// The agreement of `prepare.py`, with keys and caps of its own.
    private static func agreement() throws -> Agreement {
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: example.appending(path: "study.json")))
        let study = try #require(json as? [String: Any])
        let names = [
            ("omnia", ParticipantRole.authority), ("espoo", .authority), ("kela", .authority), ("vero", .authority),
            ("migri", .authority), ("te", .authority), ("audit", .mixer), ("coordinator", .coordinator),
            ("research", .research),
        ]
        var lines = [
            "sidos_agreement: 1", "study:", "  id: espoo-skills-centre", "  title: Service use", "  purpose: Example",
            "  legal_basis: Example", "  permit: EXAMPLE/1/2026", "valid: {from: 2026-01-01, until: 2030-12-31}",
            "suite: ristretto255-SHA512", "rounds_allowed: 3", "release: rows", "verification: full",
            "smallest_cell: 5",
            "count_rounding: 5", "retention_days: 30", "participants:",
        ]
        lines += try names.map { try AgreementSample.entry($0.0, $0.1, name: $0.0) }
        lines.append("registers:")
        for register in try #require(study["registers"] as? [[String: Any]]) {
            var entry = register.filter { ["id", "owner", "released_for", "rows"].contains($0.key) }
            entry["title"] = register["id"]
            entry["max_people"] = 8000
            let columns = try #require(register["columns"] as? [[String: Any]])
            entry["columns"] = columns.filter { $0["released"] as? Bool == true }.map { column in
                var released = column.filter { ["name", "type", "nullable"].contains($0.key) }
                released["title"] = column["name"]
                if let made = column["as"] as? [String: Any] {
                    released["from"] = column["name"]
                    released.merge(made) { $1 }
                }
                return released
            }
            // JSON is YAML.
            lines.append("  - " + (try Self.text(entry)))
        }
        lines.append("cohorts:")
        for cohort in try #require(study["cohorts"] as? [[String: Any]]) {
            let name = try #require(cohort["name"] as? String)
            let expression = try #require(cohort["expression"] as? String)
            lines.append("  - {id: \(name), title: \(name), expression: \(expression), max_people: 8000}")
        }
        lines.append("disclosure: " + (try Self.text(try #require(study["disclosure"]))))
        let notice = try String(contentsOf: example.appending(path: "notice.yaml"), encoding: .utf8)
        return try Agreement.parse(Array((lines.joined(separator: "\n") + "\n" + notice).utf8))
    }

    private static func text(_ value: Any) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys]), as: UTF8.self)
    }

    @Test(arguments: PlainLanguage.allCases) func espoo(_ language: PlainLanguage) throws {
        let notice = try #require(
            Notice(try Self.agreement(), id: AgreementID(ofFile: []), language: language, standing: .signed))
        let file = Self.tests.appending(path: "Vectors/notice.\(language.rawValue).txt")
        if ProcessInfo.processInfo.environment["SIDOS_WRITE_SNAPSHOTS"] != nil {
            try Data(notice.text.utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == notice.text)
    }
}
