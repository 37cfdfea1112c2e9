import Foundation
import PSIProtocol
import Testing

@testable import SystemHarness

extension SystemTests {
    @Suite("README", .serialized)
    struct ReadmeTests {
        static let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

        static func readme() throws -> String {
            try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
        }

        @Test("The worked example comes out as it is printed, and as nothing else", .timeLimit(.minutes(5)))
        func example() async throws {
            let example = try ReadmeExample(try Self.readme())
            let dataset = try await ReadmeStudy.run(example)
            #expect(dataset.keys.count == 3)
            #expect(
                !example.codes("benefits.csv").isSubset(of: example.codes("clients.csv")), "Kela has only clients")
            #expect(example.differences(from: dataset) == [])
            // Had anything else been printed, it would have been noticed.
            var count = 0
            for (name, table) in example.tables {
                for changed in Self.changes(of: table) {
                    var other = example
                    other.tables[name] = changed
                    #expect(other.differences(from: dataset) != [], "\(name): \(changed)")
                    count += 1
                }
            }
            #expect(count > 50)
        }

        /// The table with one thing changed.
        static func changes(of table: [[String]]) -> [[[String]]] {
            var changes: [[[String]]] = []
            for row in table.indices {
                for column in table[row].indices {
                    var changed = table
                    changed[row][column] += "0"
                    changes.append(changed)
                }
                var without = table
                without.remove(at: row)
                changes.append(without)
                changes.append(table + [table[row]])
                if row > 1 {
                    var swapped = table
                    swapped.swapAt(row, row - 1)
                    changes.append(swapped)
                }
            }
            return changes
        }

        @Test("Its links lead somewhere, and make knows the commands it names")
        func links() throws {
            let text = try Self.readme()
            let targets = text.matches(of: /\]\(([^)#:]+)[^):]*\)/).map { String($0.output.1) }
            #expect(targets.count > 10)
            for target in targets {
                let file = Self.root.appendingPathComponent(target)
                #expect(FileManager.default.fileExists(atPath: file.path), "\(target)")
            }
            let makefile = try String(contentsOf: Self.root.appendingPathComponent("Makefile"), encoding: .utf8)
            for page in ["README.md", "CONTRIBUTING.md"] {
                let text = try String(contentsOf: Self.root.appendingPathComponent(page), encoding: .utf8)
                let commands = Set(text.matches(of: /(?:`|\n)make ([a-z-]+)/).map { String($0.output.1) })
                #expect(commands.isSuperset(of: ["demo", "test"]))
                for command in commands { #expect(makefile.contains("\n\(command):"), "\(page): make \(command)") }
            }
        }
    }
}
