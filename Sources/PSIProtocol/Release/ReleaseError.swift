/// Why what was received cannot be opened here.
public enum ReleaseError: Error, Equatable {
    /// The copy of a vault is not what was received.
    case copyDamaged
}
