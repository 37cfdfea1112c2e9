internal import StrictYAML

/// Reads `counts`: how published counts are protected. to
extension AgreementReader {
    private enum Mechanism: String, CaseIterable, Sendable {
        case rounding
        case discreteLaplace = "discrete_laplace"
        case discreteGaussian = "discrete_gaussian"
    }

    /// Nil after a mistake.
    func readCounts() -> CountMechanism? {
        guard let value = root.optional("counts") else { return .rounding }
        let known = ["mechanism", "epsilon", "delta", "total_epsilon"]
        guard let fields = MappingReader(value, path: "counts", known: known, mistakes),
            let mechanism: Located<Mechanism> = fields.choice("mechanism")
        else { return nil }
        if mechanism.value == .rounding {
            for name in known.dropFirst() where fields.has(name) {
                fields.fail(name, "Rounding adds no noise, so it has no \(name). Remove this line, or name a noise.")
            }
            return .rounding
        }
        let epsilon = fields.decimal("epsilon", CountNoise.epsilons, "of one round, such as 0.5")
        let total = fields.decimal("total_epsilon", CountNoise.totals, "of all rounds together, such as 1.5")
        if mechanism.value == .discreteLaplace {
            if fields.has("delta") {
                fields.fail("delta", "discrete_laplace has no delta. Remove this line, or write discrete_gaussian.")
            }
            guard let epsilon, let total else { return nil }
            return checked(CountNoise(kind: .discreteLaplace, epsilon: epsilon, totalEpsilon: total), fields)
        }
        let delta = readDelta(fields)
        guard let epsilon, let total, let delta else { return nil }
        return checked(
            CountNoise(kind: .discreteGaussian, epsilon: epsilon, deltaPower: delta, totalEpsilon: total), fields)
    }

    private func checked(_ noise: CountNoise, _ fields: MappingReader) -> CountMechanism? {
        if noise.kind == .discreteGaussian, noise.rho == 0 {
            fields.fail(
                "epsilon", "This epsilon is too small for the delta: no noise would be enough. Write a larger one.")
            return nil
        }
        guard PrivacySpending().allows(noise) else {
            fields.fail(
                "total_epsilon",
                "\(noise.totalEpsilon) does not pay for one round of \(noise.epsilon). Write at least \(noise.epsilon)."
            )
            return nil
        }
        return .noise(noise)
    }

    /// d for 10^−d, written out.
    private func readDelta(_ fields: MappingReader) -> Int? {
        let what = "a power of ten from 0.0001 to 0.000000000000001, such as 0.000001"
        guard let value = fields.required("delta", what),
            let scalar = fields.scalar(value, fields.path(of: "delta"), what)
        else { return nil }
        let power = CountNoise.deltaPowers.first {
            scalar.value == "0." + String(repeating: "0", count: $0 - 1) + "1"
        }
        if power == nil {
            mistakes.add(
                scalar.place, scalar.path, "\(MappingReader.shown(scalar.value)) is not allowed here. Write \(what).")
        }
        return power
    }

    /// What noise needs of the rest of the agreement: that one person changes a few counts, each by little, and no
    /// more.
    func checkCounts(of agreement: Agreement) {
        guard case .noise(let noise) = agreement.counts else { return }
        let count = mistakes.mistakes.count
        func fail(_ reason: String) { root.fail("counts", reason) }
        if agreement.release != .none {
            fail(
                "With 'release: rows' the research environment has the rows and counts them itself, so noise would "
                    + "hide nothing. Remove 'counts', or write 'release: none'.")
        }
        if agreement.linksInSeveralWays || agreement.matchKeys != [.identityCode] {
            fail(
                "Noise needs 'match_keys: [identity_code]' and no tolerant_matching: under other keys one person's "
                    + "record can part or join others', so nobody can say by how much it changes a count.")
        }
        if agreement.cohorts.contains(where: { $0.expression.hasSample }) {
            fail("Noise is not for samples, whose size is agreed and not counted. Remove 'counts', or the samples.")
        }
        if agreement.registers.count > CountQueries.registerLimit {
            fail(
                "Noise is for at most \(CountQueries.registerLimit) registers: more have so many combinations that "
                    + "little but noise would be published.")
        }
        // Every node seals its share of the noise to every mixer, in the entry that has its shares of the salt.
        let entries = agreement.ring.count + agreement.mixers.count
        if agreement.verification == .full, entries > AgreementLimits.noiseSharers {
            fail(
                "In a verified round with noise, authorities and mixers, the mixers counted twice, may be "
                    + "\(AgreementLimits.noiseSharers) at most; here they are \(entries). Have fewer mixers.")
        }
        guard mistakes.mistakes.count == count, let queries = try? CountQueries(agreement), noise.isTooWide(queries)
        else {
            return
        }
        fail(
            "This epsilon is so small that counts would be off by thousands: one person changes them by up to "
                + "\(queries.l1Sensitivity) in all. Write a larger epsilon, or fewer cohorts.")
    }
}
