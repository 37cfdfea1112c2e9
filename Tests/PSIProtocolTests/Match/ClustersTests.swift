import Testing

@testable import PSIProtocol
@testable import RoundSimulation

/// Which groups of records are accepted, against the rule done plainly. [P-36]
@Suite("Clusters")
struct ClustersTests {
    /// Sets of items as they are, and what is proposed.
    struct PlainClusters {
        let registers: [UInt8]
        var groups: [Set<Int>]
        var links: [UInt8]
        var proposals: [Set<Int>] = []

        init(registers: [UInt8]) {
            self.registers = registers
            groups = registers.indices.map { [$0] }
            links = registers.map { _ in Clusters.noLink }
        }

        /// All groups that proposals hold together are one, unless two of its items are of one register.
        mutating func accept(link: Int) -> Int {
            var candidates = groups.map { [$0] }
            for proposal in proposals {
                let touched = candidates.filter { !$0.allSatisfy(proposal.isDisjoint(with:)) }
                candidates.removeAll { !$0.allSatisfy(proposal.isDisjoint(with:)) }
                candidates.append(touched.flatMap { $0 })
            }
            proposals = []
            groups = []
            var refused = 0
            for candidate in candidates {
                let items = candidate.flatMap { $0 }
                if Set(items.map { registers[$0] }).count < items.count {
                    refused += 1
                    groups += candidate
                } else {
                    groups.append(Set(items))
                    for single in candidate where candidate.count > 1 && single.count == 1 {
                        for item in single { links[item] = UInt8(link) }
                    }
                }
            }
            return refused
        }

        func registers(of item: Int) -> UInt32 {
            groups.first { $0.contains(item) }!.reduce(0) { $0 | 1 << UInt32(registers[$1]) }
        }
    }

    @Test("any proposals, pass after pass", arguments: 1...5)
    func random(registerCount: Int) {
        var seen = (refused: 0, joined: 0)
        for seed in 0..<60 as Range<UInt64> {
            var random = SeededRandom(seed: seed &* 41 &+ UInt64(registerCount))
            let registers = (0..<24).map { _ in UInt8.random(in: 0..<UInt8(registerCount), using: &random) }
            var (clusters, plain) = (Clusters(registers: registers), PlainClusters(registers: registers))
            for link in 0..<5 {
                for _ in 0..<Int.random(in: 0...8, using: &random) {
                    let first = Int.random(in: registers.indices, using: &random)
                    // A chain, now and then; also of an item with itself.
                    var second = first
                    for _ in 0..<Int.random(in: 1...3, using: &random) {
                        let next = Int.random(in: registers.indices, using: &random)
                        clusters.propose(second, next)
                        plain.proposals.append([second, next])
                        second = next
                    }
                }
                let refused = clusters.accept(link: link)
                #expect(refused == plain.accept(link: link), "seed \(seed)")
                #expect(clusters.links == plain.links, "seed \(seed)")
                for item in registers.indices {
                    // The root is the first of the items.
                    let group = plain.groups.first { $0.contains(item) }
                    #expect(clusters.root(of: item) == group?.min(), "seed \(seed)")
                    #expect(clusters.registers(of: item) == plain.registers(of: item), "seed \(seed)")
                }
                seen.refused += refused
            }
            seen.joined += registers.count - plain.groups.count
        }
        #expect(seen.refused > 0 && (registerCount == 1) == (seen.joined == 0))
    }

    @Test("what was proposed and refused is forgotten in the next pass")
    func forgotten() {
        // 0 and 3 are of one register: 0 – 1 – 2 – 3 is refused whole, and each link of it is fine by itself.
        var clusters = Clusters(registers: [0, 1, 2, 0])
        for item in 0..<3 { clusters.propose(item, item + 1) }
        #expect(clusters.accept(link: 0) == 1)
        #expect(clusters.accept(link: 1) == 0)
        #expect((0..<4).allSatisfy { clusters.root(of: $0) == $0 } && clusters.links == .filled(255, 4))
        clusters.propose(0, 1)
        #expect(clusters.accept(link: 2) == 0)
        clusters.propose(3, 2)
        #expect(clusters.accept(link: 3) == 0)
        #expect((0..<4).map { clusters.root(of: $0) } == [0, 0, 2, 2] && clusters.links == [2, 2, 3, 3])
        // Both are known: their link stays what it was.
        clusters.propose(1, 3)
        #expect(clusters.accept(link: 4) == 1)
        #expect((0..<4).map { clusters.registers(of: $0) } == [0b011, 0b011, 0b101, 0b101])
    }

    @Test("a pass costs what it touches, however many items there are")
    func smallPasses() {
        let count = 1 << 17
        var clusters = Clusters(registers: (0..<count).map { UInt8($0 % 2) })
        let clock = ContinuousClock()
        let start = clock.now
        // Were each to look at every item, these would be 10^9 steps.
        for pass in 0..<10_000 {
            clusters.propose(2 * pass, 2 * pass + 1)
            #expect(clusters.accept(link: 1) == 0)
        }
        #expect(clock.now - start < .seconds(60))
        #expect((0..<20_000).allSatisfy { clusters.root(of: $0) == $0 / 2 * 2 && clusters.links[$0] == 1 })
        #expect((20_000..<count).allSatisfy { clusters.links[$0] == Clusters.noLink })
        #expect((20_000..<30_000).allSatisfy { clusters.root(of: $0) == $0 })
    }
}
