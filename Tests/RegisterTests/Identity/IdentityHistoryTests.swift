import PSIProtocol
import Testing

@testable import PSIProtocol
@testable import Register

/// Which identities were one person's.
@Suite struct IdentityHistoryTests {
    private static func code(_ bytes: [UInt8]) -> CodeIdentity { CodeIdentity(PersonIdentity(bytes: bytes), .official) }

    private func history(_ pairs: [(String, String)]) throws -> IdentityHistory {
        try IdentityHistory(pairs.map { (former: Self.code(Array($0.0.utf8)), current: Self.code(Array($0.1.utf8))) })
    }

    private func current(_ history: IdentityHistory, _ identity: String) -> String {
        String(decoding: history.current(of: Self.code(Array(identity.utf8))).person.bytes, as: UTF8.self)
    }

    private func former(_ history: IdentityHistory, _ identity: String) -> [String] {
        history.former(of: PersonIdentity(bytes: Array(identity.utf8))).map {
            String(decoding: $0.bytes, as: UTF8.self)
        }
    }

    @Test func anEmptyHistoryLeavesEveryoneAlone() throws {
        let empty = try history([])
        #expect(current(empty, "a") == "a")
        #expect(former(empty, "a").isEmpty)
        #expect(empty.counts == IdentityHistory.Counts())
    }

    @Test func chainsAreFollowedToTheirEnd() throws {
        for pairs in [[("a", "b"), ("b", "c"), ("x", "c")], [("x", "c"), ("b", "c"), ("a", "b"), ("a", "b")]] {
            let history = try history(pairs)
            for identity in ["a", "b", "c", "x"] {
                #expect(current(history, identity) == "c")
                #expect(former(history, identity) == ["x", "b", "a"])
            }
            #expect(history.counts.longChains == 1)
            #expect(history.counts.pairsRead == pairs.count)
            #expect(history.counts.cycles == 0 && history.counts.conflicts == 0)
        }
    }

    @Test func onlyTheMostRecentFormerIdentitiesAreTold() throws {
        let history = try history((0..<9).map { ("\($0)", "\($0 + 1)") })
        #expect(former(history, "9") == ["8", "7", "6", "5"])
        #expect(former(history, "0") == ["8", "7", "6", "5"])
        #expect(current(history, "0") == "9")
    }

    @Test func aPairOfOneIdentitySaysNothing() throws {
        let history = try history([("a", "a"), ("a", "b"), ("b", "b")])
        #expect(current(history, "a") == "b" && current(history, "b") == "b")
        #expect(history.counts.selfPairs == 2 && history.counts.pairsRead == 3)
        #expect(history.counts.cycles == 0 && history.counts.conflicts == 0 && history.counts.longChains == 0)
    }

    @Test func aCircleIsOnePersonUnderItsGreatestIdentity() throws {
        for pairs in [
            [("b", "c"), ("c", "a"), ("a", "b"), ("x", "a"), ("y", "x")],
            [("y", "x"), ("x", "a"), ("a", "b"), ("b", "c"), ("c", "a")],
        ] {
            let history = try history(pairs)
            for identity in ["a", "b", "c", "x", "y"] { #expect(current(history, identity) == "c") }
            // One step: b; two: a; three: x; four: y.
            #expect(former(history, "c") == ["b", "a", "x", "y"])
            #expect(history.counts.cycles == 1 && history.counts.longChains == 0)
        }
        let two = try history([("a", "é"), ("é", "a"), ("p", "q"), ("q", "p")])
        #expect(current(two, "a") == "é", "bytes are compared unsigned")
        #expect(current(two, "p") == "q" && two.counts.cycles == 2)
    }

    @Test func aConflictIsNotFollowed() throws {
        let history = try history([("a", "b"), ("a", "c"), ("a", "b"), ("a", "d"), ("z", "a"), ("b", "e")])
        #expect(current(history, "a") == "a")
        #expect(current(history, "z") == "a")
        #expect(current(history, "b") == "e")
        #expect(current(history, "c") == "c")
        #expect(former(history, "a") == ["z"])
        #expect(former(history, "e") == ["b"])
        #expect(history.counts.conflicts == 1)
        // A conflict opens a circle.
        let open = try self.history([("a", "b"), ("b", "a"), ("a", "c")])
        #expect(current(open, "b") == "a" && open.counts.cycles == 0 && open.counts.conflicts == 1)
    }

    @Test func pairsAreBounded() throws {
        var builder = IdentityHistoryBuilder(pairLimit: 2)
        try builder.add(former: Self.code([1]), current: Self.code([2]))
        for _ in 0..<5 { try builder.add(former: Self.code([1]), current: Self.code([2])) }
        try builder.add(former: Self.code([3]), current: Self.code([3]))
        try builder.add(former: Self.code([2]), current: Self.code([4]))
        #expect(throws: IdentityHistoryError.tooManyPairs(limit: 2)) {
            try builder.add(former: Self.code([5]), current: Self.code([6]))
        }
        #expect(IdentityHistory.pairLimit == 2_000_000)
    }

    @Test func aLongChainNeedsNoStackAndLittleTime() throws {
        let count = 200_000
        func identity(_ number: Int) -> CodeIdentity {
            Self.code(withUnsafeBytes(of: UInt32(number).bigEndian, Array.init))
        }
        let chain = try IdentityHistory((0..<count).map { (former: identity($0), current: identity($0 + 1)) })
        #expect(chain.current(of: identity(0)) == identity(count))
        #expect(chain.former(of: identity(7).person) == (1...4).map { identity(count - $0).person })
        let circle = try IdentityHistory(
            (0..<count).map { (former: identity($0), current: identity(($0 + 1) % count)) })
        #expect(circle.current(of: identity(0)) == identity(count - 1))
        #expect(circle.counts.cycles == 1)
    }

    @Test func nothingThatIsPrintedShowsACode() throws {
        let history = try history([("131052-308T", "131052-3090")])
        var dumped = ""
        dump(history, to: &dumped)
        for shown in ["\(history)", String(reflecting: history), dumped] {
            #expect(!shown.contains("308T") && !shown.contains("49"))
        }
    }

    /// Pairs as sets and walks, without any of the tables that the history keeps.
    private struct NaiveResolver {
        var successors: [Int: Set<Int>] = [:]

        init(_ pairs: [(Int, Int)]) {
            for (former, current) in pairs where former != current { successors[former, default: []].insert(current) }
        }

        var conflicts: Int { successors.values.count { $0.count > 1 } }

        func next(_ identity: Int) -> Int? {
            guard let all = successors[identity], all.count == 1 else { return nil }
            return all.first
        }

        /// The circle that the walk from here ends in, empty when it ends.
        func circle(_ identity: Int) -> Set<Int> {
            var seen: Set<Int> = [identity]
            var last = identity
            while let following = next(last) {
                last = following
                if !seen.insert(last).inserted {
                    var circle: Set<Int> = [last]
                    while let following = next(last), circle.insert(following).inserted { last = following }
                    return circle
                }
            }
            return []
        }

        func current(_ identity: Int) -> Int {
            if let greatest = circle(identity).max() { return greatest }
            var last = identity
            while let following = next(last) { last = following }
            return last
        }

        func steps(_ identity: Int) -> Int {
            let end = current(identity)
            var (last, count) = (identity, 0)
            while last != end, let following = next(last) { (last, count) = (following, count + 1) }
            return count
        }
    }

    @Test func agreesWithANaiveResolver() throws {
        var random = SystemRandomNumberGenerator()
        var cycles = 0
        var conflicts = 0
        for _ in 0..<400 {
            let people = Int.random(in: 1...12, using: &random)
            let pairs = (0..<Int.random(in: 0...14, using: &random)).map { _ in
                (Int.random(in: 0..<people, using: &random), Int.random(in: 0..<people, using: &random))
            }
            let naive = NaiveResolver(pairs)
            let history = try IdentityHistory(
                pairs.map { (former: Self.code([UInt8($0.0)]), current: Self.code([UInt8($0.1)])) })
            for identity in 0..<people {
                let person = naive.current(identity)
                #expect(history.current(of: Self.code([UInt8(identity)])) == Self.code([UInt8(person)]), "\(pairs)")
                let formers = (0..<people).filter { $0 != person && naive.current($0) == person }
                    .sorted { (naive.steps($0), -$0) < (naive.steps($1), -$1) }
                #expect(
                    history.former(of: PersonIdentity(bytes: [UInt8(identity)]))
                        == formers.prefix(4).map { PersonIdentity(bytes: [UInt8($0)]) }, "\(pairs)")
            }
            let circles = Set((0..<people).map(naive.circle).filter { !$0.isEmpty })
            let long = Set(
                (0..<people).filter { naive.circle($0).isEmpty && naive.steps($0) > 1 }.map(naive.current))
            #expect(history.counts.cycles == circles.count, "\(pairs)")
            #expect(history.counts.conflicts == naive.conflicts, "\(pairs)")
            #expect(history.counts.longChains == long.count, "\(pairs)")
            #expect(history.counts.selfPairs == pairs.count { $0.0 == $0.1 })
            #expect(history.counts.pairsRead == pairs.count)
            // The order of the pairs says nothing.
            let shuffled = try IdentityHistory(
                pairs.shuffled(using: &random).map {
                    (former: Self.code([UInt8($0.0)]), current: Self.code([UInt8($0.1)]))
                })
            #expect(shuffled.counts == history.counts)
            for identity in 0..<people {
                #expect(
                    shuffled.former(of: Self.code([UInt8(identity)]).person)
                        == history.former(of: Self.code([UInt8(identity)]).person))
            }
            cycles += history.counts.cycles
            conflicts += history.counts.conflicts
        }
        #expect(cycles > 0 && conflicts > 0)
    }
}
