/// Names from files and databases, made fit for a message.
enum ShownName {
    static let characterLimit = 80

    /// The name in quotes, at most 80 characters of it, control and format characters replaced by `?`.
    static func of(_ name: String) -> String {
        var shown = "\""
        var count = 0
        for scalar in name.unicodeScalars {
            if count == characterLimit {
                shown += "…"
                break
            }
            if isFit(scalar) { shown.unicodeScalars.append(scalar) } else { shown += "?" }
            count += 1
        }
        return shown + "\""
    }

    /// Whether the character does nothing to a terminal or a log but to be seen.
    static func isFit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: false
        default: true
        }
    }
}
