public enum VaultError: Error, Equatable {
    /// A person's rows need more cells than the agreement allows.
    case tooManyCells
    case compressionFailed
    case sealingFailed
    /// A cell has the right handle but does not open: it was altered, or made for other keys.
    case cellDoesNotOpen
    /// A cell opens to something that no owner writes.
    case malformedCell
}
