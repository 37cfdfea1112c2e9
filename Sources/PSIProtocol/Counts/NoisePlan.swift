/// The noise that an agreement's counts get in a round: how many draws, of which distribution. [P-65]
public struct NoisePlan: Sendable {
    let queries: CountQueries
    let noise: CountNoise
    private let distribution: NoiseDistribution

    /// Nil where counts get no noise.
    public init?(_ agreement: Agreement) throws(CohortExpressionError) {
        guard case .noise(let noise) = agreement.counts else { return nil }
        let queries = try CountQueries(agreement)
        self.queries = queries
        self.noise = noise
        let rate = noise.rate(queries)
        distribution =
            noise.kind == .discreteLaplace
            ? .laplace(rate: rate) : .gaussian(rate: rate)
    }

    public var drawCount: Int { queries.noiseCount }

    /// Half the width of what 95 of 100 draws are within.
    public var margin95: Int { distribution.margin95 }

    /// Draws a round's noise from the system's random generator. Secret until the end of time: with it the exact counts follow
    /// from the published ones.
    public func draw() -> [Int] {
        distribution.draws(drawCount, uniform: SecretBytes(randomByteCount: 17 * drawCount))
    }
}

extension CountNoise {
    /// What a distribution takes for its rate, as a fraction: ε/Δ₁ for Laplace, and ρ/Δ₂² = 1/2σ² for Gaussian.
    func rate(_ queries: CountQueries) -> (UInt64, UInt64) {
        switch kind {
        case .discreteLaplace: (UInt64(epsilon.value), 1_000_000_000 * UInt64(max(1, queries.l1Sensitivity)))
        case .discreteGaussian: (UInt64(rho), 1_000_000_000 * UInt64(max(1, queries.l2SensitivitySquared)))
        }
    }

    /// Whether the noise is more than a table is made for: a scale or a standard deviation above 4,096.
    func isTooWide(_ queries: CountQueries) -> Bool {
        let (numerator, denominator) = rate(queries)
        let limit = UInt128(NoiseDistribution.scaleLimit)
        return switch kind {
        case .discreteLaplace: UInt128(denominator) > UInt128(numerator) * limit
        case .discreteGaussian: UInt128(denominator) > UInt128(numerator) * 2 * limit * limit
        }
    }
}
