/// What quotes and missing values mean in a file.
public enum ScalarRule: Sendable {
    /// Every scalar is text, with quotes or without, and its field gives it a type. For what is signed, and for what
    /// stands beside it: agreements, cards, policies.
    case text
    /// Numbers and flags stand without quotes, and a field without a value is a mistake, as are `~` and `null` without
    /// quotes. For configurations.
    case typed
}
