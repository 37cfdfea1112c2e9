import Foundation
import Testing

@testable import PSIProtocol
@testable import Register

/// The lists in the sources held against those of `docs/normalisation.md`, which are the normative ones.
@Suite("Normalisation document")
struct NormalisationDocumentTests {
    static func document() throws -> String {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("docs/normalisation.md"), encoding: .utf8)
    }

    /// Name of each fenced block → its entries.
    static func blocks() throws -> [String: [[UInt8]]] {
        var blocks: [String: [[UInt8]]] = [:]
        var open: String?
        for line in try document().split(separator: "\n") {
            let text = line.trimmingCharacters(in: .whitespaces)
            if text.hasPrefix("```") {
                open = open == nil ? String(text.dropFirst(3)) : nil
                if let open { blocks[open] = [] }
            } else if let open {
                blocks[open, default: []] += Letters.list(text)
            }
        }
        return blocks
    }

    // N-10, N-20…N-25, N-30, N-31, N-60, N-70, N-80…N-84
    @Test("The sources' lists are the document's")
    func lists() throws {
        let lists = [
            "fold": FoldTable.low + "\n" + FoldTable.high, "missing": MissingText.list,
            "program-words": MissingText.programList, "more-missing": MissingText.furtherList,
            "spreadsheet-errors": MissingText.errorList, "titles": NameForms.titleList,
            "given-forms": NameForms.formList, "no-days": DateShape.noDayList,
            "abd": NameLists.abdList, "abd-articles": NameLists.abdArticleList, "stems": NameLists.stemList,
            "particles": NameLists.particleList, "patronymic-endings": NameLists.patronymicEndingList,
            "patronymics": NameLists.patronymicList, "forms": PhoneticRules.formList, "rules": PhoneticRules.ruleList,
            "street-words": StreetWords.wordList, "street-endings": StreetWords.endingList,
        ]
        let blocks = try Self.blocks()
        #expect(Set(blocks.keys) == Set(lists.keys))
        for (name, text) in lists { #expect(Letters.list(text) == blocks[name], "\(name)") }
        #expect(blocks.values.allSatisfy { !$0.isEmpty })
    }

    @Test("Every entry is understood, and the table is in order")
    func entries() throws {
        let blocks = try Self.blocks()
        #expect(FoldTable.entries.count == blocks["fold"]?.count)
        #expect(PhoneticRules.rules.count == blocks["rules"]?.count)
        #expect(PhoneticRules.forms.count == blocks["forms"]?.count)
        for (entry, next) in zip(FoldTable.entries, FoldTable.entries.dropFirst()) {
            #expect(entry.first <= entry.last && entry.last < next.first)
        }
        #expect(FoldTable.entries.first.map { $0.first >= 0x80 } == true)
    }

    // N-81, N-82
    @Test("Every form of a name is a word of its own, stands for one name, and needs no second step")
    func nameForms() {
        let pairs = Letters.pairs(NameForms.formList)
        let forms = Set(pairs.map(\.right))
        #expect(pairs.count == Letters.list(NameForms.formList).count && pairs.count > 500)
        #expect(Set(pairs.map(\.left)).count == pairs.count)
        for (word, form) in pairs {
            let shown = String(decoding: word, as: UTF8.self)
            #expect(!forms.contains(word), "\(shown)")
            for name in [word, form] {
                // Other steps leave both as they are, so that it matters to nobody which comes first.
                #expect(Spelling.words(name[...]) == [name], "\(shown)")
                #expect(NameWords.words([name], isFamilyName: false) == [name], "\(shown)")
            }
        }
        for title in Letters.list(NameForms.titleList) {
            #expect(!forms.contains(title) && Spelling.words(title[...]) == [title])
        }
    }
}
