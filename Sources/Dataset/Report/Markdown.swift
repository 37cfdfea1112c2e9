/// Markdown of reports, safe for whatever texts an agreement or a register holds.
enum Markdown {
    /// The lines of a table.
    static func table(_ head: [String], _ rows: [[String]]) -> [String] {
        let line = { (cells: [String]) in "| " + cells.map { escaped($0) }.joined(separator: " | ") + " |" }
        return [line(head), "|" + String(repeating: "---|", count: head.count)] + rows.map(line)
    }

    /// Text that neither breaks a table nor turns into markup.
    static func escaped(_ text: String) -> String {
        var safe = ""
        for character in text.unicodeScalars {
            if character.properties.generalCategory == .control {
                safe += " "
            } else {
                if "\\`*_[]<>|#&".unicodeScalars.contains(character) { safe += "\\" }
                safe.unicodeScalars.append(character)
            }
        }
        return safe
    }
}
