public import Values

extension CohortExpression: CustomStringConvertible {
    /// Longest expression that is read.
    public static let byteLimit = 4096
    /// Greatest depth of an expression that is read; a chain of operators is as deep as it is long.
    public static let depthLimit = 64
    /// Largest sample.
    public static let sampleLimit = 1_000_000
    /// Words that cannot be the id of a register or a cohort.
    public static let reservedWords = ["union", "intersect", "except", "sample"]

    /// Reads set algebra in SQL's words: `intersect` binds tighter than `union` and `except`, which are read from left
    /// to right. Words in any case; ids as they are declared.
    ///
    /// - Parameters:
    ///   - registers: ids that may be named.
    ///   - cohorts: ids of the cohorts declared earlier.
    public static func parse(
        _ text: String, registers: [RegisterID], cohorts: [CohortID]
    ) throws(CohortExpressionError) -> CohortExpression {
        var parser = CohortParser(try CohortToken.list(text), registers: registers, cohorts: cohorts)
        return try parser.parse()
    }

    /// The expression with no parentheses but those it needs; `parse` reads the same expression from it.
    public var description: String {
        switch self {
        case .register(let id): id
        case .cohort(let id): id
        case .union(let left, let right): "\(left.text(0)) union \(right.text(1))"
        case .intersect(let left, let right): "\(left.text(1)) intersect \(right.text(2))"
        case .except(let left, let right): "\(left.text(0)) except \(right.text(1))"
        case .sample(let of, let count): "sample(\(of), \(count))"
        }
    }

    /// The text, in parentheses if it binds less tightly than `least`.
    private func text(_ least: Int) -> String {
        let binding =
            switch self {
            case .union, .except: 0
            case .intersect: 1
            case .register, .cohort, .sample: 2
            }
        return binding < least ? "(\(self))" : description
    }

    /// Whether people are sampled anywhere in the expression itself; cohorts that it names are not looked into.
    public var hasSample: Bool {
        switch self {
        case .register, .cohort: false
        case .sample: true
        case .union(let left, let right), .intersect(let left, let right), .except(let left, let right):
            left.hasSample || right.hasSample
        }
    }

    /// Registers and cohorts named, in order of first mention.
    public var names: [String] {
        switch self {
        case .register(let id), .cohort(let id): return [id]
        case .sample(let of, _): return of.names
        case .union(let left, let right), .intersect(let left, let right), .except(let left, let right):
            let first = left.names
            return first + right.names.filter { !first.contains($0) }
        }
    }
}
