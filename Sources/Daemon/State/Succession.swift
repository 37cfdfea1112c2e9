public import Values

/// Which amendment has taken the place of which agreement, as this participant has settled it for good. [P-84]
///
/// Kept in the sealed state, and in backups. Nothing but the operator's word changes it once it is there.
public struct Succession: Sendable {
    private let state: SealedState

    public init(in state: SealedState) { self.state = state }

    /// What has taken an agreement's place.
    private enum Successor: Equatable {
        case known(AgreementID)
        /// One of those that amend it: it was forgotten which.
        case forgotten

        var bytes: [UInt8] {
            switch self {
            case .known(let id): id.bytes
            case .forgotten: []
            }
        }
    }

    private static func successor(of id: AgreementID, in state: some StateReading) throws -> Successor? {
        guard let bytes = try state.get(.amendment(of: id)) else { return nil }
        if bytes.isEmpty { return .forgotten }
        guard let id = AgreementID(hex: Hex.encode(bytes)) else { throw SuccessionError.unreadable(agreement: id) }
        return .known(id)
    }

    /// Why no new round is taken under an agreement; nil if one may be.
    ///
    /// - Throws: `SuccessionError.unreadable`, `SealedStateError`.
    public func obstacle(to chain: AgreementChain) throws -> SuccessionObstacle? {
        try Self.obstacle(to: chain, in: state)
    }

    static func obstacle(to chain: AgreementChain, in state: some StateReading) throws -> SuccessionObstacle? {
        guard let first = chain.ids.first else { return nil }
        switch try successor(of: first, in: state) {
        case .known(let id): return .superseded(by: id)
        case .forgotten: return .superseded(by: nil)
        case nil: break
        }
        for link in chain.links {
            guard case .known(let chosen)? = try successor(of: link.former, in: state), chosen != link.amendment else {
                continue
            }
            return .otherAmendment(of: link.former, chosen: chosen)
        }
        return nil
    }

    /// Settles that the agreement has taken the place of all that it amends, as its first round is taken.
    ///
    /// - Throws: `SuccessionObstacle` where another one has; `SuccessionError`, `SealedStateError`.
    public func settle(_ chain: AgreementChain) throws {
        if let obstacle = try obstacle(to: chain) { throw obstacle }
        try write(chain)
    }

    /// Settles the same because the operator says so, also where another amendment had been settled on.
    ///
    /// - Throws: `SuccessionObstacle.superseded`: nothing goes back to an agreement that was amended.
    public func adopt(_ chain: AgreementChain) throws {
        if case .superseded(let id)? = try obstacle(to: chain) { throw SuccessionObstacle.superseded(by: id) }
        try write(chain)
    }

    private func write(_ chain: AgreementChain) throws {
        for link in chain.links {
            let successor = Successor.known(link.amendment)
            if try Self.successor(of: link.former, in: state) != successor {
                try state.put(.amendment(of: link.former), successor.bytes)
            }
        }
    }

    /// Settles, after a restore, that every agreement is superseded of which an amendment was signed: a round of that
    /// may have been held that nothing here tells of.
    func forget(_ agreements: [AgreementStore.Installed]) throws {
        for former in agreements.compactMap(\.agreement.amends) where !state.contains(.amendment(of: former)) {
            try state.put(.amendment(of: former), Successor.forgotten.bytes)
        }
    }
}

/// Why no round is taken under an agreement. [P-84]
public enum SuccessionObstacle: Error, Equatable, ReportableError {
    /// An amendment has taken its place; nil where it was forgotten which.
    case superseded(by: AgreementID?)
    /// Of two amendments of one agreement, rounds were taken under the other one.
    case otherAmendment(of: AgreementID, chosen: AgreementID)

    public var sentence: String {
        switch self {
        case .superseded(let id?):
            "the agreement \(id), which amends it, has taken its place: open rounds under that one, or under one that "
                + "amends it"
        case .superseded(nil):
            "this participant was restored from a backup, and rounds of an agreement that amends it may have been "
                + "held: open rounds under the amendment, or let everybody sign a new one"
        case .otherAmendment(let former, let chosen):
            "it follows from \(former), whose place another amendment has taken, \(chosen): write an agreement that "
                + "amends \(chosen), and let everybody sign that one"
        }
    }

    /// In a few words, after the agreement's name.
    var summary: String {
        switch self {
        case .superseded(let id?): "superseded by \(id.description.prefix(12))"
        case .superseded(nil): "perhaps superseded before this participant was restored"
        case .otherAmendment(_, let chosen): "superseded: \(chosen.description.prefix(12)) amends the same one"
        }
    }

    public var exitStatus: ExitStatus { .refused }
}

public enum SuccessionError: Error, Equatable, ReportableError {
    case unreadable(agreement: AgreementID)

    public var sentence: String {
        switch self {
        case .unreadable(let id): "the sealed note of what has taken the place of agreement \(id) cannot be read"
        }
    }

    public var exitStatus: ExitStatus { .badData }
}
