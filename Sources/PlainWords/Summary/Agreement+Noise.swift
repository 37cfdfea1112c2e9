internal import Agreement
internal import PSIProtocol

extension Agreement {
    /// What noise means, for those who sign.
    var noiseSentences: [String] {
        guard case .noise(let noise) = counts, let queries = try? CountQueries(self),
            let plan = try? NoisePlan(self)
        else { return [] }
        let delta = noise.deltaPower.map { ", delta \(Self.powerOfTen($0))" } ?? ""
        let covered = noise.roundsCovered(upTo: roundsAllowed)
        return [
            "Published counts get noise (\(noise.kind.rawValue), epsilon \(noise.epsilon)\(delta) a round): one person "
                + "changes the \(AgreementSummary.number(queries.noiseCount)) answers by at most "
                + "\(queries.l1Sensitivity) in all, and 95 of 100 draws of noise are within "
                + "\(AgreementSummary.number(plan.margin95)). Counts that are sums or differences of several answers "
                + "are off by more.",
            "The counts of all rounds together may cost an epsilon of \(noise.totalEpsilon)\(delta): "
                + (covered < roundsAllowed
                    ? "that pays for \(covered) of the \(AgreementSummary.number(roundsAllowed)) rounds."
                    : "all \(AgreementSummary.number(roundsAllowed)) rounds cost "
                        + "\(noise.epsilon(ofRounds: roundsAllowed))."),
            "Noise does not hide the sizes of the lists, which every participant sees, and the coordinator sees the "
                + "exact counts.",
        ]
    }

    var noiseCautions: [String] {
        guard case .noise(let noise) = counts else { return [] }
        var cautions: [String] = []
        if noise.epsilon.value > 1_000_000_000 {
            cautions.append("counts.epsilon is \(noise.epsilon): above 1, noise protects a person little.")
        }
        let covered = noise.roundsCovered(upTo: roundsAllowed)
        if covered < roundsAllowed {
            cautions.append(
                "counts.total_epsilon \(noise.totalEpsilon) pays for the counts of \(covered) "
                    + "\(covered == 1 ? "round" : "rounds"), not for all \(AgreementSummary.number(roundsAllowed)): a "
                    + "further round will be refused.")
        }
        return cautions
    }

    /// `0.000001` for 6.
    static func powerOfTen(_ power: Int) -> String { "0." + String(repeating: "0", count: power - 1) + "1" }
}
