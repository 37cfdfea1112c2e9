public import Values

/// What published counts have cost: the accountant.
///
/// Laplace rounds add their ε. Gaussian rounds add their ρ (zero-concentrated differential privacy), which is turned
/// into an ε at δ once, for all of them: ε = ρ + 2√(ρ·ln(1/δ)) (Bun and Steinke 2016, proposition 1.3). Both together
/// are their sum, by basic composition. Everything is in billionths, rounded against us.
public struct PrivacySpending: Sendable, Equatable {
    /// Of Laplace rounds.
    public private(set) var epsilon = 0
    /// Of Gaussian rounds.
    public private(set) var rho = 0

    public init() {}

    public mutating func add(_ noise: CountNoise, rounds: Int = 1) {
        switch noise.kind {
        case .discreteLaplace: epsilon += noise.epsilon.value * rounds
        case .discreteGaussian: rho += noise.rho * rounds
        }
    }

    /// ε of everything at a δ of 10^−`deltaPower`; nil where Gaussian rounds were spent and there is no δ.
    public func total(deltaPower: Int?) -> Billionths? {
        guard rho > 0 else { return Billionths(epsilon) }
        guard let deltaPower else { return nil }
        var (low, high) = (rho, 1_000_000_000_000_000)
        while low < high {
            let middle = (low + high) / 2
            if Self.holds(rho: rho, epsilon: middle, deltaPower) { high = middle } else { low = middle + 1 }
        }
        return Billionths(epsilon + low)
    }

    /// Whether one more round of this kind stays within what the agreement allows in all.
    public func allows(_ noise: CountNoise) -> Bool {
        var next = self
        next.add(noise)
        return next.total(deltaPower: noise.deltaPower).map { $0 <= noise.totalEpsilon } ?? false
    }

    /// ρ + 2√(ρ·d·ln 10) ≤ ε, as (ε − ρ)² ≥ 4·ρ·d·ln 10 in billionths; ln 10 is taken as 2.302585093, a little too
    /// much.
    fileprivate static func holds(rho: Int, epsilon: Int, _ deltaPower: Int) -> Bool {
        guard rho <= epsilon else { return false }
        let gap = UInt128(epsilon - rho)
        return gap * gap >= 4 * UInt128(rho) * UInt128(deltaPower) * 2_302_585_093
    }
}

extension CountNoise {
    /// The most ρ, in billionths, of which a Gaussian round can cost and still be (ε, δ)-differentially private; 0 for
    /// Laplace.
    public var rho: Int {
        guard let deltaPower else { return 0 }
        var (low, high) = (0, epsilon.value)
        while low < high {
            let middle = (low + high + 1) / 2
            if PrivacySpending.holds(rho: middle, epsilon: epsilon.value, deltaPower) {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return low
    }

    /// How many rounds' counts the total pays for, up to `limit`.
    public func roundsCovered(upTo limit: Int) -> Int {
        var spending = PrivacySpending()
        for round in 0..<limit {
            guard spending.allows(self) else { return round }
            spending.add(self)
        }
        return limit
    }

    /// ε of so many rounds.
    public func epsilon(ofRounds count: Int) -> Billionths {
        var spending = PrivacySpending()
        spending.add(self, rounds: count)
        return spending.total(deltaPower: deltaPower) ?? totalEpsilon
    }
}
