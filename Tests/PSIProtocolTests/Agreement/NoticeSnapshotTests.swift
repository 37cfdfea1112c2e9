import Foundation
import Testing

@testable import PSIProtocol

/// The notices of the Espoo study, word for word. [A-79]
///
/// After a change that is meant, write them anew with SIDOS_WRITE_SNAPSHOTS=1 and read what changed.
struct NoticeSnapshotTests {
    private struct Study: Decodable {
        struct Register: Decodable {
            struct Column: Decodable {
                var name: String
                var type: String
                var nullable: Bool
                var released: Bool
            }
            var id: String
            var owner: String
            var released_for: [String]
            var columns: [Column]
        }
        struct Cohort: Decodable {
            var name: String
            var expression: String
        }
        var registers: [Register]
        var cohorts: [Cohort]
    }

    private static let tests = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let example = tests.deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Examples/espoo-study")

    /// The agreement of `prepare.py`, with keys and caps of its own.
    private static func agreement() throws -> Agreement {
        let study = try JSONDecoder().decode(
            Study.self, from: Data(contentsOf: example.appending(path: "study.json")))
        let names = [
            ("omnia", ParticipantRole.authority), ("espoo", .authority), ("kela", .authority), ("vero", .authority),
            ("migri", .authority), ("te", .authority), ("coordinator", .coordinator), ("research", .research),
        ]
        var lines = [
            "sidos_agreement: 1", "study:", "  id: espoo-skills-centre", "  title: Service use", "  purpose: Example",
            "  legal_basis: Example", "  permit: EXAMPLE/1/2026", "valid: {from: 2026-01-01, until: 2030-12-31}",
            "suite: ristretto255-SHA512", "rounds_allowed: 3", "release: rows", "smallest_cell: 5", "count_rounding: 5",
            "retention_days: 30", "participants:",
        ]
        lines += try names.map { try AgreementSample.entry($0.0, $0.1, name: $0.0) }
        lines.append("registers:")
        for register in study.registers {
            lines += [
                "  - id: \(register.id)", "    title: \(register.id)", "    owner: \(register.owner)",
                "    released_for: [\(register.released_for.joined(separator: ", "))]", "    max_people: 8000",
                "    columns:",
            ]
            lines += register.columns.filter(\.released).map {
                "      - {name: \($0.name), type: \($0.type), nullable: \($0.nullable), title: \($0.name)}"
            }
        }
        lines.append("cohorts:")
        lines += study.cohorts.map {
            "  - {id: \($0.name), title: \($0.name), expression: \($0.expression), max_people: 8000}"
        }
        let notice = try String(contentsOf: example.appending(path: "notice.yaml"), encoding: .utf8)
        return try Agreement.parse(Array((lines.joined(separator: "\n") + "\n" + notice).utf8))
    }

    @Test(arguments: NoticeLanguage.allCases) func espoo(_ language: NoticeLanguage) throws {
        let notice = try #require(
            Notice(try Self.agreement(), id: AgreementID(ofFile: []), language: language, standing: .signed))
        let file = Self.tests.appending(path: "Vectors/notice.\(language.rawValue).txt")
        if ProcessInfo.processInfo.environment["SIDOS_WRITE_SNAPSHOTS"] != nil {
            try Data(notice.text.utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == notice.text)
    }
}
