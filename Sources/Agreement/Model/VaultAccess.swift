/// How the research environment reads the vaults.
public enum VaultAccess: String, Sendable, CaseIterable {
    /// It streams whole vaults, so the coordinator does not see which cells it opens.
    case whole
    /// It fetches only the cells it can open: less to send, but the coordinator sees their handles, and together with
    /// the owner could tell who was released.
    case selected
}
