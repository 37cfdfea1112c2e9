/// How far a code that is used identifies, for statistics.
public enum CodeClass: String, CaseIterable, Sendable {
    /// The same person in every register.
    case official
    /// The same person only in the registers of one owner: an authority issued the code for its own use.
    case temporary
}
