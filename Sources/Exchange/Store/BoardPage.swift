/// An entry and its place on the board.
public struct NumberedEntry: Sendable, Equatable {
    /// 1 for the first, without gaps.
    public var number: Int
    /// The exact bytes that were appended.
    public var bytes: [UInt8]

    public init(number: Int, bytes: [UInt8]) {
        self.number = number
        self.bytes = bytes
    }
}

/// A run of consecutive entries.
public struct BoardPage: Sendable, Equatable {
    public var entries: [NumberedEntry]
    /// Whether the board ended with these when they were read.
    public var isLast: Bool

    public init(entries: [NumberedEntry], isLast: Bool) {
        self.entries = entries
        self.isLast = isLast
    }
}

/// What became of an entry that was to be appended.
public struct AppendedEntry: Sendable, Equatable {
    public var number: Int
    /// False when the same bytes were on the board already.
    public var isNew: Bool

    public init(number: Int, isNew: Bool) {
        self.number = number
        self.isNew = isNew
    }
}
