public import Values

/// How published counts are protected besides `smallest_cell` and `count_rounding`.
public enum CountMechanism: Sendable, Equatable {
    /// By those two alone.
    case rounding
    /// By noise first, then by those two.
    case noise(CountNoise)
}

/// Noise on the counts of every round, and what all rounds of the study may spend.
public struct CountNoise: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        case discreteLaplace = "discrete_laplace"
        case discreteGaussian = "discrete_gaussian"
    }

    public static let epsilons = Billionths(1_000_000)...Billionths(10_000_000_000)
    public static let totals = Billionths(1_000_000)...Billionths(1_000_000_000_000)
    public static let deltaPowers = 4...15

    public var kind: Kind
    /// ε of one round.
    public var epsilon: Billionths
    /// d for δ = 10^−d, the same for one round and for all; nil for Laplace, whose δ is 0.
    public var deltaPower: Int?
    /// ε of all rounds of the study that publish counts.
    public var totalEpsilon: Billionths

    public init(kind: Kind, epsilon: Billionths, deltaPower: Int? = nil, totalEpsilon: Billionths) {
        self.kind = kind
        self.epsilon = epsilon
        self.deltaPower = deltaPower
        self.totalEpsilon = totalEpsilon
    }
}
