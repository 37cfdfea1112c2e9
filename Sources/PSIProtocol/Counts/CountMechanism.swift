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

/// A decimal number with at most nine digits after the point, exactly.
public struct Billionths: Sendable, Equatable, Comparable, CustomStringConvertible {
    public var value: Int

    public init(_ value: Int) { self.value = value }

    /// Digits, and after a point one to nine more; nothing else, and no number of a million or more.
    public init?(decimal text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Array($0.utf8) }
        guard (1...2).contains(parts.count), (1...6).contains(parts[0].count),
            parts[0].count == 1 || parts[0][0] != UInt8(ascii: "0"),
            parts.count == 1 || (1...9).contains(parts[1].count)
        else { return nil }
        var value = 0
        let decimals = parts.count == 2 ? parts[1] : []
        for byte in parts[0] + decimals + [UInt8](repeating: UInt8(ascii: "0"), count: 9 - decimals.count) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        self.value = value
    }

    /// `0.5`.
    public var description: String {
        var digits = String(value % 1_000_000_000)
        digits = String(repeating: "0", count: 9 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return "\(value / 1_000_000_000)" + (digits.isEmpty ? "" : ".\(digits)")
    }

    public static func < (left: Billionths, right: Billionths) -> Bool { left.value < right.value }
}
