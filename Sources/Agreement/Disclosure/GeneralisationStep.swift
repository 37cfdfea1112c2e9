/// One step from finer to coarser values. The last one, a missing value, is always there and is not written.
public enum GeneralisationStep: Sendable, Equatable {
    /// Numbers: `35 to 39`, of a width that is a multiple of the step's before.
    case band(width: Int64)
    case date(DateStep)
    /// Codes and texts: the first characters.
    case prefix(Int)
    /// Codes and texts: a group's name for each value of the step before; others stay.
    case groups([String: String])

    /// `bands of 5`, `months`, `the first 3 characters`, `groups`.
    public var words: String {
        switch self {
        case .band(let width): "bands of \(width)"
        case .date(.month): "months"
        case .date(.quarter): "quarters"
        case .date(.year): "years"
        case .date(.fiveYears): "five years"
        case .date(.tenYears): "ten years"
        case .prefix(1): "the first character"
        case .prefix(let count): "the first \(count) characters"
        case .groups: "groups"
        }
    }
}
