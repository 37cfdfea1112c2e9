internal import Foundation
internal import PSIProtocol

/// How well a run linked, and what it cost.
struct EvaluationResult: Encodable {
    let name: String
    let registers: [Register]
    /// Pairs of records of one person in different registers.
    let truePairs: Int
    let links: Int
    let correctLinks: Int
    let precision: Double
    let recall: Double
    let f1: Double
    /// Records by what first joined them to another.
    let recordsByLink: [String: Int]
    let conflicts: Int
    let leakage: Leakage
    let cost: Cost

    struct Register: Encodable {
        let id: String
        let records: Int
    }

    /// What the coordinator sees of tokens.
    struct Leakage: Encodable {
        let tokens: Int
        let sharedTokenPairs: Int
        let candidatePairs: Int
        let largestTokenGroup: Int
    }

    struct Cost: Encodable {
        let keyElements: Int
        let tokens: Int
        let bytesPerItem: Int
        /// Items that all cores of this machine declare in a second, reading and normalising included.
        let declaredPerSecond: Double
        /// Items that pass a ring stage in a second.
        let mixedPerSecond: Double
        let seconds: [String: Double]
    }

    init(run: EvaluationPlan.Run, round: InProcessRound) throws {
        let agreement = round.study.agreement
        name = run.name
        registers = run.registers.map { Register(id: $0.id, records: round.peopleCount[$0.id] ?? 0) }
        var holders: [String: [Int: Int]] = [:]
        var links = 0
        var correct = 0
        for person in round.records.people.values {
            let records = person.sorted { $0.key < $1.key }
            for (index, record) in records.enumerated() {
                holders[record.value, default: [:]][record.key, default: 0] += 1
                for other in records[(index + 1)...] {
                    links += 1
                    if other.value == record.value { correct += 1 }
                }
            }
        }
        truePairs = holders.values.reduce(0) { total, counts in
            let all = counts.values.reduce(0, +)
            return total + (all * all - counts.values.reduce(0) { $0 + $1 * $1 }) / 2
        }
        self.links = links
        correctLinks = correct
        precision = links == 0 ? 1 : Double(correct) / Double(links)
        recall = truePairs == 0 ? 1 : Double(correct) / Double(truePairs)
        f1 = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall)
        let names = agreement.linkNames
        recordsByLink = Dictionary(
            uniqueKeysWithValues: round.records.links.map { ($0.key < 0 ? "none" : names[$0.key], $0.value) })
        conflicts = round.linkage?.conflictCount ?? 0
        let tokens = round.linkage?.tokens
        leakage = Leakage(
            tokens: agreement.tolerantMatching?.tokenCount ?? 0, sharedTokenPairs: tokens?.sharedTokenCount ?? 0,
            candidatePairs: tokens?.candidateCount ?? 0, largestTokenGroup: tokens?.largestGroup ?? 0)
        let items = Double(round.peopleCount.values.reduce(0, +))
        let stages = Double(run.registers.count - 1)
        cost = Cost(
            keyElements: agreement.keyElementCount, tokens: agreement.tolerantMatching?.tokenCount ?? 0,
            bytesPerItem: ItemLayout(Ristretto255.self, agreement: agreement).itemByteCount,
            declaredPerSecond: items / max(round.seconds["declare"] ?? 0, 1e-9),
            mixedPerSecond: items * stages / max(round.seconds["ring"] ?? 0, 1e-9), seconds: round.seconds)
    }

    static let heading =
        "run                                          records   true pairs   links  correct  precision  recall  F1"
        + "      candidates  B/item  declared/s  mixed/s"

    var lines: [String] {
        func padded(_ text: String, _ width: Int) -> String {
            text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
        }
        func ratio(_ value: Double) -> String { String(format: "%.4f", value) }
        let numbers = [
            padded(name, 44), padded("\(registers.reduce(0) { $0 + $1.records })", 9), padded("\(truePairs)", 12),
            padded("\(links)", 7), padded("\(correctLinks)", 8), padded(ratio(precision), 10), padded(ratio(recall), 7),
            padded(ratio(f1), 7), padded("\(leakage.candidatePairs)", 11), padded("\(cost.bytesPerItem)", 7),
            padded(String(format: "%.0f", cost.declaredPerSecond), 11), String(format: "%.0f", cost.mixedPerSecond),
        ]
        return [numbers.joined(separator: " ")]
    }
}
