internal import CNoise

/// A distribution of noise over the whole numbers, symmetric about 0, and draws from it. [P-66]
///
/// The table is made once, of integers, from public numbers. A draw compares 128 uniform bits with every entry, in
/// constant time. What is drawn is as near to the exact distribution as a table of 128 bits can be: the statistical
/// distance is less than 2⁻⁹⁷ for all of a round's noise.
struct NoiseDistribution: Sendable {
    /// P(|X| ≤ m) · 2¹²⁸ for m = 0, 1, …, rounded down: the upper 64 bits, then the lower.
    let thresholds: [UInt64]
    /// Half the width of what 95 of 100 draws are within.
    let margin95: Int

    /// P(x) ∝ e^(−|x|·n/d) for a rate n/d of at most 16.
    static func laplace(rate: (UInt64, UInt64)) -> NoiseDistribution {
        let factor = FixedPoint.exponential(ofMinus: FixedPoint(rate.0, over: rate.1))
        return NoiseDistribution { $0 * factor }
    }

    /// P(x) ∝ e^(−x²·n/d), where n/d = 1/2σ² is at most 8.
    static func gaussian(rate: (UInt64, UInt64)) -> NoiseDistribution {
        // The weight of x + 1 is that of x by e^(−(2x+1)·n/d).
        var factor = FixedPoint.exponential(ofMinus: FixedPoint(rate.0, over: rate.1))
        let step = factor * factor
        return NoiseDistribution { weight in
            defer { factor = factor * step }
            return weight * factor
        }
    }

    /// - Parameter next: the weight of x + 1 from that of x; that of 0 is 1.
    private init(next: (FixedPoint) -> FixedPoint) {
        /// 2⁻¹⁶⁰: what has less weight comes to less than 2⁻¹⁴⁴ in all.
        let negligible = FixedPoint(high: 0, low: 1 << 32)
        var (weight, sum) = (FixedPoint.one, FixedPoint.one)
        var sums = [sum]
        while true {
            weight = next(weight)
            guard weight >= negligible else { break }
            sum = sum + weight + weight
            sums.append(sum)
        }
        let whole = sum.reciprocal
        var thresholds: [UInt64] = []
        thresholds.reserveCapacity(2 * sums.count)
        for sum in sums {
            let part = sum * whole
            // Rounding down keeps the sum of all below 1.
            thresholds.append(UInt64(truncatingIfNeeded: part.high))
            thresholds.append(UInt64(part.low >> 64))
        }
        self.thresholds = thresholds
        margin95 =
            stride(from: 0, to: thresholds.count, by: 2).first { thresholds[$0] >= 0xF333_3333_3333_3333 }
            .map { $0 / 2 } ?? sums.count
    }

    /// - Parameter uniform: 17 bytes for each draw, secret.
    func draws(_ count: Int, uniform: borrowing SecretBytes) -> [Int] {
        precondition(uniform.byteCount == count * Int(SIDOS_NOISE_UNIFORM_BYTE_COUNT))
        return uniform.withUnsafeBytes { uniform in
            [Int64](unsafeUninitializedCapacity: count) { out, initialized in
                initialized = count
                guard let to = out.baseAddress, let from = uniform.baseAddress else { return }
                sidos_noise_draw(
                    to, count, from.assumingMemoryBound(to: UInt8.self), thresholds, thresholds.count / 2)
            }
        }.map(Int.init)
    }
}
