extension Notice {
    static let textWidth = 74

    /// The notice as plain text, lines of at most 74 characters except where a single word is longer.
    public var text: String {
        var lines =
            [kind, ""] + Self.wrapped(title) + [String(repeating: "=", count: min(Self.textWidth, title.count))]
        if let draftWarning { lines += [""] + Self.wrapped("*** \(draftWarning) ***") }
        for section in sections {
            lines += ["", section.heading, String(repeating: "-", count: section.heading.count)]
            for block in section.blocks {
                lines.append("")
                switch block {
                case .paragraph(let text): lines += Self.wrapped(text)
                case .list(let items):
                    for item in items {
                        lines += Self.wrapped((item.term.map { "\($0): " } ?? "") + item.text, first: "- ", rest: "  ")
                    }
                }
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Breaks at ordinary spaces only: those within a number or a date hold.
    private static func wrapped(_ text: String, first: String = "", rest: String = "") -> [String] {
        var lines: [String] = []
        var line = first
        var isEmpty = true
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            if !isEmpty, line.count + 1 + word.count > textWidth {
                lines.append(line)
                line = rest
                isEmpty = true
            }
            line += isEmpty ? String(word) : " " + word
            isEmpty = false
        }
        return lines + [line]
    }
}
