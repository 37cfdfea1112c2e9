/// Where something stands in a file.
public struct YAMLPlace: Equatable, Sendable {
    /// From 1.
    public var line: Int
    /// From 1, in Unicode scalars; nil for a whole line.
    public var column: Int?

    public init(line: Int, column: Int? = nil) {
        self.line = line
        self.column = column
    }
}

/// A node of the plain YAML that is read here: every scalar is text, and its reader gives it a type.
public indirect enum YAMLValue {
    case scalar(String, plain: Bool, YAMLPlace)
    case list([YAMLValue], YAMLPlace)
    case mapping([YAMLEntry], YAMLPlace)

    public var place: YAMLPlace {
        switch self {
        case .scalar(_, _, let place), .list(_, let place), .mapping(_, let place): place
        }
    }

    /// Whether YAML takes it for no value: nothing, `~` or `null`, without quotes.
    var isNull: Bool {
        guard case .scalar(let text, plain: true, _) = self else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }
}

/// A field of a mapping: its name, where the name stands, and its value.
public struct YAMLEntry {
    public var key: String
    public var place: YAMLPlace
    public var value: YAMLValue
}
