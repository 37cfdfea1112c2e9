import Foundation
import Testing

/// The manifest, the table of layers in CONTRIBUTING and the tour tell one story, in one order.
@Suite("Floor plan")
struct FloorPlanTests {
    /// Sidos's own modules as the manifest builds them, each with those of its dependencies that are Sidos's own.
    private static func manifest() throws -> [(name: String, uses: [String])] {
        let text = try String(contentsOf: LayerTests.root.appending(path: "Package.swift"), encoding: .utf8)
        let targets = text.split(separator: #/\.(?:executableTarget|target|systemLibrary)\(\s*name: "/#).dropFirst()
        let names = targets.map { String($0.prefix { $0 != "\"" }) }
        return zip(names, targets).map { name, target in
            let list = target.firstMatch(of: #/dependencies: \[([^\]]*)\]/#)?.output.1 ?? ""
            let uses = list.matches(of: #/"(\w+)"/#).map { String($0.output.1) }
            return (name, uses.filter(names.contains))
        }.filter { FileManager.default.fileExists(atPath: LayerTests.root.appending(path: "Sources/\($0.name)").path) }
    }

    /// What stands between backquotes in the first column of the table under a heading.
    private static func table(in file: String, under heading: String) throws -> [String] {
        let text = try String(contentsOf: LayerTests.root.appending(path: file), encoding: .utf8)
        let section = try #require(text.components(separatedBy: heading).dropFirst().first, "\(file) has no \(heading)")
        let rows = section.components(separatedBy: "\n## ")[0].split(separator: "\n").filter { $0.hasPrefix("| `") }
        return rows.flatMap { row in
            row.split(separator: "|")[0].matches(of: #/`(\w+)`/#).map { String($0.output.1) }
        }
    }

    @Test("The manifest names every module, and none above the modules that it uses")
    func order() throws {
        let manifest = try Self.manifest()
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: LayerTests.root.appending(path: "Sources").path)
        #expect(Set(manifest.map(\.name)) == Set(folders))
        for (index, module) in manifest.enumerated() {
            let below = Set(manifest[..<index].map(\.name))
            #expect(below.isSuperset(of: module.uses), "\(module.name) stands before something that it uses")
        }
    }

    @Test("What a module may import is what the manifest gives it")
    func dependencies() throws {
        for module in try Self.manifest() where !module.name.hasPrefix("C") || module.name == "Coordinator" {
            #expect(LayerTests.allowed[module.name] == Set(module.uses), "\(module.name)")
        }
    }

    @Test("CONTRIBUTING's table and the tour have the modules in the manifest's order")
    func documents() throws {
        let modules = try Self.manifest().map(\.name)
        #expect(try Self.table(in: "CONTRIBUTING.md", under: "## Layers") == modules)
        #expect(try Self.table(in: "docs/tour.md", under: "## Layers") == modules)
    }

    @Test("Every folder of tests in Swift is built")
    func tests() throws {
        let manifest = try String(contentsOf: LayerTests.root.appending(path: "Package.swift"), encoding: .utf8)
        let tests = LayerTests.root.appending(path: "Tests")
        for folder in try FileManager.default.contentsOfDirectory(atPath: tests.path) {
            let files = FileManager.default.enumerator(atPath: tests.appending(path: folder).path)
            guard files?.contains(where: { ($0 as? String)?.hasSuffix(".swift") == true }) == true else { continue }
            let isBuilt = manifest.contains("name: \"\(folder)\"") || manifest.contains("path: \"Tests/\(folder)\"")
            #expect(isBuilt, "no target of the manifest has Tests/\(folder)")
        }
    }

    @Test("What tests share needs no build for testing: a plain release build has it too")
    func shared() throws {
        let manifest = try String(contentsOf: LayerTests.root.appending(path: "Package.swift"), encoding: .utf8)
        let shared = manifest.matches(of: #/\.target\(\s*name: "\w+",[^()]*path: "(Tests/\w+)"/#).map { $0.output.1 }
        #expect(shared.count > 2)
        for folder in shared {
            let path = LayerTests.root.appending(path: String(folder)).path
            for name in try FileManager.default.subpathsOfDirectory(atPath: path) where name.hasSuffix(".swift") {
                let text = try String(contentsOfFile: path + "/" + name, encoding: .utf8)
                #expect(!text.contains("@testable"), "\(folder)/\(name)")
            }
        }
    }
}
