/// What counts ask of the data, so that noise can be as large as one person matters.
///
/// The sizes of the lists are on the board and are not protected. Neighbours are two sets of lists of the same sizes
/// that differ in one person: the registers that hold the person's code in one hold, in the other, an item that is in
/// no other register, and the other way round. With the sizes known, the people of one register only follow from those
/// of several, so what is asked is:
///
/// - every *cell* of two registers or more: a person changes two at most, each by one;
/// - every cohort, as a constant that follows from the sizes plus a weight for each cell. A cohort whose weights are
///   all 0 asks nothing, and one that is an earlier question, or its negative, asks nothing new.
public struct CountQueries: Sendable {
    /// What a cohort's count follows from, besides the sizes.
    public enum Answer: Equatable, Sendable {
        case sizes
        /// An answer by its index, added or subtracted.
        case answer(Int, isNegative: Bool)
    }

    public static let registerLimit = 8

    public let registerCount: Int
    /// Sets of two registers or more, ascending.
    public let cells: [UInt32]
    /// By cohort: by register, whether somebody who is in this register only is in the cohort.
    public let cohortsOfOne: [[Int]]
    /// By cohort.
    public let answers: [Answer]
    /// Of the questions after the cells: their weights by set of registers.
    public let weights: [[Int]]
    /// Sums of the differences, and of their squares, between the answers of neighbours at most.
    public let l1Sensitivity: Int
    public let l2SensitivitySquared: Int

    /// Answers that get noise: the cells', then the others'.
    public var noiseCount: Int { cells.count + weights.count }

    /// - Parameter agreement: of at most eight registers and without samples.
    public init(_ agreement: Agreement) throws(CohortExpressionError) {
        let evaluator = try CohortEvaluator(agreement)
        let registerCount = agreement.registers.count
        let sets = 0..<(UInt32(1) << UInt32(registerCount))
        let cells = sets.filter { $0.nonzeroBitCount >= 2 }
        let members = sets.map { $0 == 0 ? 0 : evaluator.cohorts(registers: $0, order: []) }
        var answers: [Answer] = []
        var weights: [[Int]] = []
        var ones: [[Int]] = []
        for cohort in agreement.cohorts.indices {
            let isIn = members.map { Int($0 >> UInt64(cohort) & 1) }
            let one = (0..<registerCount).map { isIn[1 << $0] }
            let weight = sets.map { set in
                set.nonzeroBitCount < 2
                    ? 0 : isIn[Int(set)] - one.indices.reduce(0) { $0 + (set >> UInt32($1) & 1 == 1 ? one[$1] : 0) }
            }
            let negative = weight.map { -$0 }
            let used = sets.filter { weight[Int($0)] != 0 }
            ones.append(one)
            if used.isEmpty {
                answers.append(.sizes)
            } else if used.count == 1, abs(weight[Int(used[0])]) == 1, let cell = cells.firstIndex(of: used[0]) {
                answers.append(.answer(cell, isNegative: weight[Int(used[0])] < 0))
            } else if let known = weights.firstIndex(where: { $0 == weight || $0 == negative }) {
                answers.append(.answer(cells.count + known, isNegative: weights[known] != weight))
            } else {
                answers.append(.answer(cells.count + weights.count, isNegative: false))
                weights.append(weight)
            }
        }
        var (l1, l2) = (0, 0)
        for before in sets {
            for after in sets where after > before {
                let cellChanges = [before, after].count { $0.nonzeroBitCount >= 2 }
                var (sum, squares) = (cellChanges, cellChanges)
                for weight in weights {
                    let change = abs(weight[Int(after)] - weight[Int(before)])
                    sum += change
                    squares += change * change
                }
                (l1, l2) = (max(l1, sum), max(l2, squares))
            }
        }
        self.registerCount = registerCount
        self.cells = cells
        self.cohortsOfOne = ones
        self.answers = answers
        self.weights = weights
        l1Sensitivity = l1
        l2SensitivitySquared = l2
    }

    /// Counts with noise: of every set of registers but the empty one, in ascending order, and of every cohort. Not
    /// below 0.
    public func noisy(_ overlap: [UInt32: Int], noise: [Int]) -> (sets: [(set: UInt32, people: Int)], cohorts: [Int]) {
        precondition(noise.count == noiseCount)
        let sizes = (0..<registerCount).map { register in
            overlap.reduce(0) { $0 + ($1.key >> UInt32(register) & 1 == 1 ? $1.value : 0) }
        }
        var values = cells.map { overlap[$0] ?? 0 }
        values += weights.map { weight in overlap.reduce(0) { $0 + weight[Int($1.key)] * $1.value } }
        for index in values.indices { values[index] += noise[index] }
        var found: [UInt32: Int] = [:]
        for (cell, people) in zip(cells, values) { found[cell] = people }
        for register in 0..<registerCount {
            let bit = UInt32(1) << UInt32(register)
            found[bit] = zip(cells, values).reduce(sizes[register]) { $0 - ($1.0 & bit == 0 ? 0 : $1.1) }
        }
        let cohorts = zip(cohortsOfOne, answers).map { one, answer in
            let known = zip(one, sizes).reduce(0) { $0 + $1.0 * $1.1 }
            switch answer {
            case .sizes: return known
            case .answer(let index, let isNegative): return known + (isNegative ? -values[index] : values[index])
            }
        }
        return (found.keys.sorted().map { ($0, max(0, found[$0] ?? 0)) }, cohorts.map { max(0, $0) })
    }
}
