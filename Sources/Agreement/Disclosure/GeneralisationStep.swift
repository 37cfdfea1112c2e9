/// One step from finer to coarser values. The last one, a missing value, is always there and is not written.
public enum GeneralisationStep: Sendable, Equatable {
    /// Numbers: `35 to 39`, of a width that is a multiple of the step's before.
    case band(width: Int64)
    case date(DateStep)
    /// Codes and texts: the first characters.
    case prefix(Int)
    /// Codes and texts: a group's name for each value of the step before; others stay.
    case groups([String: String])
}
