/// Checks of a file's characters before its YAML is read, and the writing of text as YAML.
public enum YAMLText {
    /// The file's characters with line ends as `\n`, or nil when it cannot be read any further.
    static func check(_ bytes: [UInt8], limit: Int, _ mistakes: MistakeCollector) -> [Unicode.Scalar]? {
        guard bytes.count <= limit else {
            mistakes.add(YAMLPlace(line: 1), "", "The file is larger than \(limit) bytes.")
            return nil
        }
        guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else {
            mistakes.add(YAMLPlace(line: 1), "", "Save the file as UTF-8 without a byte order mark.")
            return nil
        }
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(bytes.count)
        let countBefore = mistakes.mistakes.count
        for (index, lineBytes) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            guard let line = String(validating: lineBytes.last == 13 ? lineBytes.dropLast() : lineBytes, as: UTF8.self)
            else {
                mistakes.add(YAMLPlace(line: index + 1), "", "This line is not UTF-8. Save the file as UTF-8.")
                return nil
            }
            if index > 0 { scalars.append("\n") }
            let lineScalars = Array(line.unicodeScalars)
            checkCharacters(lineScalars, line: index + 1, mistakes)
            checkIndicators(lineScalars, line: index + 1, mistakes)
            scalars.append(contentsOf: lineScalars)
        }
        return mistakes.mistakes.count == countBefore ? scalars : nil
    }

    /// Whether a character may stand in a file: not one that a reader cannot see or that turns the text's direction.
    public static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .surrogate, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    private static func checkCharacters(_ line: [Unicode.Scalar], line number: Int, _ mistakes: MistakeCollector) {
        for (index, scalar) in line.enumerated() where !isAllowed(scalar) {
            let place = YAMLPlace(line: number, column: index + 1)
            guard scalar != "\t" else {
                mistakes.add(place, "", "A tab is not used here. Write spaces.")
                return
            }
            let code = String(scalar.value, radix: 16, uppercase: true)
            let padded = String(repeating: "0", count: max(0, 4 - code.count)) + code
            mistakes.add(place, "", "The invisible character U+\(padded) is not allowed. Remove it.")
            return
        }
    }

    /// Refuses what would begin an anchor, an alias or a tag, before a YAML parser can act on it. A line that begins
    /// with `#` is a comment, or text within a scalar: none of the three can begin there.
    private static func checkIndicators(_ line: [Unicode.Scalar], line number: Int, _ mistakes: MistakeCollector) {
        guard let first = line.firstIndex(where: { $0 != " " }), line[first] != "#" else { return }
        if first == 0, line[0] == "%" {
            mistakes.add(YAMLPlace(line: number, column: 1), "", "YAML directives are not used here. Remove the line.")
            return
        }
        for (index, scalar) in line.enumerated() where scalar == "&" || scalar == "*" || scalar == "!" {
            let before: Unicode.Scalar = index == 0 ? " " : line[index - 1]
            let after: Unicode.Scalar = index + 1 == line.count ? " " : line[index + 1]
            guard !isWordCharacter(before), after == "!" || after == "<" || isWordCharacter(after) else { continue }
            let kind = scalar == "&" ? "an anchor" : scalar == "*" ? "an alias" : "a tag"
            mistakes.add(
                YAMLPlace(line: number, column: index + 1), "",
                "'\(scalar)' directly before a word begins \(kind) in YAML, which is not used here. "
                    + "Write the value out, put a space after the '\(scalar)', or write "
                    + "\\x\(String(scalar.value, radix: 16, uppercase: true)) for it in text between double quotes.")
            return
        }
    }

    private static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }

    /// The text between double quotes, on one line, as YAML (and this reader) takes it back.
    public static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            default:
                if isAllowed(scalar), !["&", "*", "!"].contains(scalar) {
                    quoted.unicodeScalars.append(scalar)
                } else {
                    let code = String(scalar.value, radix: 16)
                    quoted += "\\U" + String(repeating: "0", count: max(0, 8 - code.count)) + code
                }
            }
        }
        return quoted + "\""
    }
}
