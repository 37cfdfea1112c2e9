import Agreement
import Testing

@testable import WebConsole

/// What pages are made of.
@Suite("The console's pages")
struct ConsoleViewTests {
    private static let evil = "<b>&\"'{{x}}"

    private static let blocks: [ConsoleBlock] = [
        .heading(evil), .paragraph(ConsoleText(evil)), .list([ConsoleText(evil), ConsoleText("b", link: "/b")]),
        .outline([ConsoleLine(level: 1, term: evil, text: evil), ConsoleLine(level: 3, term: nil, text: "b")]),
        .facts([(evil, ConsoleText(evil))]),
        .table(caption: evil, head: [evil, "b"], rows: [[ConsoleText(evil, link: "/a"), .english(evil)]]),
        .lines([evil, "b"]), .notice(.good, ConsoleText(evil)), .notice(.note, "b"), .notice(.alarm, "c"),
        .bar(label: evil, done: 1, total: 3, text: evil),
        .form(
            ConsoleForm(
                "/do", submit: evil,
                fields: [
                    ConsoleForm.Field("a", evil, hint: evil), ConsoleForm.Field("b", evil, .text, required: false),
                    ConsoleForm.Field("c", evil, .choice([(evil, evil)])), ConsoleForm.Field("d", evil, .confirmation),
                ], hidden: [(evil, evil)], isGrave: true)),
    ]

    @Test("Each block stands on the page once, alone and within a part that moves", arguments: blocks.indices)
    func once(index: Int) throws {
        let view = try ConsoleView()
        let frame = ConsoleView.Frame(say: Say(.english), owner: "omnia")
        let alone = view.html([Self.blocks[index]], in: frame)
        let within = view.html([.live(path: "/a/live", [Self.blocks[index]])], in: frame)
        let tags = try Regex("<(h2|p|ul|dl|table|pre|form|progress|div)[ >]")
        #expect(alone.matches(of: tags).count > 0)
        #expect(within.matches(of: tags).count == alone.matches(of: tags).count + 1)
        #expect(!alone.contains("<b>") && !alone.contains("{{#") && !alone.contains("{{/"))
    }

    @Test("Nothing of what a block holds becomes markup")
    func escaped() throws {
        let view = try ConsoleView()
        var frame = ConsoleView.Frame(say: Say(.english), owner: Self.evil)
        frame.sections = [("a", Self.evil)]
        frame.flash = ConsoleText(Self.evil)
        frame.signer = Self.evil
        let page = view.html(ConsolePage(Self.evil, Self.blocks), in: frame)
        #expect(!page.contains("<b>") && page.contains("{{x}}"))
        // As much as was given: nothing is lost either.
        #expect(page.matches(of: #/&lt;b&gt;&amp;&quot;/#).count > 25)
        // Quotes within attributes do not end them.
        #expect(!page.contains("\"<") && !page.contains("\"'{{"))
    }

    @Test("Every field has a label of its own, and every id is there once")
    func labels() throws {
        let view = try ConsoleView()
        let page = view.html(Self.blocks, in: ConsoleView.Frame(say: Say(.english), owner: "omnia"))
        let ids = page.matches(of: #/ id="([^"]+)"/#).map { String($0.output.1) }
        #expect(ids.count > 3 && Set(ids).count == ids.count)
        for target in page.matches(of: #/ (?:for|aria-describedby)="([^"]+)"/#) {
            #expect(ids.contains(String(target.output.1)))
        }
    }

    @Test("Each language's page says which it is, and has no other's words", arguments: PlainLanguage.allCases)
    func language(language: PlainLanguage) throws {
        let view = try ConsoleView()
        var frame = ConsoleView.Frame(say: Say(language), owner: "omnia")
        frame.sections = [("", "x")]
        let page = view.html(ConsolePage("x", [.notice(.alarm, "y"), .notice(.note, "z")]), in: frame)
        #expect(page.contains("<html lang=\"\(language.rawValue)\">"))
        let words = ["Siirry sisältöön", "Hoppa till innehållet", "Skip to the content"]
        #expect(words.count { page.contains($0) } == 1)
        #expect(["Hälytys: ", "Larm: ", "Alarm: "].count { page.contains($0) } == 1)
    }
}
