/// How a match key's value is made of a person's normalised fields, such as
/// `phonetic(family) + prefix(first(given), 3) + birth`.
///
/// The value is missing when any of its terms is.
public struct MatchRecipe: Sendable, Hashable {
    public indirect enum Term: Sendable, Hashable {
        /// The field of this name as it is: its words, or its whole date.
        case field(String)
        /// A function of terms; `count` is the number that some of them take.
        case call(RecipeFunction, [Term], count: Int?)
    }

    public var terms: [Term]

    public init(_ terms: [Term]) { self.terms = terms }

    /// Names of the fields that it needs.
    public var fieldNames: Set<String> { terms.reduce(into: []) { $0.formUnion($1.fieldNames) } }

    /// The recipe as an agreement writes it.
    public var text: String { terms.map(\.text).joined(separator: " + ") }

    static let termLimit = 8
    static let depthLimit = 4
    static let byteLimit = 512
}

extension MatchRecipe.Term {
    public var fieldNames: Set<String> {
        switch self {
        case .field(let name): [name]
        case .call(_, let terms, _): terms.reduce(into: []) { $0.formUnion($1.fieldNames) }
        }
    }

    var text: String {
        switch self {
        case .field(let name): name
        case .call(let function, let terms, let count):
            "\(function.rawValue)(\((terms.map(\.text) + (count.map { [String($0)] } ?? [])).joined(separator: ", ")))"
        }
    }
}

/// What recipes can do with a field.
public enum RecipeFunction: String, Sendable, CaseIterable {
    /// The first word, the last word.
    case first, last
    /// The words in ascending order, so that the parts of a double name may come in either.
    case sorted
    /// The words as one.
    case joined
    /// The first, the last n characters of each word.
    case prefix, suffix
    /// The letters of each word in ascending order.
    case letters
    /// Each word by its phonetic key.
    case phonetic
    /// Digits only, anything else only.
    case digits, alpha
    /// Each word is a value of its own: the key has several.
    case any
    /// Two terms in either order.
    case swap
    /// Forms of a date. `certain` is missing for days that stand for an unknown one.
    case date, certain, year, day
    case yearMonth = "year_month"
    case yearDay = "year_day"
    case monthDay = "month_day"
    /// Day and month in either order, and the year.
    case swapDayMonth = "swap_day_month"

    public var takesDate: Bool {
        switch self {
        case .date, .certain, .year, .day, .yearMonth, .yearDay, .monthDay, .swapDayMonth: true
        default: false
        }
    }

    var takesCount: Bool { self == .prefix || self == .suffix }
    var termCount: Int { self == .swap ? 2 : 1 }
}

extension MatchRecipe {
    /// Whether a person can have more than one value.
    var hasSeveralValues: Bool { terms.contains(where: \.hasSeveralValues) }
}

extension MatchRecipe.Term {
    fileprivate var hasSeveralValues: Bool {
        switch self {
        case .field: false
        case .call(.any, _, _): true
        case .call(_, let terms, _): terms.contains(where: \.hasSeveralValues)
        }
    }
}
