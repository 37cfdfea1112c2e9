internal import Agreement
internal import Mustache

/// Pages as HTML. Every word is escaped by the templates, which have no place that is not.
struct ConsoleView: Sendable {
    struct Frame {
        var say: Say
        /// The participant, or the role of a page that nobody is known to yet.
        var owner: String
        var sections: [(path: String, title: String)] = []
        /// The path of the page.
        var path = ""
        var csrf = ""
        var flash: ConsoleText?
        var signer: String?
        /// Numbers that make the ids of fields the page's only ones.
        let ids = Ids()
    }

    final class Ids {
        private var last = 0
        func next() -> Int {
            last += 1
            return last
        }
    }

    private let library: MustacheLibrary

    init() throws {
        var library = MustacheLibrary()
        for (name, text) in ConsoleTemplates.all { try library.register(text, named: name) }
        self.library = library
    }

    func html(_ page: ConsolePage, in frame: Frame) -> String {
        let say = frame.say
        let languages = PlainLanguage.allCases.map { language -> [String: Any] in
            [
                "code": language.rawValue, "name": language.ownName,
                "current": language == say.language,
            ]
        }
        var fields: [String: Any] = [
            "lang": say.language.rawValue, "title": page.title, "owner": frame.owner, "path": frame.path,
            "csrf": frame.csrf, "known": !frame.sections.isEmpty, "flash": false,
            "signer": false, "languages": languages,
            "skip": say("Siirry sisältöön", "Hoppa till innehållet", "Skip to the content"),
            "menu": say("Valikko", "Meny", "Menu"), "leave": say("Sulje istunto", "Avsluta sessionen", "End session"),
            "languageLabel": say("Kieli", "Språk", "Language"),
            "blocks": page.blocks.map { self.fields($0, frame) },
            "sections": frame.sections.map { section -> [String: Any] in
                let isHere = frame.path == "/" + section.path || frame.path.hasPrefix("/\(section.path)/")
                return ["href": "/" + section.path, "title": section.title, "current": isHere]
            },
        ]
        if let flash = frame.flash { fields["flash"] = text(flash) }
        if let signer = frame.signer {
            fields["signer"] = say("Allekirjoittaja: ", "Undertecknare: ", "Signing as: ") + signer
        }
        return library.render(fields, withTemplate: "page") ?? ""
    }

    /// Blocks alone.
    func html(_ blocks: [ConsoleBlock], in frame: Frame) -> String {
        library.render(["blocks": blocks.map { fields($0, frame) }], withTemplate: "blocks") ?? ""
    }

    // A name that a context lacks is looked up in those around it, so each context has every name that its part of the
    // template asks for.

    private func text(_ text: ConsoleText) -> [String: Any] {
        var fields: [String: Any] = ["text": text.text, "english": text.isEnglish, "link": false]
        if let link = text.link { fields["link"] = ["href": link] }
        return fields
    }

    private static let kinds = [
        "heading", "paragraph", "list", "outline", "facts", "table", "lines", "notice", "bar", "form", "live",
    ]

    private func fields(_ block: ConsoleBlock, _ frame: Frame) -> [String: Any] {
        Dictionary(uniqueKeysWithValues: Self.kinds.map { ($0, false as Any) }).merging(content(block, frame)) { $1 }
    }

    private func content(_ block: ConsoleBlock, _ frame: Frame) -> [String: Any] {
        switch block {
        case .heading(let heading): return ["heading": ["text": heading]]
        case .paragraph(let words): return ["paragraph": text(words)]
        case .list(let items): return ["list": ["items": items.map(text)]]
        case .outline(let lines):
            return [
                "outline": [
                    "items": lines.map { line -> [String: Any] in
                        ["level": "l\(min(3, max(1, line.level)))", "term": line.term ?? false, "text": line.text]
                    }
                ]
            ]
        case .facts(let facts):
            return ["facts": ["items": facts.map { ["term": $0.term, "text": text($0.text)] as [String: Any] }]]
        case .table(let caption, let head, let rows):
            return [
                "table": [
                    "caption": caption, "head": head.map { ["text": $0] },
                    "rows": rows.map { row -> [String: Any] in
                        ["first": row.prefix(1).map(text), "cells": row.dropFirst().map(text)]
                    },
                ] as [String: Any]
            ]
        case .lines(let lines):
            return ["lines": ["text": lines.joined(separator: "\n"), "label": linesLabel(frame.say)]]
        case .notice(let urgency, let words):
            let word =
                switch urgency {
                case .good: ""
                case .note: frame.say("Huomaa: ", "Obs: ", "Note: ")
                case .alarm: frame.say("Hälytys: ", "Larm: ", "Alarm: ")
                }
            return ["notice": ["class": urgency.rawValue, "word": word, "words": text(words)] as [String: Any]]
        case .bar(let label, let done, let total, let words):
            return [
                "bar": ["label": label, "done": "\(done)", "total": "\(max(total, 1))", "text": words]
                    as [String: Any]
            ]
        case .form(let form): return ["form": self.form(form, frame)]
        case .live(let path, let blocks):
            return ["live": ["path": path, "blocks": blocks.map { fields($0, frame) }] as [String: Any]]
        }
    }

    private func linesLabel(_ say: Say) -> String { say("Ohjelman tuloste", "Programmets utskrift", "Program output") }

    private func form(_ form: ConsoleForm, _ frame: Frame) -> [String: Any] {
        let fields = form.fields.map { field -> [String: Any] in
            let id = "\(field.name)-\(frame.ids.next())"
            var made: [String: Any] = [
                "id": id, "name": field.name, "label": field.label, "required": field.isRequired, "hint": false,
                "line": false, "area": false, "tick": false, "choice": false,
            ]
            if let hint = field.hint { made["hint"] = ["text": hint, "id": id + "-hint"] }
            switch field.kind {
            case .line: made["line"] = true
            case .text: made["area"] = true
            case .confirmation: made["tick"] = true
            case .choice(let choices):
                made["choice"] = ["choices": choices.map { ["value": $0.value, "label": $0.label] }]
            }
            return made
        }
        return [
            "action": form.action, "csrf": frame.csrf, "fields": fields, "submit": form.submit, "grave": form.isGrave,
            "hidden": form.hidden.map { ["name": $0.name, "value": $0.value] },
        ]
    }
}

extension PlainLanguage {
    var ownName: String { of("Suomi", "Svenska", "English") }
}
