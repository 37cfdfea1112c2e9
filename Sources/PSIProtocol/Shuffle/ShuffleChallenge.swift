internal import Crypto

/// The challenges of a proof of shuffle, by hashing what came before. [P-62]
enum ShuffleChallenge {
    /// What the coefficients u follow from: the statement and the commitments c.
    static func seed(statement: [UInt8], commitments: [UInt8]) -> [UInt8] {
        var hash = SHA512()
        hash.update(data: Label.shuffleCoefficients.bytes)
        hash.update(data: statement + commitments)
        return Array(hash.finalize().prefix(32))
    }

    /// c, modulo the order: 32 bytes.
    static func scalar(seed: [UInt8], chain: [UInt8], blinded: [UInt8], commitments: [[UInt8]]) -> [UInt8] {
        var hash = SHA512()
        hash.update(data: Label.shuffleChallenge.bytes)
        hash.update(data: seed + chain + blinded)
        for commitment in commitments { hash.update(data: commitment) }
        return Ristretto255.scalar(reducing: Array(hash.finalize()))
    }
}
