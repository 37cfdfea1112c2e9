import Crypto

@testable import Agreement

/// Tokens as their definition reads, one number at a time. [P-23]
struct NaiveTokens {
    let settings: TolerantMatching
    let seed: [UInt8]

    func tokens(of features: [[[UInt8]]]) -> [[UInt8]?] {
        let starts = features.enumerated().map { group, features in features.map { start(of: $0, group) } }
        return (0..<settings.tokenCount).map { token in
            let pattern = settings.patterns[token % settings.patterns.count]
            var bytes = [UInt8(token)]
            for (row, group) in pattern.enumerated() {
                guard features.indices.contains(group), !features[group].isEmpty else { return nil }
                let ranks = starts[group].map { Self.rank($0, token * 8 + row + 1) }
                bytes += Self.bigEndian(ranks.min()!)
            }
            return bytes
        }
    }

    private func start(of feature: [UInt8], _ group: Int) -> UInt64 {
        let code = HMAC<SHA256>.authenticationCode(for: [UInt8(group)] + feature, using: SymmetricKey(data: seed))
        return code.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func rank(_ start: UInt64, _ n: Int) -> UInt64 {
        var generator = SeededRandom(seed: start)
        for _ in 1..<n { _ = generator.next() }
        return generator.next()
    }

    private static func bigEndian(_ value: UInt64) -> [UInt8] { (0..<8).map { UInt8(value >> (56 - 8 * $0) & 255) } }
}

/// Which records resemble each other, and how much. [P-36]
struct Resemblance {
    struct Pair {
        let first: Int
        let second: Int
        let score: Int
    }

    let settings: TolerantMatching
    let registers: [Int]
    private(set) var pairs: [Pair] = []

    init(settings: TolerantMatching, registers: [Int], tokens: [[[UInt8]?]]) {
        self.settings = settings
        self.registers = registers
        var holders: [[UInt8]: Set<Int>] = [:]
        for (item, tokens) in tokens.enumerated() {
            for case let token? in tokens { holders[token, default: []].insert(item) }
        }
        var shared: [[Int]: (count: Int, bits: Int)] = [:]
        for items in holders.values {
            let rare = items.filter { item in
                items.count { registers[$0] == registers[item] } <= settings.mostFrequent
            }
            guard rare.count > 1 else { continue }
            var weight = 0
            while Double(rare.count) * Double(2 << weight) <= Double(registers.count) { weight += 1 }
            for first in rare {
                for second in rare where first < second && registers[first] != registers[second] {
                    let before = shared[[first, second]] ?? (0, 0)
                    shared[[first, second]] = (before.count + 1, before.bits + max(1, weight))
                }
            }
        }
        for (pair, tokens) in shared where tokens.count >= settings.agreeCount && tokens.bits >= settings.bits {
            pairs.append(Pair(first: pair[0], second: pair[1], score: tokens.bits))
        }
    }

    /// Pairs in which each is the other's best partner in the other's register, by the margin.
    func best(among pairs: [Pair]) -> [Pair] {
        var scores: [[Int]: [Int]] = [:]
        for pair in pairs {
            scores[[pair.first, registers[pair.second]], default: []].append(pair.score)
            scores[[pair.second, registers[pair.first]], default: []].append(pair.score)
        }
        for key in scores.keys { scores[key]?.sort(by: >) }
        func isBest(_ score: Int, _ item: Int, in register: Int) -> Bool {
            guard let all = scores[[item, register]], all[0] == score else { return false }
            return all.count == 1 || score - all[1] >= settings.margin
        }
        return pairs.filter {
            isBest($0.score, $0.first, in: registers[$0.second]) && isBest($0.score, $0.second, in: registers[$0.first])
        }
    }
}
