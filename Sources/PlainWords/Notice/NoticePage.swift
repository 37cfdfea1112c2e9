extension Notice {
    /// The notice as one HTML page that needs nothing else: no script, no font, no image, no connection.
    public var page: String {
        let draft = draftWarning.map { "<p class=\"draft\" role=\"note\">\(Self.escaped($0))</p>\n" } ?? ""
        let body = sections.enumerated().map { index, section in
            """
            <section aria-labelledby="s\(index + 1)">
            <h2 id="s\(index + 1)">\(Self.escaped(section.heading))</h2>
            \(section.blocks.map(Self.html).joined(separator: "\n"))
            </section>
            """
        }.joined(separator: "\n")
        return """
            <!DOCTYPE html>
            <html lang="\(language.rawValue)">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
            base-uri 'none'; form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <title>\(Self.escaped(title))</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            <main>
            <header>
            \(draft)<p class="kind">\(Self.escaped(kind))</p>
            <h1>\(Self.escaped(title))</h1>
            </header>
            \(body)
            </main>
            </body>
            </html>

            """
    }

    private static func html(_ block: Block) -> String {
        switch block {
        case .paragraph(let text): return "<p>\(linked(text))</p>"
        case .list(let items):
            let lines = items.map { item in
                let term = item.term.map { "<strong>\(escaped($0)):</strong> " } ?? ""
                return "<li>\(term)\(linked(item.text))</li>"
            }
            return "<ul>\n\(lines.joined(separator: "\n"))\n</ul>"
        }
    }

    /// The text with what begins with `https://` as a link.
    private static func linked(_ text: String) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            let word = escaped(String(word))
            return word.hasPrefix("https://") ? "<a href=\"\(word)\">\(word)</a>" : word
        }.joined(separator: " ")
    }

    static func escaped(_ text: String) -> String {
        // By Unicode scalars: a combining mark makes another Character of a quotation mark.
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case "'": "&#39;"
            default: String(scalar)
            }
        }.joined()
    }

    private static let style = """
        :root { --ink: #1a1a1a; --paper: #ffffff; --muted: #4a4a4a; --line: #c8c8c8; --link: #0b4f8a;
          --warn-ink: #5c1a00; --warn-paper: #fff1e6; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #ededed; --paper: #16181b; --muted: #bdbdbd; --line: #44484d; --link: #8cc4ff;
            --warn-ink: #ffd9bf; --warn-paper: #4a2410; }
        }
        html { font-size: 112.5%; }
        body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.55;
          font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
        main { max-width: 42rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; overflow-wrap: anywhere; }
        h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 1.5rem; }
        h2 { font-size: 1.2rem; line-height: 1.3; margin: 2.2rem 0 .5rem; padding-top: .8rem;
          border-top: 1px solid var(--line); }
        p { margin: .5rem 0; }
        ul { margin: .5rem 0; padding-left: 1.25rem; }
        li { margin: .45rem 0; }
        a { color: var(--link); }
        .kind { color: var(--muted); margin: 0 0 .4rem; }
        .draft { color: var(--warn-ink); background: var(--warn-paper); border-left: .35rem solid currentColor;
          padding: .75rem 1rem; margin: 0 0 1.5rem; font-weight: 600; }
        @media print {
          :root { --ink: #000; --paper: #fff; --muted: #333; --line: #999; --link: #000;
            --warn-ink: #000; --warn-paper: #fff; }
          html { font-size: 11pt; }
          main { max-width: none; padding: 0; }
          h2 { break-after: avoid; }
          li { break-inside: avoid; }
        }
        """
}
