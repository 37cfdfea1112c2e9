import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// What is withheld, against attackers who try all tables there are. [P-39]
@Suite("Withholding")
struct WithholdingPlanTests {
    /// A list of numbers whose sum is known.
    static func list(_ counts: [Int]) -> CountSystem {
        var system = CountSystem()
        let cells = counts.map { system.add($0) }
        system.relate(cells, equals: [system.add(counts.reduce(0, +), .known)])
        return system
    }

    /// A table with totals, the sum of all known. Cells are line by line, the totals last in each.
    static func table(_ counts: [[Int]]) -> (system: CountSystem, cells: [[Int]]) {
        var system = CountSystem()
        let width = counts[0].count
        var cells = counts.map { line in
            line.map { system.add($0) } + [system.add(line.reduce(0, +), rank: 1)]
        }
        let sums = (0..<width).map { column in counts.reduce(0) { $0 + $1[column] } }
        cells.append(sums.map { system.add($0, rank: 1) } + [system.add(sums.reduce(0, +), .known)])
        for line in cells { system.relate(Array(line[..<width]), equals: [line[width]]) }
        for column in 0...width {
            system.relate(cells.dropLast().map { $0[column] }, equals: [cells[counts.count][column]])
        }
        return (system, cells)
    }

    static func shown(_ system: CountSystem, _ plan: WithholdingPlan, _ cells: [Int]) -> [Int?] {
        cells.map { plan.isWithheld[$0] ? nil : system.cells[$0].count }
    }

    /// By cell, every value that it has in some table that fits all that is told: by trying all.
    static func values(_ system: CountSystem, _ isWithheld: [Bool], most: Int) -> [Set<Int>] {
        let open = system.cells.indices.filter { system.cells[$0].kind != .known && isWithheld[$0] }
        var counts = system.cells.map(\.count)
        var found = [Set<Int>](repeating: [], count: counts.count)
        // A relation is looked at as soon as its last open cell is set.
        let due = open.indices.map { place in
            system.relations.filter { relation in
                relation.contains { $0.cell == open[place] }
                    && !relation.contains { term in open[(place + 1)...].contains(term.cell) }
            }
        }
        func attempt(_ place: Int) {
            guard place < open.count else {
                for cell in counts.indices { found[cell].insert(counts[cell]) }
                return
            }
            for value in 0...most {
                counts[open[place]] = value
                let fits = due[place].allSatisfy { relation in
                    relation.reduce(0) { $0 + $1.sign * counts[$1.cell] } == 0
                }
                if fits { attempt(place + 1) }
            }
        }
        attempt(0)
        return found
    }

    @Test("x 58, y and z too small, all 60: neither 1 and 1 nor anything else can be told")
    func twoSmallOnes() {
        let system = Self.list([58, 1, 1])
        let plan = WithholdingPlan(system, smallestCell: 5)
        #expect(Self.shown(system, plan, [0, 1, 2]) == [nil, nil, nil])
        for cell in 0..<3 {
            let range = FeasibleRange(system, isWithheld: plan.isWithheld, of: cell)
            #expect(range.least == 0 && range.most == 60)
        }
        // With only the small ones withheld, the attacker has them within 0 to 2.
        let range = FeasibleRange(system, isWithheld: [false, true, true, false], of: 1)
        #expect(range.least == 0 && range.most == 2)
    }

    @Test("two small ones beside 10, all 12")
    func smallRow() {
        let system = Self.list([1, 1, 10])
        let plan = WithholdingPlan(system, smallestCell: 5)
        #expect(Self.shown(system, plan, [0, 1, 2]) == [nil, nil, nil])
        #expect(plan.exposed.isEmpty)
    }

    @Test("nothing is withheld where nothing is small, and a count that stands by itself takes none with it")
    func asFewAsNeeded() {
        let whole = Self.list([30, 0, 7, 5])
        #expect(Self.shown(whole, WithholdingPlan(whole, smallestCell: 5), [0, 1, 2, 3]) == [30, 0, 7, 5])
        var single = CountSystem()
        let cells = [3, 20].map { single.add($0) }
        #expect(Self.shown(single, WithholdingPlan(single, smallestCell: 5), cells) == [nil, 20])
        // One large count hides any number of small ones.
        let many = Self.list([3, 9, 1, 8, 2, 4])
        #expect(Self.shown(many, WithholdingPlan(many, smallestCell: 5), Array(0..<6)) == [nil, nil, nil, 8, nil, nil])
    }

    /// The example of Fischetti and Salazar that handbooks and τ-ARGUS's authors use: one cell is sensitive, and of the
    /// pattern that they print the attacker learns 5 to 30.
    @Test("the interval that is published for the example of three activities and regions")
    func publishedPattern() {
        let (system, cells) = Self.table([[20, 50, 10], [8, 19, 22], [17, 32, 12]])
        var isWithheld = [Bool](repeating: false, count: system.cells.count)
        isWithheld[cells[1][2]] = true
        #expect(FeasibleRange(system, isWithheld: isWithheld, of: cells[1][2]).most == 22)
        for (line, column) in [(1, 0), (2, 0), (2, 2)] { isWithheld[cells[line][column]] = true }
        let range = FeasibleRange(system, isWithheld: isWithheld, of: cells[1][2])
        #expect(range.least == 5 && range.most == 30)
    }

    /// The numbers of a test of sdcTable: every line and column has two withheld cells or none, and still one is
    /// determined; with one more withheld, sdcTable's attacker finds 0 to 141 for it.
    @Test("what sdcTable's attacker finds: a cell that is determined though no line tells it")
    func sdcTableAttacker() {
        let (system, cells) = Self.table([
            [30, 47, 64, 89], [90, 124, 5, 31], [92, 100, 59, 85], [800, 991, 651, 685],
        ])
        var isWithheld = [Bool](repeating: false, count: system.cells.count)
        for (line, column) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 2), (2, 1), (2, 3), (3, 1), (3, 3)] {
            isWithheld[cells[line][column]] = true
        }
        var range = FeasibleRange(system, isWithheld: isWithheld, of: cells[0][1])
        #expect(range.least == 47 && range.most == 47)
        isWithheld[cells[1][1]] = true
        range = FeasibleRange(system, isWithheld: isWithheld, of: cells[0][1])
        #expect(range.least == 0 && range.most == 141)
        // As small counts the same nine would be protected by a plan of its own.
        let plan = WithholdingPlan(system, smallestCell: 60)
        #expect(plan.exposed.isEmpty)
        for line in cells {
            for cell in line where (1..<60).contains(system.cells[cell].count) {
                let found = FeasibleRange(system, isWithheld: plan.isWithheld, of: cell)
                #expect(found.least == 0 && (found.most ?? .max) >= 60)
            }
        }
    }

    @Test("an attacker who tries all tables can exclude no value from 0 to the smallest cell")
    func exhaustively() {
        var numbers = Numbers(state: 11)
        var small = 0
        for trial in 0..<300 {
            let isList = trial.isMultiple(of: 2)
            let system: CountSystem
            if isList {
                system = Self.list((0..<3).map { _ in numbers.below(6) } + [numbers.below(9)])
            } else {
                system = Self.table((0..<2).map { _ in (0..<2).map { _ in numbers.below(6) } }).system
            }
            let smallestCell = 3
            let total = system.cells.filter { $0.kind == .known }.map(\.count).max() ?? 0
            // The total is told whatever it is: where it is small itself, nothing can be had.
            guard total >= smallestCell else { continue }
            let plan = WithholdingPlan(system, smallestCell: smallestCell)
            let values = Self.values(system, plan.isWithheld, most: total)
            for (cell, known) in system.cells.enumerated() where (1..<smallestCell).contains(known.count) {
                guard known.kind == .told else { continue }
                small += 1
                #expect(plan.isWithheld[cell])
                #expect(values[cell].isSuperset(of: 0...smallestCell), "\(system.cells.map(\.count)) \(cell)")
                let range = FeasibleRange(system, isWithheld: plan.isWithheld, of: cell)
                #expect(range.least == values[cell].min() && range.most == values[cell].max())
            }
        }
        #expect(small > 300)
    }

    @Test("the range is exact for any pattern, with rounding too")
    func exactRanges() {
        var numbers = Numbers(state: 5)
        for _ in 0..<120 {
            let (system, _) = Self.table((0..<2).map { _ in (0..<2).map { _ in numbers.below(5) } })
            let isWithheld = system.cells.map { $0.kind == .told && numbers.below(2) == 0 }
            let total = system.cells.last?.count ?? 0
            let values = Self.values(system, isWithheld, most: total)
            for cell in system.cells.indices where isWithheld[cell] {
                let range = FeasibleRange(system, isWithheld: isWithheld, of: cell)
                #expect(range.least == values[cell].min() && range.most == values[cell].max())
                let rounded = FeasibleRange(system, isWithheld: isWithheld, of: cell, rounding: 5)
                // Who is told rounded numbers cannot exclude what exact ones allow.
                #expect((rounded.least ?? 0) <= (range.least ?? 0) && (rounded.most ?? .max) >= (range.most ?? 0))
            }
        }
    }

    @Test("which are withheld tells nothing of how small or large they are")
    func independentOfValues() {
        var numbers = Numbers(state: 23)
        for _ in 0..<200 {
            let kinds = (0..<3).map { _ in (0..<4).map { _ in numbers.below(4) } }
            func filled(_ numbers: inout Numbers) -> (CountSystem, [[Int]]) {
                Self.table(kinds.map { $0.map { [0, 1 + numbers.below(4), 60, 20 + numbers.below(70)][$0] } })
            }
            let (one, cells) = filled(&numbers)
            let (other, _) = filled(&numbers)
            // A total of small numbers may be small or not; where it is the same, so is everything.
            func sizes(_ system: CountSystem) -> [BalancedChange.Size] { system.cells.map { $0.size(smallestCell: 5) } }
            guard sizes(one) == sizes(other), !cells.isEmpty else { continue }
            #expect(
                WithholdingPlan(one, smallestCell: 5).isWithheld == WithholdingPlan(other, smallestCell: 5).isWithheld)
        }
        // By its size the attacker would know that the complement is at most 8, so the small one at least 2.
        let system = Self.list([2, 7, 8, 30])
        let larger = Self.list([1, 9, 7, 30])
        #expect(
            WithholdingPlan(system, smallestCell: 5).isWithheld == WithholdingPlan(larger, smallestCell: 5).isWithheld)
    }

    @Test("where the search is cut short more is withheld, not less")
    func boundedWork() {
        let (system, cells) = Self.table([[3, 20, 30], [40, 50, 60], [70, 80, 90]])
        let full = WithholdingPlan(system, smallestCell: 5)
        let cut = WithholdingPlan(system, smallestCell: 5, budget: 1)
        #expect(zip(full.isWithheld, cut.isWithheld).allSatisfy { !$0 || $1 })
        #expect(full.isWithheld.count { $0 } == 4)
        #expect(cells.joined().filter { cut.isWithheld[$0] }.count == 15)
        #expect(cut.exposed.isEmpty)
    }

    @Test("what is known anyway is said to be exposed, and never withheld")
    func exposed() {
        // Three rows were read, all with one kind of code.
        let system = Self.list([3, 0, 0, 0])
        let plan = WithholdingPlan(system, smallestCell: 5)
        #expect(plan.exposed == [0])
        #expect(plan.isWithheld == [true, true, true, true, false])
    }

    @Test("a rest that is too small is protected like a count that is told")
    func rests() {
        var system = CountSystem()
        let present = system.add(88)
        system.relate([present], within: system.add(90, .known), protectsRest: true)
        #expect(WithholdingPlan(system, smallestCell: 5).isWithheld[present])
        var other = CountSystem()
        let told = other.add(88)
        other.relate([told], within: other.add(90, .known))
        #expect(!WithholdingPlan(other, smallestCell: 5).isWithheld[told])
    }

    @Test("with noise, what is withheld follows from the noisy numbers alone")
    func noise() async throws {
        let study = try SimulatedStudy(
            registers: ["a", "b"], cohorts: [("ab", .intersect(.register("a"), .register("b")))], releasedFor: [:],
            options: .init(
                release: .none, padding: .none, smallestCell: 5,
                counts: .noise(
                    CountNoise(
                        kind: .discreteLaplace, epsilon: Billionths(1_000_000_000),
                        totalEpsilon: Billionths(2_000_000_000)))))
        let plan = try #require(try NoisePlan(study.agreement))
        func published(_ both: Int, draw: Int) async throws -> Counted {
            try await MatchResult(
                agreement: study.agreement, round: #require(RoundID(bytes: [UInt8](repeating: 1, count: 32))),
                overlap: [1: 30 - both, 2: 40 - both, 3: both], people: nil, spool: MemorySpool(), linkage: nil,
                workers: Workers(count: 1)
            ).published(noise: (plan, [draw]))
        }
        // Truths of 3 and 9 that noise turned into the same numbers are told alike: 3, withheld, and nothing with it.
        let small = try await published(3, draw: 0)
        #expect(try await published(9, draw: -6) == small)
        #expect(small.overlap.map(\.people) == [27, 37, nil] && small.cohorts.map(\.people) == [nil])
        #expect(try await published(3, draw: 6) == published(9, draw: 0))
    }

    @Test("a large table takes no longer than it may")
    func largeTable() {
        var numbers = Numbers(state: 3)
        let (system, cells) = Self.table(
            (0..<40).map { _ in (0..<12).map { _ in numbers.below(30) * numbers.below(3) } })
        let plan = WithholdingPlan(system, smallestCell: 5)
        let withheld = cells.joined().count { plan.isWithheld[$0] }
        let small = cells.joined().count { (1..<5).contains(system.cells[$0].count) }
        #expect(small > 20 && withheld < 4 * small && plan.exposed.isEmpty)
    }
}

/// SplitMix64: the same numbers in every run.
private struct Numbers {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}
