internal import StrictYAML

/// Values that few people have become one value.
public struct RareValues: Sendable, Equatable {
    public var column: ColumnReference
    /// Values of fewer people are rare.
    public var people: Int
    /// What they become.
    public var replacement: String

    public init(_ column: ColumnReference, people: Int, replacement: String) {
        self.column = column
        self.people = people
        self.replacement = replacement
    }
}

extension RareValues: DisclosureForm {
    static let limit = 256
    static let rarities = 2...10_000
    static let fields = ["rare"]

    static func read(_ section: DisclosureReader) -> [DisclosureRule] {
        section.items("rare", limit: limit, ["column", "people", "as"]) { item in
            readRareValues(item, section).map { .rareValues($0) }
        }
    }

    static func check(_ rules: DisclosureRules, _ section: DisclosureReader) {
        section.checkOnce("rare", rules.rareValues.map(\.column))
    }

    private static func readRareValues(_ item: MappingReader, _ section: DisclosureReader) -> RareValues? {
        let people = item.integer("people", rarities)
        let replacement = item.text("as", "what rare values become, such as other", limit: 64)
        guard let (reference, column) = section.reference(item) else { return nil }
        guard [.code, .text].contains(column.type) else {
            item.fail("column", "\(reference) is of type \(column.type.rawValue); only codes and texts can be grouped.")
            return nil
        }
        guard let people, let replacement else { return nil }
        return RareValues(reference, people: people.value, replacement: replacement.value)
    }
}
