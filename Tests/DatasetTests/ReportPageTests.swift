import Foundation
import PSIProtocol
import Testing

@testable import Dataset

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The report's page as a browser, a screen reader and a printer meet it.
@Suite("Report page")
struct ReportPageTests {
    private let directory: Scratch
    init() throws { directory = try Scratch() }

    private struct Element {
        var name: String
        var attributes: [String: String]
        var text = ""
        var section: Int
    }

    /// Elements in the order of the page, with the text that is directly in them.
    private final class Outline: NSObject, XMLParserDelegate {
        var elements: [Element] = []
        private var open: [Int] = []
        private var sections = 0

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            if name == "section" { sections += 1 }
            open.append(elements.count)
            elements.append(Element(name: name, attributes: attributes, section: sections))
        }

        func parser(_ parser: XMLParser, foundCharacters text: String) {
            if let last = open.last { elements[last].text += text }
        }

        func parser(
            _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
        ) { open.removeLast() }
    }

    private func outline(_ html: String) throws -> [Element] {
        let body = try SampleStudy.required(html.split(separator: "\n", maxSplits: 1).last)
        #expect(html.hasPrefix("<!DOCTYPE html>\n"))
        let parser = XMLParser(data: Data(body.utf8))
        let outline = Outline()
        parser.delegate = outline
        #expect(parser.parse(), "line \(parser.lineNumber): \(String(describing: parser.parserError))")
        return outline.elements
    }

    private func linkedPage(smallestCell: Int = 1, countRounding: Int = 1) throws -> String {
        var agreement = try LinkedStudy.agreement(smallestCell: smallestCell, countRounding: countRounding)
        for index in agreement.cohorts.indices { agreement.cohorts[index].title += " <&\"'>" }
        let name = "linked\(smallestCell)-\(countRounding)"
        let store = try LinkedStudy.store(in: directory, agreement: agreement, name: name + "/round.sqlite")
        defer { try? store.close() }
        _ = try DatasetWriter(directory: directory.path(name + "-dataset"))
            .write(
                store, report: LinkedStudy.report(countRounding == 10 ? LinkedStudy.quality() : nil),
                created: SampleStudy.created)
        return try directory.text(name + "-dataset/report.html")
    }

    private func pages() throws -> [String] {
        try AwkwardStudy.write(in: directory)
        let store = try SampleStudy.store(in: directory)
        _ = try DatasetWriter(directory: directory.path("plain"))
            .write(store, report: SampleStudy.report(), created: SampleStudy.created)
        return [
            try directory.text("dataset/report.html"), try directory.text("plain/report.html"), try linkedPage(),
            try linkedPage(smallestCell: 5, countRounding: 10),
        ]
    }

    @Test("it is well-formed, in order, and loads nothing")
    func structure() throws {
        for html in try pages() {
            let elements = try outline(html)
            let headings = elements.filter { ["h1", "h2", "h3", "h4", "h5", "h6"].contains($0.name) }.map(\.name)
            #expect(headings.count { $0 == "h1" } == 1 && headings.first == "h1")
            let levels = headings.compactMap { $0.last.flatMap { Int(String($0)) } }
            #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 })
            #expect(elements.first?.attributes["lang"] == "en")

            let ids = elements.compactMap { $0.attributes["id"] }
            #expect(Set(ids).count == ids.count)
            for element in elements {
                for name in ["aria-labelledby", "aria-describedby"] {
                    for id in element.attributes[name]?.split(separator: " ") ?? [] {
                        #expect(ids.contains(String(id)))
                    }
                }
                if let target = element.attributes["href"] {
                    #expect(target.hasPrefix("#") && ids.contains(String(target.dropFirst())), "\(target)")
                }
                #expect(element.attributes["src"] == nil && element.attributes["style"] == nil)
                #expect(!element.attributes.keys.contains { $0.hasPrefix("on") })
                #expect(
                    !["script", "link", "img", "iframe", "object", "form", "base", "use", "image"].contains(
                        element.name))
            }
            let style = try SampleStudy.required(elements.first { $0.name == "style" }).text
            #expect(!style.contains("url(") && !style.contains("@import"))
            let policy = elements.first { $0.attributes["http-equiv"] == "Content-Security-Policy" }
            #expect(policy?.attributes["content"]?.hasPrefix("default-src 'none'; style-src 'sha256-") == true)
            #expect(
                html.components(separatedBy: "http").count == html.components(separatedBy: "http://www.w3.org/").count
                    + 1)
        }
    }

    @Test("every drawing is described and has a table in its section")
    func drawings() throws {
        var count = 0
        for html in try pages() {
            let elements = try outline(html)
            for (index, element) in elements.enumerated() where element.name == "svg" {
                count += 1
                #expect(element.attributes["role"] == "img")
                #expect(elements[index + 1].name == "title" && !elements[index + 1].text.isEmpty)
                #expect(elements[index + 2].name == "desc" && elements[index + 2].text.contains("table below"))
                #expect(elements[index...].contains { $0.name == "table" && $0.section == element.section })
            }
            for table in elements.indices where elements[table].name == "table" {
                #expect(
                    elements[table - 1].attributes["tabindex"] == "0"
                        && elements[table - 1].attributes["role"] == "region")
                #expect(elements[table + 1].name == "caption" && !elements[table + 1].text.isEmpty)
            }
            for heading in elements where heading.name == "th" {
                #expect(["col", "row"].contains(heading.attributes["scope"]))
            }
        }
        #expect(count >= 8)
    }

    @Test("texts stay texts")
    func escaping() throws {
        try AwkwardStudy.write(in: directory)
        let html = try directory.text("dataset/report.html")
        let elements = try outline(html)
        #expect(elements.first { $0.name == "h1" }?.text == "Study \"of\" <all> & \\ $x `y' /* ä")
        #expect(!html.contains("<i>") && !html.contains("<b>") && !html.contains("<all>"))
        #expect(elements.contains { $0.name == "li" && $0.text.contains("Unemployed \\ // /* <b>") })
        #expect(HTML.escaped("a\u{0}b\u{FFFE}<&>\"'") == "a b &lt;&amp;&gt;&quot;&#39;")
    }

    @Test("numbers are those that may be told")
    func numbers() throws {
        let html = try linkedPage(smallestCell: 2)
        #expect(html.contains("fewer than 2"))
        #expect(html.contains("A cohort of fewer than 2 people is not released"))
        let rows = try linkedPage()
        #expect(rows.contains("<td class=\"n\">4 (80 %)</td>") || rows.contains(" %)</td>"))
        #expect(HTML.number(-1_234_567) == "−1,234,567" && HTML.number(999) == "999" && HTML.number(0) == "0")
    }

    @Test("[A-53] values without a label are counted, and told as counts are")
    func unlabelled() throws {
        try AwkwardStudy.write(in: directory)
        let report = try SampleStudy.required(
            try JSONSerialization.jsonObject(with: try directory.bytes("dataset/report.json")) as? [String: Any])
        let values = try SampleStudy.required(report["unlabelled"] as? [[String: Any]])
        #expect(values.map { $0["column"] as? String } == ["code", "level", AwkwardStudy.longName + "2"])
        #expect(values.map { ($0["rows"] as? [String: Any])?["count"] as? Int } == [2, 1, 1])
        try AwkwardStudy.write(in: directory, agreement: try AwkwardStudy.agreement(smallestCell: 3), name: "small")
        let text = try directory.text("small/report.md")
        #expect(text.contains("| visits | code | withheld |"))
        #expect(try directory.text("small/report.html").contains("<td class=\"n\">withheld</td>"))
    }

    @Test("the diagram says of refused records that are withheld neither that they are few nor that they are not")
    func refused() throws {
        for (reasons, text) in [
            ([RoundReport.Refusal(reason: "missing", records: nil)], "records refused: withheld"),
            (
                [RoundReport.Refusal(reason: "missing", records: 40), .init(reason: "malformed", records: nil)],
                "40 records refused, more withheld"
            ),
        ] {
            var report = LinkedStudy.report()
            report.registers[0].refused = reasons
            let name = "refused-\(reasons.count)"
            try AwkwardStudy.write(in: directory, name: name, report: report)
            let html = try directory.text("\(name)/report.html")
            #expect(html.contains(text))
            #expect(!html.contains("few records") && !html.contains("a few"))
        }
    }

    @Test("what is withheld is drawn as withheld")
    func withheld() throws {
        let report = try linkedPage(smallestCell: 5, countRounding: 10)
        #expect(report.contains("class=\"hidden\""))
        #expect(OverlapPlot.roundUp(1) == 4 && OverlapPlot.roundUp(41) == 80 && OverlapPlot.roundUp(5_095) == 8_000)
        #expect(OverlapPlot.roundUp(.max) == .max)
    }

    @Test("text can be told from what it stands on, light and dark")
    func contrast() throws {
        for palette in [ReportPalette.light, .dark] {
            for (one, other) in palette.textPairs {
                let contrast = try Self.contrast(one, other)
                #expect(contrast >= 4.5, "\(one) on \(other): \(contrast)")
            }
        }
        #expect(try Self.contrast("#ffffff", "#000000") == 21)
    }

    /// Contrast of WCAG 2.2.
    private static func contrast(_ one: String, _ other: String) throws -> Double {
        func luminance(_ colour: String) throws -> Double {
            let value = try SampleStudy.required(Int(colour.dropFirst(), radix: 16))
            let parts = [16, 8, 0].map { shift -> Double in
                let part = Double(value >> shift & 0xFF) / 255
                return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
            }
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
        }
        let (a, b) = (try luminance(one), try luminance(other))
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }
}
