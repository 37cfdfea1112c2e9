public import Values

/// A round that an operator names by the first digits of its id.
public struct RoundPrefix: Sendable {
    private let digits: String

    public init(_ text: String) { digits = text.lowercased() }

    /// The one round that begins so.
    ///
    /// - Returns: nil for none.
    /// - Throws: `AmbiguousRound`.
    public func find(among rounds: some Sequence<RoundID>) throws(AmbiguousRound) -> RoundID? {
        let found = Set(rounds).filter { $0.description.hasPrefix(digits) }
        guard found.count < 2 else { throw AmbiguousRound(digits: digits) }
        return digits.isEmpty ? nil : found.first
    }
}

public struct AmbiguousRound: Error, Equatable, ReportableError {
    let digits: String

    public var sentence: String { "several rounds begin with \(digits): give more digits" }
    public var exitStatus: ExitStatus { .usage }
}
