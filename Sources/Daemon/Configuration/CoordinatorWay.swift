public import StrictYAML
public import Values

/// How a participant and the coordinator hear of each other: `coordinator:` in its configuration.
public enum CoordinatorWay: Sendable, Equatable {
    case network(CoordinatorAddress)
    /// By disks that are carried to the coordinator of this id, and back.
    case courier(to: ParticipantID)

    /// Reads `{courier: ID}`, or what `CoordinatorAddress` reads.
    public init(_ mapping: StrictMapping) {
        guard mapping.has("courier") else {
            self = .network(CoordinatorAddress(mapping))
            return
        }
        self = .courier(
            to: mapping.value("courier", expected: "the coordinator's id, as on its card", standIn: "") {
                IdentifierForm.party.allows($0) ? $0 : nil
            })
    }

    /// Nil without a connection.
    public var address: CoordinatorAddress? {
        if case .network(let address) = self { address } else { nil }
    }

    /// For the log.
    public var name: String {
        switch self {
        case .network(let address): address.url
        case .courier(let coordinator): "\(coordinator), by courier"
        }
    }
}
