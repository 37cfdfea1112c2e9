internal import Agreement
internal import Values

extension StepTask {
    /// The work that this task describes.
    ///
    /// - Throws: `StepTaskError` for a task that no program of this version writes.
    public func work() throws -> any StepWork {
        switch step {
        case .share: return try ShareWork(self)
        case .shuffle: return try ShuffleWork(self)
        case .select: return try SelectWork(self)
        case .open: return try OpenWork(self)
        case .declare, .mix:
            guard let suite = suiteOfParameters else { throw StepTaskError.malformed }
            return try work(in: suite.type)
        }
    }

    private func work<S: Suite>(in _: S.Type) throws -> any StepWork {
        step == .mix ? try MixWork<S>(self) : try BatchWork<S>(self)
    }
}

/// What is wrong with what a step was given, in words that another machine can say: the error that the same step throws
/// on this one.
public struct StepFault: Sendable, Equatable, Codable {
    /// The kind of a `ProtocolViolation`, or one of `declarationKinds`.
    public var kind: String
    public var participant: String?
    /// Of the record in its list.
    public var index: Int?

    private static let declarationKinds: [String: DeclarationError] = [
        "declaration.person-too-large": .personTooLarge, "declaration.wrong-key-count": .wrongKeyCount,
        "declaration.no-vault": .noVault,
    ]
    private static let groupKind = "group.invalid-element"

    /// Nil for an error that says nothing of what the step was given.
    public init?(_ error: any Error) {
        switch error {
        case let violation as ProtocolViolation:
            kind = violation.kind.rawValue
            participant = violation.participant
            index = violation.index
        case let declaration as DeclarationError:
            guard let known = Self.declarationKinds.first(where: { $0.value == declaration }) else { return nil }
            kind = known.key
        case GroupError.invalidElement(let index):
            kind = Self.groupKind
            self.index = index
        default: return nil
        }
    }

    /// The error; nil where this version knows no such kind.
    public var error: (any Error)? {
        if let declaration = Self.declarationKinds[kind] { return declaration }
        if kind == Self.groupKind { return GroupError.invalidElement(index: index ?? 0) }
        return ProtocolViolation.Kind(rawValue: kind).map {
            ProtocolViolation($0, by: participant, index: index)
        }
    }
}
