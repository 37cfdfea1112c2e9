/// The types that a register's columns have.
public enum ColumnType: String, Sendable, CaseIterable {
    case integer, decimal, date, boolean, code, text
}
