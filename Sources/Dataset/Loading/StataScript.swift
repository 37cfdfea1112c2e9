internal import Agreement

/// `load.do`: reads every table of the dataset into Stata with declared types and labels, and saves it as `.dta`.
enum StataScript {
    /// Characters of a variable's label.
    private static let labelLength = 80
    private static let flagLabel = "sidos_flag"
    /// Values below it are exact in a double.
    private static let exactLimit: UInt64 = 1 << 53

    static func text(_ codebook: Codebook) -> String {
        var lines = [
            "* " + String(ScriptText.comment(codebook.study.title).map { "/*`$\"'\\".contains($0) ? " " : $0 }),
            "* Loads the tables of the dataset with their types and labels, and saves each as a .dta file.",
            "* Needs Stata 16 or newer. In the directory of the dataset:  do load.do",
            "* A missing text and an empty one are the same in Stata.",
            "version 16", "clear all", "set more off",
        ]
        if let madeUp = codebook.madeUp { lines.append("display as error \(expression(madeUp))") }
        for table in codebook.tables { lines += self.table(table, codebook) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func table(_ table: Codebook.Table, _ codebook: Codebook) -> [String] {
        let names = StataName.variables(table.columns.map(\.name))
        guard table.rowCount > 0 else { return ["", "* Table \(table.id) has no rows: there is nothing to import."] }
        var lines = [
            "", "* Table \(table.id)", "clear",
            "import delimited using \"\(table.file)\", clear delimiters(\",\") varnames(nonames) rowrange(2) "
                + "stringcols(_all) bindquote(strict) maxquotedrows(unlimited) encoding(\"UTF-8\")",
            "assert _N == \(table.rowCount)",
        ]
        for index in names.indices { lines.append("rename v\(index + 1) \(source(index))") }
        for (index, column) in table.columns.enumerated() {
            lines += variable(names[index], from: source(index), column, index)
        }
        lines += ["capture drop _sidos_*", "order \(names.joined(separator: " "))"]
        lines += label("data", nil, table.title)
        for (name, column) in zip(names, table.columns) where name != column.name {
            lines += note(name, "in the dataset: " + column.name)
        }
        lines.append("compress")
        lines.append("save \"\(table.id).dta\", replace")
        return lines
    }

    /// Names no column can have: they begin with `_sidos_`.
    private static func source(_ index: Int) -> String { "_sidos_\(index + 1)" }

    private static func variable(_ name: String, from source: String, _ column: Codebook.Column, _ index: Int)
        -> [String]
    {
        var lines: [String]
        let set = "sidos_l\(index + 1)"
        switch column.kind {
        case .person, .text:
            // Kept as imported: a key of merge must not become strL.
            lines = ["rename \(source) \(name)"]
        case .membership, .boolean:
            lines = [
                "capture label define \(flagLabel) 0 \"no\" 1 \"yes\"",
                "generate byte \(name) = cond(\(source) == \"true\", 1, cond(\(source) == \"false\", 0, .))",
                "label values \(name) \(flagLabel)",
            ]
        case .date:
            // Registers use 0001-01-01 as an open beginning, but the days of Stata begin with the year 100.
            lines = [
                "generate double \(name) = daily(\(source), \"YMD\")", "format \(name) %tdCCYY-NN-DD",
                "quietly count if missing(\(name)) & !missing(\(source))",
                "if r(N) > 0 display as error \"\(name): \" r(N) \" dates before the year 100 are missing\"",
            ]
        case .decimal:
            lines = ["generate double \(name) = real(\(source))"]
        case .integer where column.facts.integerMagnitude >= exactLimit:
            lines = [
                "* integers of more digits than a double holds: left as text", "rename \(source) \(name)",
            ]
        case .integer:
            lines = ["generate double \(name) = real(\(source))"] + numbered(name, set, column.values)
        case .code
        where !column.values.isEmpty && column.facts.areCodesNumbers
            && column.values.allSatisfy({ StataName.isNumber($0.value) }):
            lines = ["generate long \(name) = real(\(source))"] + numbered(name, set, column.values)
        case .code where !column.values.isEmpty:
            lines = encoded(name, source, set, column.values.map { ($0.value, "\($0.value): \($0.label)") })
        case .link:
            lines = encoded(name, source, set, column.values.map { ($0.value, $0.value) })
        case .code:
            lines = ["rename \(source) \(name)"]
        }
        switch column.kind {
        case .integer where column.facts.integerMagnitude >= exactLimit: break
        case .decimal, .integer: lines.append("assert missing(\(name)) == missing(\(source))")
        case .person, .text, .membership, .boolean, .date, .code, .link: break
        }
        lines += label("variable", name, column.label)
        return lines
    }

    /// Labels for numbers; those that a `long` cannot hold have none, as Stata's value labels end there.
    private static func numbered(_ name: String, _ set: String, _ values: [ValueLabel]) -> [String] {
        let pairs = values.compactMap { value in
            StataName.isNumber(value.value) ? Int(value.value).map { ($0, value.label) } : nil
        }
        guard !pairs.isEmpty else { return [] }
        return define(set, pairs) + ["label values \(name) \(set)"]
    }

    /// Codes that are no numbers are numbered in the agreement's order; `encode` numbers what else occurs after them.
    private static func encoded(
        _ name: String, _ source: String, _ set: String, _ values: [(code: String, shown: String)]
    ) -> [String] {
        var lines = ["clonevar _sidos_text = \(source)"]
        for value in values where value.code != value.shown {
            lines.append("replace _sidos_text = \(expression(value.shown)) if \(source) == \(expression(value.code))")
        }
        lines += define(set, values.enumerated().map { ($0 + 1, $1.shown) })
        return lines + ["encode _sidos_text, generate(\(name)) label(\(set))", "drop _sidos_text"]
    }

    private static func define(_ set: String, _ pairs: [(Int, String)]) -> [String] {
        pairs.enumerated().map { index, pair in
            let (number, text) = pair
            return literal(text).map { "label define \(set) \(number) \($0)\(index > 0 ? ", add" : "")" }
                ?? "mata: st_vlmodify(\"\(set)\", \(number), \(expression(text)))"
        }
    }

    /// The label of a variable or of the data: at most 80 characters, a longer one goes into a note as well.
    private static func label(_ what: String, _ name: String?, _ text: String) -> [String] {
        let short = text.count <= labelLength ? text : text.prefix(labelLength - 1) + "…"
        let place = name.map { " " + $0 } ?? ""
        // The label of the data can be set by a command only, in whose quotes neither ` nor " may stand.
        let unquoted = short.unicodeScalars.map { $0 == "`" || $0 == "\"" ? "'" : String($0) }.joined()
        var lines = [
            literal(short).map { "label \(what)\(place) \($0)" }
                ?? (name.map { "mata: st_varlabel(\"\($0)\", \(expression(short)))" }
                    ?? "mata: stata(\"label data \" + char(34) + \(expression(unquoted)) + char(34), 0, 1)")
        ]
        if text.count > labelLength { lines += note(name ?? "_dta", text) }
        return lines
    }

    /// A note of a variable; a text that a do-file cannot hold as it is loses its special characters.
    private static func note(_ name: String, _ text: String) -> [String] {
        let plain = text.unicodeScalars.map { isSpecial($0) || $0 == "/" ? " " : String($0) }.joined()
        return ["notes \(name): \(plain)"]
    }

    /// `"…"` for a text that means itself there: no quotes, no characters that begin macros, no comments; else nil.
    private static func literal(_ text: String) -> String? {
        let isPlain =
            text.unicodeScalars.allSatisfy { !isSpecial($0) } && !text.contains("//") && !text.contains("/*")
        return isPlain ? "\"\(text)\"" : nil
    }

    /// The text as an expression of Stata and of Mata, in which special characters are numbers: macros are expanded in
    /// every line, even between quotes.
    static func expression(_ text: String) -> String {
        var parts: [String] = []
        var run = ""
        for scalar in text.unicodeScalars {
            if isSpecial(scalar) || scalar == "/" || scalar == "*" {
                if !run.isEmpty { parts.append("\"\(run)\"") }
                run = ""
                parts.append("char(\(scalar.properties.generalCategory == .control ? 32 : scalar.value))")
            } else {
                run.unicodeScalars.append(scalar)
            }
        }
        if !run.isEmpty || parts.isEmpty { parts.append("\"\(run)\"") }
        return parts.joined(separator: " + ")
    }

    private static func isSpecial(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\"" || scalar == "`" || scalar == "'" || scalar == "$" || scalar == "\\"
            || scalar.properties.generalCategory == .control
    }
}
