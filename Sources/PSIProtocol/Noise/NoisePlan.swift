public import Agreement
internal import Crypto
internal import Values

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

    /// The noise that follows from the seed that all nodes have a share in. [P-72]
    func draw(from seed: SymmetricKey) -> [Int] {
        distribution.draws(drawCount, uniform: Self.uniform(drawCount, from: seed))
    }

    /// 17 bytes for each draw. Secret.
    static func uniform(_ count: Int, from seed: SymmetricKey) -> SecretBytes {
        SecretBytes(count: 17 * count) { output in
            for index in 0..<count {
                let code = HMAC<SHA256>.authenticationCode(
                    for: Label.noise.bytes + BigEndian.u32(index), using: seed)
                code.withUnsafeBytes {
                    UnsafeMutableRawBufferPointer(rebasing: output[(17 * index)..<(17 * index + 17)])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<17]))
                }
            }
        }
    }

    /// Draws a round's noise from the system's random generator. Secret until the end of time: with it the exact counts
    /// follow from the published ones.
    public func draw() -> [Int] {
        distribution.draws(drawCount, uniform: SecretBytes(randomByteCount: 17 * drawCount))
    }
}
