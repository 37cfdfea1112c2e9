/// HTML that is also well-formed XML, safe for whatever texts an agreement or a register holds.
enum HTML {
    /// Text for elements and attributes in double quotes. What XML cannot hold becomes a space.
    static func escaped(_ text: String) -> String {
        var safe = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": safe += "&amp;"
            case "<": safe += "&lt;"
            case ">": safe += "&gt;"
            case "\"": safe += "&quot;"
            case "'": safe += "&#39;"
            case "\u{FFFE}", "\u{FFFF}": safe += " "
            default:
                let isControl = scalar.properties.generalCategory == .control
                safe.unicodeScalars.append(isControl ? " " : scalar)
            }
        }
        return safe
    }

    static func element(_ name: String, _ attributes: [(String, String)] = [], _ text: String) -> String {
        "<\(name)\(self.attributes(attributes))>\(escaped(text))</\(name)>"
    }

    static func attributes(_ attributes: [(String, String)]) -> String {
        attributes.map { " \($0)=\"\(escaped($1))\"" }.joined()
    }

    static func paragraph(_ text: String) -> String { element("p", text) }

    static func element(_ name: String, _ text: String) -> String { element(name, [], text) }

    /// `5,984`.
    static func number(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { grouped.append(",") }
            grouped.append(digit)
        }
        return (value < 0 ? "−" : "") + grouped
    }
}

/// A table with a caption, as the report shows figures.
struct NamedTable {
    /// What a column holds, which decides how it is set.
    enum Alignment { case text, number }

    /// What the table tells, in a few words.
    let caption: String
    let head: [String]
    /// As many cells a row as the head has.
    let rows: [[String]]
    /// Of the columns; those beyond are texts.
    var alignment: [Alignment] = []
    /// What a reader must know to understand the numbers.
    var note: String?

    /// The table in a box of its own that scrolls, so that the page doesn't.
    var html: [String] {
        let cell = { (index: Int, text: String, name: String, more: [(String, String)]) in
            let isNumber = alignment.indices.contains(index) && alignment[index] == .number
            return HTML.element(name, more + (isNumber ? [("class", "n")] : []), text)
        }
        var lines = [
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"\(HTML.escaped(caption))\">",
            "<table>", HTML.element("caption", caption), "<thead><tr>",
        ]
        lines += head.enumerated().map { cell($0, $1, "th", [("scope", "col")]) }
        lines += ["</tr></thead>", "<tbody>"]
        lines += rows.map { row in
            let cells = row.enumerated().map { index, text in
                index == 0 ? cell(0, text, "th", [("scope", "row")]) : cell(index, text, "td", [])
            }
            return "<tr>\(cells.joined())</tr>"
        }
        lines += ["</tbody>", "</table>", "</div>"]
        if let note { lines.append(HTML.element("p", [("class", "note")], note)) }
        return lines
    }

    /// A first column of texts and others of numbers.
    static func numbers(_ caption: String, _ head: [String], _ rows: [[String]], texts: Int = 1, note: String? = nil)
        -> NamedTable
    {
        NamedTable(
            caption: caption, head: head, rows: rows,
            alignment: head.indices.map { $0 < texts ? .text : .number }, note: note)
    }
}
