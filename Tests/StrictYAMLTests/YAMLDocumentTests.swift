import Foundation
import Testing

@testable import StrictYAML

@Suite("YAML with one meaning")
struct YAMLDocumentTests {
    static func mistakes(_ bytes: [UInt8]) -> [YAMLMistake] {
        let mistakes = MistakeCollector()
        let tree = YAMLDocument.read(bytes, mistakes)
        if tree == nil { #expect(!mistakes.mistakes.isEmpty) }
        return mistakes.sorted
    }

    static func isRead(_ text: String) -> Bool { mistakes(Array(text.utf8)).isEmpty }

    static let refused: [(bytes: [UInt8], line: Int, words: String)] =
        [
            ("a: b\nc: &anchor\n", 2, "'&' directly before a word begins an anchor"), ("a: *anchor\n", 1, "an alias"),
            ("a: \"*b\"\n", 1, "write \\x2A for it in text between double quotes"), ("a: !!str 17\n", 1, "a tag"),
            ("a: !<tag:x> 17\n", 1, "a tag"), ("a: b\nc: ! 17\n", 2, "tags are not used"),
            ("%YAML 1.1\n---\na: b\n", 1, "directives"), ("a: b\n---\na: b\n", 2, "one YAML document"),
            ("a: b: c\n", 1, "cannot be read from here"), ("a: [b\nc: d\n", 2, "cannot be read from here"),
            ("a: b\tc\n", 1, "A tab is not used here."), ("a: b\nc: d\u{202E}e\n", 2, "U+202E"),
            ("? {a: b}\n: c\n", 1, "one word"), ("a: [[[[[[[[[[[[[b]]]]]]]]]]]]]\n", 1, "nested deeper"),
            ("", 1, "no content"), ("# nothing\n", 1, "no content"), ("a: \u{0}", 1, "U+0000"),
            ("a: b\rc: d", 1, "U+000D"), ("a: \u{2028}", 1, "U+2028"), ("a: \u{E000}", 1, "U+E000"),
        ].map { (Array($0.0.utf8), $0.1, $0.2) } + [
            ([0xEF, 0xBB, 0xBF, 0x61], 1, "byte order"), (Array("a: b\nc: ".utf8) + [0xFF], 2, "UTF-8"),
            ([UInt8](repeating: 97, count: 1 << 20 + 1), 1, "larger"),
        ]

    @Test("What has two meanings, or cannot be seen, is refused where it stands", arguments: refused)
    func mistakes(_ expected: (bytes: [UInt8], line: Int, words: String)) throws {
        let mistakes = Self.mistakes(expected.bytes)
        #expect(mistakes.count == 1, "\(mistakes)")
        #expect(mistakes.first?.reason.contains(expected.words) == true, "\(mistakes)")
        #expect(mistakes.first?.line == expected.line, "\(mistakes)")
        #expect(mistakes.first?.path == "")
    }

    @Test(
        "What only looks special is read",
        arguments: [
            "a: R&D, Q&A and 3 * 4 & more! Ä–ö\r\n", "# *** &anchor !tag in a comment ***\na: b\n",
            "a: \"\\x26b \\x2Ac \\x21d\"\n", "just text", "- a\n- [b]\n",
        ])
    func accepts(text: String) { #expect(Self.isRead(text)) }

    @Test("Scalars stay text, and quotes are told apart")
    func scalars() throws {
        let mistakes = MistakeCollector()
        let tree = try #require(YAMLDocument.read(Array("[no, 012, 'no', ~, \"\\x26\"]".utf8), mistakes))
        guard case .list(let items, _) = tree else { throw WrongKind() }
        let texts = items.map { item in
            if case .scalar(let text, let plain, _) = item { plain ? text : "'\(text)'" } else { "" }
        }
        #expect(texts == ["no", "012", "'no'", "~", "'&'"])
        #expect(items.map(\.isNull) == [false, false, false, true, false])
    }

    struct WrongKind: Error {}

    @Test("Quoted text is read back", arguments: ["", "a\"b\\c", "R &D *x !y", "a\nb", "e\u{301}\u{200D}\u{1B}"])
    func quoting(text: String) throws {
        let tree = YAMLDocument.read(Array(YAMLText.quoted(text).utf8), MistakeCollector())
        guard case .scalar(text, plain: false, _) = tree else { throw WrongKind() }
    }

    /// A thread with half of the usual stack reads what nests as deeply as the YAML library allows.
    @Test("Deep nesting is refused")
    func deepNesting() {
        let depth = 20_000
        let texts = [
            String(repeating: "[", count: depth), String(repeating: "{a: ", count: depth),
            String(repeating: "- ", count: depth), String(repeating: "? ", count: depth),
            String(repeating: "[a: ", count: 990) + String(repeating: "]", count: 990),
            (0..<990).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
            String(repeating: "[", count: 990) + String(repeating: "]", count: 990),
            String(repeating: "- ", count: 990) + "a",
            String(repeating: "{a: ", count: 990) + String(repeating: "}", count: 990),
        ]
        let finished = DispatchSemaphore(value: 0)
        let thread = Thread {
            for text in texts { #expect(!Self.isRead(text)) }
            finished.signal()
        }
        thread.stackSize = 4 << 20
        thread.start()
        #expect(finished.wait(timeout: .now() + 120) == .success)
    }

    /// Aliases that would grow to 10^15 nodes are refused before anything is built from them.
    @Test("Aliases cannot grow")
    func aliasesCannotGrow() {
        let text =
            "a: &a [\(String(repeating: "x,", count: 1000))]\nb: &b [\(String(repeating: "*a,", count: 1000))]\n"
            + "? [\(String(repeating: "*b,", count: 1000))]\n: c\n"
        let clock = ContinuousClock()
        let time = clock.measure { #expect(!Self.isRead(text)) }
        #expect(time < .seconds(60))
    }

    @Test("Duplicates are reported, however many there are", arguments: [2, 200])
    func manyDuplicates(count: Int) throws {
        let mistakes = MistakeCollector()
        let text = (0..<count).map { "field\($0): 1\nfield\($0): 2\n" }.joined()
        let tree = YAMLDocument.read(Array(text.utf8), mistakes)
        // Few are left to the reader of the mapping, which names them.
        if let tree { _ = MappingReader(freeKeys: tree, path: "", meaning: "fields", mistakes) }
        #expect(mistakes.sorted.contains { $0.reason.contains("twice") })
        if count == 2 { #expect(mistakes.sorted.map(\.path) == ["field0", "field1"]) }
    }
}
