internal import Crypto

/// The equations that a proof of shuffle satisfies. [P-64]
struct ShuffleEquations {
    let statement: ShuffleStatement
    let head: ShuffleHead
    /// c, 32 bytes.
    let challenge: [UInt8]
    let sums: ShuffleSums
    /// ĉ_n
    let lastLink: [UInt8]

    private typealias Term = (scalar: [UInt8], point: [UInt8])

    /// - Throws: `ShuffleFault.wrong` for the first equation that fails.
    func check() throws {
        let layout = statement.layout
        let (one, zeroth) = (ScalarList.one, HashedGenerators.zeroth)
        let (s, t) = (head.responses, head.sums)
        try require(
            "1", [(s[0], Ristretto255.generator)],
            [(one, t[0]), (challenge, sums.commitments.bytes), (minus(challenge), sums.generators.bytes)])
        try require(
            "2", [(s[1], Ristretto255.generator)],
            [(one, t[1]), (challenge, lastLink), (minus(times(challenge, sums.product)), zeroth)])
        try require(
            "3", [(s[2], Ristretto255.generator), (one, sums.foldedGenerators.bytes)],
            [(one, t[2]), (challenge, sums.foldedCommitments.bytes)])
        if let capsuleKey = statement.capsuleKey {
            for (half, base) in [Ristretto255.generator, capsuleKey.bytes].enumerated() {
                let number = layout.elementCount + half
                try require(
                    "4", [(one, sums.output[number].bytes), (minus(s[3]), base)],
                    [(one, head.capsuleSum(half)), (challenge, sums.input[number].bytes)])
            }
        }
        for number in 0..<layout.elementCount {
            try require(
                "5", [(one, sums.output[number].bytes), (minus(head.keyResponse(layout)), sums.input[number].bytes)],
                [(one, head.elementSum(number, layout))])
        }
        try require(
            "6", [(head.keyResponse(layout), Ristretto255.generator)],
            [(one, head.keySum(layout)), (challenge, statement.blindingKey)])
        try require(
            "7",
            [
                (sums.chainResponse.bytes, Ristretto255.generator), (one, sums.chain.bytes),
                (sums.firstResponse.bytes, zeroth),
            ], [(one, sums.blinded.bytes)])
        if let capsuleKey = statement.capsuleKey, let studyKey = statement.studyKey {
            try checkStudy(capsuleKey, studyKey)
        }
    }

    /// That what the study's capsules seal was multiplied by the hop's study key.
    private func checkStudy(_ capsuleKey: CapsuleKey, _ studyKey: [UInt8]) throws {
        let layout = statement.layout
        let one = ScalarList.one
        for (half, base) in [Ristretto255.generator, capsuleKey.bytes].enumerated() {
            let number = layout.studyPoints.lowerBound + half
            try require(
                "8",
                [
                    (one, sums.output[number].bytes), (minus(head.studyKeyResponse), sums.input[number].bytes),
                    (minus(head.studyResponse), base),
                ], [(one, head.studySum(half, layout))])
        }
        try require(
            "9", [(head.studyKeyResponse, Ristretto255.generator)],
            [(one, head.studyKeySum), (challenge, studyKey)])
    }

    private func require(_ name: String, _ left: [Term], _ right: [Term]) throws {
        // Left minus right; the identity adds nothing and has no valid encoding.
        let terms = (left + right.map { (minus($0.scalar), $0.point) }).filter { !$0.point.allSatisfy { $0 == 0 } }
        let difference = try Ristretto255.publicSum(terms.flatMap(\.scalar), of: terms.flatMap(\.point))
        guard difference.isIdentity else { throw ShuffleFault.wrong(equation: name) }
    }

    private func minus(_ scalar: [UInt8]) -> [UInt8] { ScalarList(scalar).negated().bytes }

    private func times(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        ScalarList(left).times(ScalarList(right)).bytes
    }
}

extension ShuffleHead {
    /// c, 32 bytes.
    func challenge(seed: [UInt8]) -> [UInt8] {
        ShuffleChallenge.scalar(seed: seed, chain: chain, blinded: blinded, commitments: sums)
    }
}
