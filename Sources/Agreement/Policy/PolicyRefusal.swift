public import Values

/// Why a node's operator does not allow what an agreement asks.
public enum PolicyRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// The agreement does not name this node, or not as an authority or mixer.
    case notANode(ParticipantID)
    case study(String, allowed: [String])
    /// Rows are to be released, and the policy allows counts only.
    case release
    case register(RegisterID)
    case columns([String], register: RegisterID)
    case suite(SuiteID, allowed: [SuiteID])
    case smallestCell(Int, least: Int)
    case padding
    case verification
    case vaultAccess
    /// Fields of a register that its people may not be matched by.
    case matchFields([String], register: RegisterID)
    case tolerantMatching
    /// Columns of dates that are to be released in finer periods.
    case coarsening([String], register: RegisterID)
    /// Columns whose numbers the agreement says are no identity codes, and the policy doesn't.
    case numbersTakenForNoCodes([String], register: RegisterID)
    /// Rows are to be released without k-anonymity, or with that of a smaller k.
    case smallestClass(Int?, least: Int)
    /// Counts are to be published without noise, or with that of a larger ε.
    case epsilon(Billionths?, most: Billionths)

    public var description: String {
        switch self {
        case .notANode(let id): "The agreement names no authority or mixer with the id \(id)."
        case .study(let id, let allowed):
            "The study \(id) is not among those that the local policy allows: \(Self.list(allowed))."
        case .release: "The agreement releases rows; the local policy allows counts only (release: none)."
        case .register(let id): "The register \(id) is not among those that the local policy allows."
        case .columns(let names, let register):
            "The local policy does not allow to release these columns of \(register): \(Self.list(names))."
        case .suite(let suite, let allowed):
            "The suite \(suite.rawValue) is not among those that the local policy allows: "
                + "\(Self.list(allowed.map(\.rawValue)))."
        case .smallestCell(let found, let least):
            "The agreement's smallest_cell is \(found); the local policy wants at least \(least)."
        case .padding: "The agreement has no padding; the local policy wants padme."
        case .verification: "The agreement's rounds are not verified; the local policy wants verification: full."
        case .vaultAccess:
            "The agreement has vault_access: selected, which shows the coordinator which cells are fetched; "
                + "the local policy wants whole."
        case .matchFields(let names, let register):
            "The local policy does not allow to match people of \(register) by these fields: \(Self.list(names))."
        case .tolerantMatching:
            "The agreement has tolerant_matching, which shows the coordinator which records resemble each other; "
                + "the local policy wants it off."
        case .coarsening(let names, let register):
            "The local policy wants dates of \(register) coarser than the agreement has them in: \(Self.list(names))."
        case .numbersTakenForNoCodes(let names, let register):
            "The agreement says that numbers in these columns of \(register) are no identity codes, and the local "
                + "policy does not say so (not_identity_codes): \(Self.list(names))."
        case .smallestClass(let found, let least):
            "The agreement's disclosure \(found.map { "has k: \($0)" } ?? "has no k"); "
                + "the local policy wants a k of at least \(least)."
        case .epsilon(let found, let most):
            "The agreement's counts \(found.map { "have an epsilon of \($0)" } ?? "have no noise"); "
                + "the local policy wants noise of an epsilon of at most \(most)."
        }
    }

    private static func list(_ words: [String]) -> String { words.isEmpty ? "none" : words.joined(separator: ", ") }
}
