public enum DeclarationError: Error, Equatable {
    /// More people than the agreement's `max_people` for the register.
    case tooManyPeople
    /// A person's rows need more cells than `max_cells_per_person`.
    case personTooLarge
    /// A person record does not have one identity for each match key.
    case wrongKeyCount
    /// The same identity was added twice.
    case samePersonTwice
    /// The round releases nothing.
    case noVault
}
