internal import Foundation

/// How likely somebody is to be found again by the quasi-identifiers, from how many people share theirs.
struct ReidentificationRisk: Equatable {
    /// Combinations of quasi-identifiers that occur.
    var classCount = 0
    var people = 0
    /// k: people who share the rarest combination; 0 where there is nobody.
    var smallestClass = 0
    /// People whom no other resembles: uniques of the sample.
    var unique = 0
    /// People who share their combination with fewer than the k asked for.
    var below = 0
    /// Mean over people of the risk that somebody who knows the person to be in the dataset picks the right one: the
    /// prosecutor's risk. Equal to the share of people that an attacker who links everybody gets right.
    var meanProsecutorRisk = 0.0
    /// Mean and highest risk for an attacker who doesn't know who is in the dataset, but has a list of the population:
    /// the journalist's. Estimated; nil where the population's size isn't known.
    var meanJournalistRisk: Double?
    var highestJournalistRisk: Double?

    /// The prosecutor's risk of the person most at risk.
    var highestProsecutorRisk: Double { smallestClass == 0 ? 0 : 1 / Double(smallestClass) }

    /// - Parameters:
    ///   - sizes: people of each class.
    ///   - goal: the k asked for.
    ///   - population: people whom the dataset's are a sample of.
    init(classSizes sizes: some Sequence<Int>, goal: Int, population: Int?) {
        for size in sizes {
            classCount += 1
            people += size
            smallestClass = smallestClass == 0 ? size : min(smallestClass, size)
            if size == 1 { unique += 1 }
            if size < goal { below += size }
        }
        guard people > 0 else { return }
        meanProsecutorRisk = Double(classCount) / Double(people)
        guard let population else { return }
        let fraction = min(1, Double(people) / Double(max(1, population)))
        var sum = 0.0
        var highest = 0.0
        var known: [Int: Double] = [:]
        for size in sizes {
            let risk = known[size] ?? Self.risk(sharedBy: size, samplingFraction: fraction)
            known[size] = risk
            sum += risk * Double(size)
            highest = max(highest, risk)
        }
        meanJournalistRisk = sum / Double(people)
        highestJournalistRisk = highest
    }

    /// The individual risk of Benedetti and Franconi (1998): the expectation of 1/F, where F, the people of the
    /// population who share a combination, is negative binomial given that `count` of a sample do.
    ///
    /// - Parameter fraction: share of the population that is in the sample, above 0 and at most 1.
    static func risk(sharedBy count: Int, samplingFraction fraction: Double) -> Double {
        guard count > 0 else { return 0 }
        let rest = 1 - fraction
        guard rest > 0 else { return 1 / Double(count) }
        if count == 1 { return fraction / rest * -Foundation.log(fraction) }
        // (p/f) times the hypergeometric 2F1(1, 1; f + 1; 1 - p), term by term.
        var term = 1.0
        var sum = 1.0
        var index = 1.0
        while term > 1e-15 * sum, index < 10_000_000 {
            term *= index / (Double(count) + index) * rest
            sum += term
            index += 1
        }
        return fraction / Double(count) * sum
    }
}
