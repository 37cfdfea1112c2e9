/// A column of the register itself that says of a row that its person is never to be released.
public struct NeverReleaseColumn: Sendable, Equatable {
    /// Name in the source.
    public var name: String
    /// The values that say so, as the source writes them without white space at the ends.
    public var values: Set<String>
    /// The values that say the opposite, besides a missing one.
    public var others: Set<String>

    public init(name: String, values: Set<String>, others: Set<String>) {
        self.name = name
        self.values = values
        self.others = others
    }

    /// Whether the field says so. A value that is missing does not; any that is not foreseen is an error, since nobody
    /// may be released because a mark is spelt in another way.
    func marks(_ field: SourceField) throws(RegisterError.Kind) -> Bool {
        let value: String
        switch field {
        case .null: return false
        case .characters(let text), .text(let text):
            value = String(decoding: WhiteSpace.trimmed(text), as: UTF8.self)
        case .integer(let number): value = String(number)
        case .real, .binary: throw .unreadableMark
        }
        if values.contains(value) { return true }
        guard value.isEmpty || others.contains(value) else { throw .unreadableMark }
        return false
    }
}
