public import Values

/// Assigns people to an agreement's cohorts, samples included.
///
/// `sample(e, n)` is the first n people of e in the order of a 32-byte value that every person has, different for
/// each person and keyed, so that nobody can choose who comes first; all of e if it has no more than n. Every sample of
/// an agreement uses the same order, so a smaller sample of the same people is part of a larger one.
///
/// A sample may be drawn from a sample. The samples of one level are drawn in one pass:
///
/// ```swift
/// var evaluator = try CohortEvaluator(registers: ids, cohorts: declarations)
/// while evaluator.needsPass {
///     for person in people { evaluator.observe(registers: person.registers, order: person.order) }
///     evaluator.nextPass()
/// }
/// for person in people { use(evaluator.cohorts(registers: person.registers, order: person.order)) }
/// ```
///
/// Memory: 32 bytes for each person of the samples being drawn, whatever the number of people. Variable time: it runs
/// where the overlap of tags is known.
public struct CohortEvaluator: Sendable {
    /// Samples that an agreement's cohorts may draw in all.
    public static let sampleLimit = 32
    /// People that an agreement's samples may have in all: 128 MB of order values.
    public static let sampledPeopleLimit = 4_000_000

    private let compiled: CompiledCohorts
    /// Level of the samples that the current pass draws; one above the last when all are drawn.
    private var level = 1
    private let levelCount: Int
    /// By sample; empty unless it is being drawn.
    private var heaps: [LargestFirstHeap]
    /// By sample: the last order value that is in; nil while not drawn, or if all are in.
    private var bounds: [OrderValue?]

    public init(registers: [RegisterID], cohorts: [CohortDeclaration]) throws(CohortExpressionError) {
        compiled = try CompiledCohorts(registers: registers, cohorts: cohorts)
        levelCount = compiled.samples.map(\.level).max() ?? 0
        heaps = compiled.samples.map { LargestFirstHeap(limit: $0.count) }
        bounds = compiled.samples.map { _ in nil }
    }

    /// Registers and cohorts in the agreement's order.
    public init(_ agreement: Agreement) throws(CohortExpressionError) {
        try self.init(registers: agreement.registers.map(\.id), cohorts: agreement.cohorts)
    }

    /// Passes over all people that are needed before `cohorts`; 0 without samples.
    public var passCount: Int { levelCount }

    /// Whether the people must be observed (again) before `cohorts` tells the truth.
    public var needsPass: Bool { level <= levelCount }

    /// Shows a person to the current pass; every person once a pass, in any order.
    ///
    /// - Parameters:
    ///   - registers: bit r is set if the person is in register r.
    ///   - order: the person's order value, 32 bytes; bytes beyond are ignored and missing ones count as 0.
    public mutating func observe(registers: UInt32, order: [UInt8]) {
        guard needsPass else { return }
        let value = OrderValue(order)
        var operands: UInt32 = 0
        _ = compiled.cohorts(registers: registers, sampled: sampled(value), operands: &operands)
        for (index, sample) in compiled.samples.enumerated()
        where sample.level == level && operands >> UInt32(index) & 1 == 1 {
            heaps[index].offer(value)
        }
    }

    /// Takes over whom a copy of this evaluator was shown since it was made in the current pass, at whose beginning
    /// nobody had been shown to either: so people can be observed in parts, on several cores.
    public mutating func add(observedBy part: CohortEvaluator) {
        for index in heaps.indices { heaps[index].offer(contentsOf: part.heaps[index]) }
    }

    /// Ends the current pass. True if another is needed.
    @discardableResult
    public mutating func nextPass() -> Bool {
        guard needsPass else { return false }
        for (index, sample) in compiled.samples.enumerated() where sample.level == level {
            bounds[index] = heaps[index].largestIfFull
            heaps[index] = LargestFirstHeap(limit: 0)
        }
        level += 1
        return needsPass
    }

    /// The person's cohorts, bit c for cohort c. Before the last pass has ended, samples not yet drawn count as all of
    /// what they are drawn from.
    public func cohorts(registers: UInt32, order: [UInt8]) -> UInt64 {
        var operands: UInt32 = 0
        return compiled.cohorts(registers: registers, sampled: sampled(OrderValue(order)), operands: &operands)
    }

    /// Bit s is set unless the person comes after the last of sample s.
    private func sampled(_ order: OrderValue) -> UInt32 {
        var mask: UInt32 = .max
        for (index, bound) in bounds.enumerated() {
            if let bound, bound < order { mask &= ~(1 << UInt32(index)) }
        }
        return mask
    }
}

/// 32 bytes compared as one big-endian number.
private struct OrderValue: Comparable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    init(_ bytes: [UInt8]) {
        func word(_ start: Int) -> UInt64 {
            (start..<start + 8).reduce(UInt64(0)) { $0 << 8 | UInt64($1 < bytes.count ? bytes[$1] : 0) }
        }
        words = (word(0), word(8), word(16), word(24))
    }

    static func < (left: OrderValue, right: OrderValue) -> Bool { left.words < right.words }
    static func == (left: OrderValue, right: OrderValue) -> Bool { left.words == right.words }
}

/// Keeps the `limit` smallest of the values offered; a binary heap with the largest of them first.
private struct LargestFirstHeap: Sendable {
    private let limit: Int
    private var values: [OrderValue] = []

    init(limit: Int) { self.limit = limit }

    /// The largest value kept; nil if fewer than `limit` were offered.
    var largestIfFull: OrderValue? { values.count == limit ? values.first : nil }

    mutating func offer(_ value: OrderValue) {
        if values.count < limit {
            values.append(value)
            rise()
        } else if let largest = values.first, value < largest {
            values[0] = value
            sink()
        }
    }

    mutating func offer(contentsOf other: LargestFirstHeap) {
        for value in other.values { offer(value) }
    }

    private mutating func rise() {
        var child = values.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard values[parent] < values[child] else { return }
            values.swapAt(parent, child)
            child = parent
        }
    }

    private mutating func sink() {
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < values.count else { return }
            let right = left + 1
            let child = right < values.count && values[left] < values[right] ? right : left
            guard values[parent] < values[child] else { return }
            values.swapAt(parent, child)
            parent = child
        }
    }
}
