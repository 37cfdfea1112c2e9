/// What the dataset does to a column.
public enum ColumnDisclosure: String, Sendable, CaseIterable {
    case asIs = "as_is"
}
