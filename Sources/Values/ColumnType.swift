/// The types that a register's columns have.
public enum ColumnType: String, Sendable, CaseIterable {
    case integer, decimal, date, boolean, code, text
    /// Another person: an identity code in the register, a link on the way, a pseudonym in the dataset.
    case person
}
