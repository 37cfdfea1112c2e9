/// What a register's rows of a later round are to those of earlier rounds, where one dataset is made of several.
public enum Increments: Sendable, Equatable {
    /// Every round has the whole register: that of the last round stands in place of those before.
    case replace
    /// Every round has what came since: people and rows of all rounds stand beside each other. `period` is a column:
    /// rows with one of its values are those of the last round that has any.
    case append(period: String?)
}
