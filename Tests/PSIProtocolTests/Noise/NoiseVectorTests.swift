import Crypto
import Foundation
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Noise as Tests/Interop/check_noise.py computes it. [P-65] [P-66]
@Suite("Vectors of noise")
struct NoiseVectorTests {
    // swift-format-ignore: AlwaysUseLowerCamelCase
    struct File: Decodable {
        struct Distribution: Decodable {
            struct Threshold: Decodable {
                var magnitude: Int
                var threshold: String
            }
            struct Draw: Decodable {
                var uniform: String
                var value: Int
            }
            var kind: String
            var numerator: UInt64
            var denominator: UInt64
            var thresholds: [Threshold]
            var draws: [Draw]

            var made: NoiseDistribution {
                kind == "discrete_laplace"
                    ? .laplace(rate: (numerator, denominator)) : .gaussian(rate: (numerator, denominator))
            }
        }
        struct Sensitivity: Decodable {
            var registers: [String]
            var cohorts: [String]
            var answers: Int
            var l1: Int
            var l2_squared: Int
        }
        struct Spending: Decodable {
            var epsilon: String
            var delta_power: Int
            var rounds: Int
            var rho_billionths: Int
            var total_billionths: Int
        }
        var distributions: [Distribution]
        var sensitivities: [Sensitivity]
        var spending: [Spending]
    }

    static func file() throws -> File { try VectorFile.read("noise", as: File.self) }

    @Test("thresholds are those of the exact distribution, within 2⁻¹²⁸")
    func thresholds() throws {
        for vector in try VectorFile.nonEmpty(Self.file().distributions, "noise") {
            let made = vector.made.thresholds
            for expected in try VectorFile.nonEmpty(vector.thresholds, "thresholds") {
                let found = UInt128(made[2 * expected.magnitude]) << 64 | UInt128(made[2 * expected.magnitude + 1])
                let exact = try #require(UInt128(expected.threshold, radix: 16))
                #expect(max(found, exact) - min(found, exact) <= 1, "\(vector.kind) \(expected.magnitude)")
            }
        }
    }

    @Test("the same uniform bytes give the same draws")
    func draws() throws {
        for vector in try VectorFile.nonEmpty(Self.file().distributions, "noise") {
            let uniform = try vector.draws.flatMap { try bytes($0.uniform) }
            let made = vector.made.draws(vector.draws.count, uniform: SecretBytes(SymmetricKey(data: uniform)))
            #expect(made == vector.draws.map(\.value), "\(vector.kind) \(vector.numerator)/\(vector.denominator)")
            #expect(Set(made).count > 1)
        }
    }

    @Test("sensitivities are what neighbouring lists differ by at most [A-74]")
    func sensitivities() throws {
        for vector in try VectorFile.nonEmpty(Self.file().sensitivities, "sensitivities") {
            let cohorts = try vector.cohorts.enumerated().map { index, text in
                ("cohort\(index)", try CohortExpression.parse(text, registers: vector.registers, cohorts: []))
            }
            let study = try SimulatedStudy(
                registers: vector.registers, cohorts: cohorts, releasedFor: [:], options: .init(release: .none))
            let queries = try CountQueries(study.agreement)
            #expect(queries.noiseCount == vector.answers, "\(vector.cohorts)")
            #expect(queries.l1Sensitivity == vector.l1, "\(vector.cohorts)")
            #expect(queries.l2SensitivitySquared == vector.l2_squared, "\(vector.cohorts)")
        }
    }

    @Test("what rounds cost is never less than it is, and hardly more [A-73]")
    func spending() throws {
        for vector in try VectorFile.nonEmpty(Self.file().spending, "spending") {
            let epsilon = try #require(Billionths(decimal: vector.epsilon))
            let noise = CountNoise(
                kind: .discreteGaussian, epsilon: epsilon, deltaPower: vector.delta_power, totalEpsilon: epsilon)
            #expect(noise.rho <= vector.rho_billionths && noise.rho >= vector.rho_billionths - 1)
            let total = noise.epsilon(ofRounds: vector.rounds).value
            #expect(abs(total - vector.total_billionths) < 1 + vector.total_billionths / 1_000)
            #expect(noise.epsilon(ofRounds: 1) <= epsilon)
        }
    }

    /// 40,000 draws by bytes that are the same in every run, against the probabilities.
    @Test(
        "draws fit the distribution by a chi-squared test",
        arguments: [CountNoise.Kind.discreteLaplace, .discreteGaussian])
    func fit(_ kind: CountNoise.Kind) throws {
        let rate = 0.125
        let distribution: NoiseDistribution =
            kind == .discreteLaplace ? .laplace(rate: (1, 8)) : .gaussian(rate: (1, 8))
        let weight = { (x: Int) in exp(-rate * Double(kind == .discreteLaplace ? abs(x) : x * x)) }
        let total = (-600...600).reduce(0) { $0 + weight($1) }
        let count = 40_000
        let stream = (0..<(17 * count / 32 + 1)).flatMap { Array(SHA256.hash(data: Array("fit \($0)".utf8))) }
        let draws = distribution.draws(
            count, uniform: SecretBytes(SymmetricKey(data: stream.prefix(17 * count))))
        let reach = (0...600).last { weight($0) / total * Double(count) >= 10 } ?? 0
        let observed = Dictionary(grouping: draws) { min(max($0, -reach - 1), reach + 1) }.mapValues(\.count)
        var statistic = 0.0
        for x in (-reach - 1)...(reach + 1) {
            let range = abs(x) <= reach ? x...x : x > 0 ? x...600 : -600...x
            let expected = range.reduce(0) { $0 + weight($1) } / total * Double(count)
            let difference = Double(observed[x] ?? 0) - expected
            statistic += difference * difference / expected
        }
        // Mean f and variance 2f: four standard deviations.
        let freedom = Double(2 * reach + 2)
        #expect(reach > 4)
        #expect(statistic < freedom + 4 * (2 * freedom).squareRoot(), "\(statistic) for \(freedom)")
        let within = draws.count { abs($0) <= distribution.margin95 }
        #expect(Double(within) >= 0.94 * Double(count))
    }
}
