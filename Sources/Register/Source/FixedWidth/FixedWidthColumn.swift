/// Where a column stands in a line of fixed width.
public struct FixedWidthColumn: Sendable, Equatable {
    public var name: String
    /// 1 for the line's first character.
    public var start: Int
    /// In characters (Unicode code points).
    public var length: Int
    public var trim: FixedWidthTrim

    public init(name: String, start: Int, length: Int, trim: FixedWidthTrim = .both) {
        self.name = name
        self.start = start
        self.length = length
        self.trim = trim
    }

    /// Characters of a line up to the column's last.
    var end: Int { start - 1 + length }
}

/// Which spaces of a field fill it up and do not belong to its value.
public enum FixedWidthTrim: String, Sendable, CaseIterable {
    case both
    case start
    case end
    case none
}

/// What a field without a character means.
public enum FixedWidthEmpty: String, Sendable, CaseIterable {
    case missing
    /// A text without characters.
    case text
}
