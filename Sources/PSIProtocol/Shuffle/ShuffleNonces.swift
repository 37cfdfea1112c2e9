internal import Crypto

/// The secret scalars of one proof of shuffle. Each answers one challenge. [P-68]
protocol ShuffleNonces: Sendable {
    /// r of the commitments to inputs ψ(i), for the outputs i. Numbers count from 0.
    func commitments(outputs: Range<Int>, inputs: [Int]) -> ScalarList
    /// What the statement and the commitments decide.
    func after(seed: [UInt8]) -> any ShuffleResponseNonces
}

/// The nonces that are drawn once the coefficients are known.
protocol ShuffleResponseNonces: Sendable {
    /// r̂_i. Numbers count from 0.
    func chain(_ outputs: Range<Int>) -> ScalarList
    /// ω̂_i
    func blindedChain(_ outputs: Range<Int>) -> ScalarList
    /// ω'_i
    func responses(_ outputs: Range<Int>) -> ScalarList
    /// ω_1 … ω_5, ω_8, ω_9
    func sums() -> ScalarList
}

/// Nonces from a seed that is drawn for this proof, stays in memory, and dies with the process: a restart makes another
/// proof, under another attempt.
///
/// r̂ and ω also follow from the statement and the commitments. So even a machine that is doubled while it proves has
/// nonces for one challenge only.
struct ProofSeed: ShuffleNonces {
    private let seed: SymmetricKey
    private let generator: ScalarGenerator

    init() { self.init(SecretBytes(randomByteCount: 32).key) }

    /// - Parameter seed: 32 secret bytes.
    init(_ seed: SymmetricKey) {
        self.seed = seed
        generator = ScalarGenerator(seed: seed, name: "r")
    }

    func commitments(outputs: Range<Int>, inputs: [Int]) -> ScalarList { generator.scalars(outputs) }

    func after(seed: [UInt8]) -> any ShuffleResponseNonces {
        var code = HMAC<SHA512>(key: self.seed)
        code.update(data: seed)
        return Responses(SymmetricKey(data: code.finalize()))
    }

    private struct Responses: ShuffleResponseNonces {
        private let rHat: ScalarGenerator
        private let omegaHat: ScalarGenerator
        private let omegaPrime: ScalarGenerator
        private let omega: ScalarGenerator

        init(_ key: SymmetricKey) {
            rHat = ScalarGenerator(seed: key, name: "r hat")
            omegaHat = ScalarGenerator(seed: key, name: "omega hat")
            omegaPrime = ScalarGenerator(seed: key, name: "omega prime")
            omega = ScalarGenerator(seed: key, name: "omega")
        }

        func chain(_ outputs: Range<Int>) -> ScalarList { rHat.scalars(outputs) }
        func blindedChain(_ outputs: Range<Int>) -> ScalarList { omegaHat.scalars(outputs) }
        func responses(_ outputs: Range<Int>) -> ScalarList { omegaPrime.scalars(outputs) }
        func sums() -> ScalarList { omega.scalars(0..<7) }
    }
}
