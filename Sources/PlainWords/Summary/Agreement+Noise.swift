internal import Agreement
internal import PSIProtocol

extension Agreement {
    /// What noise means, for those who sign.
    func noiseSentences(in language: PlainLanguage) -> [String] {
        guard case .noise(let noise) = counts, let queries = try? CountQueries(self),
            let plan = try? NoisePlan(self)
        else { return [] }
        let delta = noise.deltaPower.map { ", delta \(language.decimal(Self.powerOfTen($0)))" } ?? ""
        let (kind, epsilon) = (noise.kind.rawValue, language.decimal(noise.epsilon))
        let (answers, most) = (language.number(queries.noiseCount), queries.l1Sensitivity)
        let margin = language.number(plan.margin95)
        return [
            language.of(
                "Julkaistaviin lukumääriin lisätään satunnaista kohinaa (\(kind), epsilon \(epsilon)\(delta) kierrosta "
                    + "kohti): yksi henkilö muuttaa vastauksia, joita on \(answers), yhteensä enintään \(most), ja "
                    + "kohina on 95 tapauksessa 100:sta enintään \(margin). Lukumäärät, jotka ovat useiden vastausten "
                    + "summia tai erotuksia, poikkeavat enemmän.",
                "Antal som publiceras får slumpmässigt brus (\(kind), epsilon \(epsilon)\(delta) per omgång): en "
                    + "person ändrar de \(answers) svaren med sammanlagt högst \(most), och i 95 fall av 100 är bruset "
                    + "högst \(margin). Antal som är summor av eller skillnader mellan flera svar avviker mer.",
                "Published counts get noise (\(kind), epsilon \(epsilon)\(delta) a round): one person changes the "
                    + "\(answers) answers by at most \(most) in all, and 95 of 100 draws of noise are within "
                    + "\(margin). Counts that are sums or differences of several answers are off by more."),
            totalCost(noise, delta, language),
            language.of(
                "Kohina ei peitä luetteloiden kokoja, jotka jokainen osapuoli näkee, ja koordinaattori näkee tarkat "
                    + "lukumäärät.",
                "Bruset döljer inte listornas storlek, som varje part ser, och koordinatorn ser de exakta antalen.",
                "Noise does not hide the sizes of the lists, which every participant sees, and the coordinator sees "
                    + "the exact counts."),
        ]
    }

    private func totalCost(_ noise: CountNoise, _ delta: String, _ language: PlainLanguage) -> String {
        let (total, rounds) = (language.decimal(noise.totalEpsilon), language.number(roundsAllowed))
        let head = language.of(
            "Kaikkien kierrosten lukumäärät saavat kuluttaa yhteensä enintään epsilonin \(total)\(delta):",
            "Antalen i alla omgångar får tillsammans förbruka högst epsilon \(total)\(delta):",
            "The counts of all rounds together may cost an epsilon of \(total)\(delta):")
        let covered = noise.roundsCovered(upTo: roundsAllowed)
        guard covered == roundsAllowed else {
            return head + " "
                + language.of(
                    "siitä riittää näin moneen kierrokseen: \(covered), kun niitä saa olla \(rounds).",
                    "det räcker till \(covered) av de \(rounds) omgångarna.",
                    "that pays for \(covered) of the \(rounds) rounds.")
        }
        let spent = language.decimal(noise.epsilon(ofRounds: roundsAllowed))
        return head + " "
            + language.of(
                "kaikki kierrokset (\(rounds)) kuluttavat \(spent).", "alla omgångar (\(rounds)) förbrukar \(spent).",
                "all \(rounds) rounds cost \(spent).")
    }

    func noiseCautions(in language: PlainLanguage) -> [String] {
        guard case .noise(let noise) = counts else { return [] }
        var cautions: [String] = []
        if noise.epsilon.value > 1_000_000_000 {
            let epsilon = language.decimal(noise.epsilon)
            cautions.append(
                language.of(
                    "counts.epsilon on \(epsilon): yli 1:n kohina suojaa yksittäistä henkilöä vain vähän.",
                    "counts.epsilon är \(epsilon): över 1 skyddar bruset en enskild person bara lite.",
                    "counts.epsilon is \(epsilon): above 1, noise protects a person little."))
        }
        let covered = noise.roundsCovered(upTo: roundsAllowed)
        if covered < roundsAllowed {
            let (total, rounds) = (language.decimal(noise.totalEpsilon), language.number(roundsAllowed))
            cautions.append(
                language.of(
                    "counts.total_epsilon \(total) riittää \(covered) kierroksen lukumääriin, ei kaikkien \(rounds): "
                        + "seuraava kierros evätään.",
                    "counts.total_epsilon \(total) räcker till antalen i \(covered) "
                        + "\(covered == 1 ? "omgång" : "omgångar"), inte i alla \(rounds): nästa omgång nekas.",
                    "counts.total_epsilon \(total) pays for the counts of \(covered) "
                        + "\(covered == 1 ? "round" : "rounds"), not for all \(rounds): a further round will be "
                        + "refused."
                ))
        }
        return cautions
    }

    /// `0.000001` for 6.
    static func powerOfTen(_ power: Int) -> String { "0." + String(repeating: "0", count: power - 1) + "1" }
}
