/// The codebook's part about one table.
enum CodebookTable {
    static func html(_ table: Codebook.Table) -> [String] {
        var lines = [
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
                + "aria-label=\"Columns of \(HTML.escaped(table.file))\">",
            "<table>", HTML.element("caption", "Columns of \(table.file), \(HTML.number(table.rowCount)) rows"),
            "<thead><tr>",
        ]
        let hasValues = table.columns.contains { !$0.values.isEmpty }
        lines += (["Column", "Meaning", "Type", "Value"] + (hasValues ? ["Values and their labels"] : [])).map {
            HTML.element("th", [("scope", "col")], $0)
        }
        lines += ["</tr></thead>", "<tbody>"]
        for column in table.columns {
            lines.append(
                "<tr><th scope=\"row\">\(HTML.element("code", column.name))</th><td>\(HTML.escaped(column.label))"
                    + column.notes.map { HTML.element("p", [("class", "note")], $0) }.joined() + "</td>"
                    + HTML.element("td", words(column.kind))
                    + HTML.element("td", column.isRequired ? "always" : "optional")
                    + (hasValues ? "<td>\(values(column))</td>" : "") + "</tr>")
        }
        return lines + ["</tbody>", "</table>", "</div>"]
    }

    private static func words(_ kind: Codebook.Kind) -> String {
        switch kind {
        case .person: "pseudonym"
        case .membership: "true or false"
        case .link: "name of a link"
        case .integer: "integer"
        case .decimal: "decimal"
        case .date: "date"
        case .boolean: "true or false"
        case .code: "code"
        case .text: "text"
        }
    }

    private static func values(_ column: Codebook.Column) -> String {
        guard !column.values.isEmpty else { return "" }
        let items = column.values.map { value in
            let code = HTML.element("code", value.value)
            return "<li>\(value.label == value.value ? code : "\(code) \(HTML.escaped(value.label))")</li>"
        }
        return "<ul class=\"values\">\(items.joined())</ul>"
    }
}
