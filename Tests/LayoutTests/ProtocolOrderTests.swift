import Foundation
import Testing

/// The order of folders inside PSIProtocol, where no import would show it: a folder uses only types that are declared
/// in itself or in a folder before it.
@Suite("Order inside the protocol")
struct ProtocolOrderTests {
    /// Folders of one line don't know each other.
    static let order: [[String]] = [
        ["Suite"], ["Board", "Noise"], ["Stream"], ["Sort"], ["Capsule", "Vault"], ["Mix"], ["Match", "Shuffle"],
        ["Withholding", "Release"],
        ["Round"], ["Evidence"], ["Courier"],
    ]

    struct File {
        let folder: String
        let name: String
        let text: String

        /// The text without comments and without what string literals say.
        var code: String {
            text.replacing(#/"""[\s\S]*?"""/#, with: "\"\"")
                .replacing(#/"(?:\\.|[^"\\\n])*"/#, with: "\"\"")
                .replacing(#/\/\/[^\n]*/#, with: "")
        }

        /// Types that other files can name.
        var types: Set<String> {
            let declaration =
                #/
                (?m)^(?:@\w+(?:\([^)]*\))?\s+)*
                ((?:(?:public|package|internal|fileprivate|private|final|indirect)\s+)*)
                (?:struct|enum|class|actor|protocol|typealias)\s+(\w+)
                /#
            return Set(
                code.matches(of: declaration).filter { !$0.output.1.contains("private") }.map { String($0.output.2) })
        }

        /// Members that extensions here give to types, by which a later folder could be used without naming a type of
        /// it.
        var added: Set<String> {
            let blocks = code.matches(of: #/(?ms)^(?:\w+ )*extension [^\n]*\{\n(.*?)^\}/#).map(\.output.1)
            let member = #/(?m)^    ((?:\w+ )*)(?:func|var|let) (\w+)/#
            return Set(
                blocks.flatMap { $0.matches(of: member) }.filter { !$0.output.1.contains("private") }
                    .map { String($0.output.2) })
        }

        /// All names of functions, properties, locals and cases.
        var declared: Set<String> {
            Set(code.matches(of: #/\b(?:func|var|let|case)\s+(\w+)/#).map { String($0.output.1) })
        }

        var membersUsed: Set<String> { Set(code.matches(of: #/\.([a-z]\w*)/#).map { String($0.output.1) }) }

        var words: Set<String> { Set(code.matches(of: #/\b[A-Z]\w*/#).map { String($0.output) }) }
    }

    static func files() throws -> [File] {
        let root = LayerTests.root.appendingPathComponent("Sources/PSIProtocol")
        return try FileManager.default.subpathsOfDirectory(atPath: root.path).filter { $0.hasSuffix(".swift") }.sorted()
            .map { path in
                let folder = path.contains("/") ? path.prefix { $0 != "/" } : ""
                return File(
                    folder: String(folder), name: path,
                    text: try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8))
            }
    }

    /// What is against the order, a sentence each.
    static func breaches(_ files: [File], order: [[String]]) -> [String] {
        var rank: [String: Int] = [:]
        for (index, folders) in order.enumerated() {
            for folder in folders { rank[folder] = index }
        }
        var breaches: [String] = []
        var owner: [String: String] = [:]
        for file in files {
            if rank[file.folder] == nil {
                breaches.append("\(file.name) is in a folder that has no place in the order")
            }
            for type in file.types {
                if let other = owner[type], other != file.folder {
                    breaches.append("\(type) is declared in \(other) and in \(file.folder)")
                }
                owner[type] = file.folder
            }
        }
        // A member counts only where its name is nothing else anywhere.
        var declaring: [String: Set<String>] = [:]
        for file in files { for name in file.declared { declaring[name, default: []].insert(file.folder) } }
        for file in files {
            for member in file.added where declaring[member] == [file.folder] { owner[member] = file.folder }
        }
        for file in files {
            guard let own = rank[file.folder] else { continue }
            for word in file.words.union(file.membersUsed).sorted() {
                guard let folder = owner[word], folder != file.folder, let other = rank[folder], other >= own else {
                    continue
                }
                breaches.append("\(file.name) uses \(word), which \(folder) declares")
            }
        }
        return breaches
    }

    @Test("every folder uses only types of folders before it")
    func holds() throws {
        let files = try Self.files()
        #expect(Set(files.map(\.folder)) == Set(Self.order.joined()))
        #expect(Self.breaches(files, order: Self.order) == [])
    }

    @Test("a use against the order is found, by whatever it is hidden")
    func finds() {
        func breaches(_ text: String) -> [String] {
            Self.breaches(
                [
                    File(folder: "A", name: "A/Low.swift", text: text),
                    File(
                        folder: "B", name: "B/High.swift",
                        text: """
                            public final class High { var size: Int }
                            private struct Own {}
                            enum Kind: Int { case one }
                            extension Low {
                                var height: Int { 1 }
                                private func own() {}
                            }
                            """),
                    File(folder: "C", name: "C/Peer.swift", text: "struct Peer {}\n"),
                ], order: [["A", "C"], ["B"]])
        }
        #expect(breaches("struct Low { var high: [High?] }") == ["A/Low.swift uses High, which B declares"])
        #expect(breaches("extension High {}") == ["A/Low.swift uses High, which B declares"])
        #expect(breaches("let kind = Kind.one // High") == ["A/Low.swift uses Kind, which B declares"])
        #expect(breaches("struct Low { let peer: Peer }") == ["A/Low.swift uses Peer, which C declares"])
        #expect(
            breaches("struct Peer {}") == ["Peer is declared in A and in C", "A/Low.swift uses Peer, which C declares"])
        #expect(breaches("let tall = low.height") == ["A/Low.swift uses height, which B declares"])
        #expect(breaches("let size = low.size\nlet own = low.own") == [])
        #expect(breaches("/// As `High`.\nstruct Low { let text = \"High \\\" Kind\" }\nstruct Own {}") == [])
        #expect(
            Self.breaches([File(folder: "D", name: "D/Odd.swift", text: "")], order: [["A"]])
                == ["D/Odd.swift is in a folder that has no place in the order"])
    }
}
