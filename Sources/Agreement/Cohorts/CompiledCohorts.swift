internal import StrictYAML
public import Values

/// A cohort's expression as steps of a stack machine over one person's membership bits.
///
/// The stack is the bits of one word: an expression is at most 64 levels deep, so it never needs more.
struct CompiledCohort: Sendable, Equatable {
    enum Step: Sendable, Equatable {
        /// Pushes whether the person is in the register.
        case register(Int)
        /// Pushes whether the person is in an earlier cohort.
        case cohort(Int)
        case union, intersect, except
        /// Keeps the top only if the person is among the sample's.
        case sample(Int)
    }

    var steps: [Step]

    /// Whether the expression itself draws a sample, not only one of the cohorts that it names.
    var drawsSample: Bool {
        steps.contains {
            if case .sample = $0 { true } else { false }
        }
    }
}

/// All cohorts of an agreement, ready to be evaluated person by person.
public struct CompiledCohorts: Sendable, Equatable {
    /// A `sample(…, n)` somewhere in the cohorts.
    struct Sample: Sendable, Equatable {
        /// n.
        var count: Int
        /// 1 if its operand draws no sample, else one more than the deepest sample in its operand. Samples of one level
        /// can be drawn in one pass over the people.
        var level: Int
    }

    private(set) var cohorts: [CompiledCohort] = []
    private(set) var samples: [Sample] = []

    /// - Parameters:
    ///   - registers: at most 32; bit r of a membership mask stands for `registers[r]`.
    ///   - cohorts: at most 64; bit c of a result stands for `cohorts[c]`.
    public init(registers: [RegisterID], cohorts: [CohortDeclaration]) throws(CohortExpressionError) {
        guard registers.count <= 32, cohorts.count <= 64 else { throw .tooManyNames }
        var levels: [Int] = []
        for (index, cohort) in cohorts.enumerated() {
            var steps: [CompiledCohort.Step] = []
            let level = try compile(
                cohort.expression, registers, cohorts[..<index].map(\.id), levels, depth: 1, &steps)
            self.cohorts.append(CompiledCohort(steps: steps))
            levels.append(level)
        }
        guard samples.count <= CohortEvaluator.sampleLimit else { throw .tooManySamples }
        guard samples.reduce(0, { $0 + $1.count }) <= CohortEvaluator.sampledPeopleLimit else { throw .samplesTooLarge }
    }

    /// Appends the expression's steps; returns the level of its deepest sample, 0 if it draws none.
    private mutating func compile(
        _ expression: CohortExpression, _ registers: [RegisterID], _ earlier: [CohortID], _ levels: [Int],
        depth: Int, _ steps: inout [CompiledCohort.Step]
    ) throws(CohortExpressionError) -> Int {
        guard depth <= CohortExpression.depthLimit else { throw .tooDeep(position: 1) }
        switch expression {
        case .register(let id):
            guard let index = registers.firstIndex(of: id) else { throw unknown(id, registers + earlier) }
            steps.append(.register(index))
            return 0
        case .cohort(let id):
            guard let index = earlier.firstIndex(of: id) else { throw unknown(id, registers + earlier) }
            steps.append(.cohort(index))
            return levels[index]
        case .union(let left, let right), .intersect(let left, let right), .except(let left, let right):
            let first = try compile(left, registers, earlier, levels, depth: depth + 1, &steps)
            let second = try compile(right, registers, earlier, levels, depth: depth + 1, &steps)
            switch expression {
            case .union: steps.append(.union)
            case .intersect: steps.append(.intersect)
            default: steps.append(.except)
            }
            return max(first, second)
        case .sample(let of, let count):
            guard (1...CohortExpression.sampleLimit).contains(count) else { throw .sampleCount(position: 1) }
            let level = try compile(of, registers, earlier, levels, depth: depth + 1, &steps) + 1
            guard samples.count < CohortEvaluator.sampleLimit else { throw .tooManySamples }
            steps.append(.sample(samples.count))
            samples.append(Sample(count: count, level: level))
            return level
        }
    }

    private func unknown(_ id: String, _ names: [String]) -> CohortExpressionError {
        .unknownName(id, suggestion: NearName.of(id, among: names), position: 1)
    }

    /// Whether any cohort draws a sample.
    public var hasSamples: Bool { !samples.isEmpty }

    /// The cohorts of a person in the given registers, with every sample read as all of what it is drawn from.
    public func unsampled(registers: UInt32) -> UInt64 {
        var operands: UInt32 = 0
        return cohorts(registers: registers, sampled: .max, operands: &operands)
    }

    /// The cohorts of a person whose registers are those of several rounds. A sample is not drawn anew: who was drawn
    /// in a round stays.
    ///
    /// - Parameter drawn: bit c is set if the person was in cohort c in any round.
    public func overRounds(registers: UInt32, drawn: UInt64) -> UInt64 {
        var operands: UInt32 = 0
        return cohorts(registers: registers, sampled: .max, drawn: drawn, operands: &operands)
    }

    /// - Parameters:
    ///   - sampled: bit s is set if the person, being in the operand of sample s, is among the sample's.
    ///   - drawn: bit c is set if the person is in cohort c, where its own expression draws a sample; nil: it is
    ///     evaluated like any other.
    ///   - operands: bit s becomes set if the person is in the operand of sample s.
    /// - Returns: bit c is set if the person is in cohort c.
    func cohorts(registers: UInt32, sampled: UInt32, drawn: UInt64? = nil, operands: inout UInt32) -> UInt64 {
        var result: UInt64 = 0
        for (index, cohort) in cohorts.enumerated() {
            if let drawn, cohort.drawsSample {
                result |= drawn & 1 << UInt64(index)
                continue
            }
            // The top of the stack is the lowest bit.
            var stack: UInt64 = 0
            for step in cohort.steps {
                let top = stack & 1
                switch step {
                case .register(let register): stack = stack << 1 | UInt64(registers >> UInt32(register) & 1)
                case .cohort(let earlier): stack = stack << 1 | (result >> UInt64(earlier) & 1)
                case .union: stack = stack >> 1 | top
                case .intersect: stack = stack >> 1 & (top | ~1)
                case .except: stack = stack >> 1 & ~top
                case .sample(let sample):
                    if top == 1 { operands |= 1 << UInt32(sample) }
                    stack = stack & ~1 | top & UInt64(sampled >> UInt32(sample) & 1)
                }
            }
            result |= (stack & 1) << UInt64(index)
        }
        return result
    }
}
