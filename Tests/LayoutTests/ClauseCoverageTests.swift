import Foundation
import Testing

/// Every clause that the sources cite is cited by a test.
@Suite("Clauses")
struct ClauseCoverageTests {
    static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func clauses(below folder: URL, closed: Bool) throws -> Set<String> {
        let files = try #require(FileManager.default.enumerator(atPath: folder.path))
        let pattern = closed ? #/\[(P-[0-9]+)\]/# : #/\b(P-[0-9]{2})\b/#
        var found: Set<String> = []
        for case let path as String in files where path.hasSuffix(".swift") {
            let text = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
            for match in text.matches(of: pattern) { found.insert(String(match.output.1)) }
        }
        return found
    }

    @Test("none is left out")
    func all() throws {
        let modules = ["Values", "StrictYAML", "Agreement", "PSIProtocol", "PlainWords"]
        let cited = try Set(
            modules.flatMap { try Self.clauses(below: Self.root.appending(path: "Sources/\($0)"), closed: false) })
        let tested = try Set(
            ["AgreementTests", "PSIProtocolTests"].flatMap {
                try Self.clauses(below: Self.root.appending(path: "Tests/\($0)"), closed: true)
            })
        #expect(cited.count > 25)
        #expect(cited.subtracting(tested).sorted() == [])
        // A test that cites a clause of nothing has outlived it, or has a slip in its number.
        #expect(tested.subtracting(cited).sorted() == [])
    }
}
