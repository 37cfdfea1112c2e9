public import Values

extension Agreement {
    /// Authorities and mixers in ring order, which is the agreement's. [P-02]
    public var ring: [Participant] { participants.filter { $0.role == .authority || $0.role == .mixer } }

    /// Nodes of the ring that own no register, in ring order.
    public var mixers: [Participant] { participants.filter { $0.role == .mixer } }

    public var coordinator: Participant? { participants.first { $0.role == .coordinator } }

    public var researchEnvironment: Participant? { participants.first { $0.role == .research } }

    public func participant(_ id: ParticipantID) -> Participant? { participants.first { $0.id == id } }

    public func register(_ id: RegisterID) -> RegisterDeclaration? { registers.first { $0.id == id } }

    public func cohort(_ id: CohortID) -> CohortDeclaration? { cohorts.first { $0.id == id } }

    /// The registers of one authority, in the agreement's order.
    public func registers(ownedBy id: ParticipantID) -> [RegisterDeclaration] { registers.filter { $0.owner == id } }
}
