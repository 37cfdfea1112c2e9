extension CountNoise {
    /// The largest scale t of a discrete Laplace, or standard deviation of a discrete Gaussian, that is of use.
    static let scaleLimit = 4_096

    /// What a distribution takes for its rate, as a fraction: ε/Δ₁ for Laplace, and ρ/Δ₂² = 1/2σ² for Gaussian.
    public func rate(_ queries: CountQueries) -> (UInt64, UInt64) {
        switch kind {
        case .discreteLaplace: (UInt64(epsilon.value), 1_000_000_000 * UInt64(max(1, queries.l1Sensitivity)))
        case .discreteGaussian: (UInt64(rho), 1_000_000_000 * UInt64(max(1, queries.l2SensitivitySquared)))
        }
    }

    /// Whether the noise is more than a table is made for: a scale or a standard deviation above 4,096.
    func isTooWide(_ queries: CountQueries) -> Bool {
        let (numerator, denominator) = rate(queries)
        let limit = UInt128(Self.scaleLimit)
        return switch kind {
        case .discreteLaplace: UInt128(denominator) > UInt128(numerator) * limit
        case .discreteGaussian: UInt128(denominator) > UInt128(numerator) * 2 * limit * limit
        }
    }
}
