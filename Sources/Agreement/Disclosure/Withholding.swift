public import Values

/// How the owner of a register keeps people out who are never to be released. [P-31]
public enum Withholding: Sendable, Equatable {
    /// They are not on the list, as if they were not in the register.
    case leftOut
    /// They are on the list, and their cell is a dummy's: some cohort is of people who are not in the register, and
    /// without their item they would be taken for one of these.
    case dummyCell
}

extension Agreement {
    /// Left out wherever that can put nobody into a cohort, and in rounds without cells.
    public func withholding(of register: RegisterID) -> Withholding {
        guard release == .rows else { return .leftOut }
        let canBePutIn = cohorts.indices.contains { puts(someoneWithout: register, intoCohort: $0) }
        return canBePutIn ? .dummyCell : .leftOut
    }

    /// Values of expressions that are looked at; with more, a register that is named is taken to matter.
    private static let valueLimit = 1 << 20

    /// Whether somebody can be in the cohort because they are not in the register: tried with all sets of the registers
    /// that it names.
    private func puts(someoneWithout register: RegisterID, intoCohort index: Int) -> Bool {
        let names = cohorts[index].expression.registers(in: self)
        guard names.contains(register) else { return false }
        let others = names.subtracting([register]).sorted()
        let size = cohorts[...index].reduce(0) { $0 + $1.expression.size }
        guard others.count < 16, size << (others.count + 1) <= Self.valueLimit else { return true }
        return (0..<(1 << others.count)).contains { mask in
            let present = Set(others.indices.filter { mask >> $0 & 1 == 1 }.map { others[$0] })
            return membership(in: index, present).canBeIn
                && membership(in: index, present.union([register])).canBeOut
        }
    }

    /// Whether somebody who is in exactly these registers can be in the cohort, and whether they can be out of it.
    public func membership(in index: Int, _ registers: Set<RegisterID>) -> Membership {
        var earlier: [CohortID: Membership] = [:]
        for cohort in cohorts[...index] { earlier[cohort.id] = cohort.expression.membership(registers, earlier) }
        return earlier[cohorts[index].id] ?? Membership(false)
    }

    /// A cohort that the register helps to define, and of whose people other registers' cells are opened but not this
    /// one's: dummy cells in it would not be seen. Nil if there is none, or none are needed.
    public func cohortOpened(without id: RegisterID) -> CohortID? {
        guard withholding(of: id) == .dummyCell, let register = register(id) else { return nil }
        return cohorts.first { cohort in
            cohort.expression.registers(in: self).contains(id) && !register.isDisclosed(for: cohort, in: self)
                && registers.contains { $0.isDisclosed(for: cohort, in: self) }
        }?.id
    }
}

extension CohortExpression {
    /// Registers, cohorts and operators in it.
    fileprivate var size: Int {
        switch self {
        case .register, .cohort: 1
        case .union(let left, let right), .intersect(let left, let right), .except(let left, let right):
            left.size + right.size + 1
        case .sample(let inner, _): inner.size + 1
        }
    }

    fileprivate func membership(_ registers: Set<RegisterID>, _ earlier: [CohortID: Membership]) -> Membership {
        switch self {
        case .register(let id): return Membership(registers.contains(id))
        case .cohort(let id): return earlier[id] ?? Membership(false)
        case .union(let left, let right):
            let (left, right) = (left.membership(registers, earlier), right.membership(registers, earlier))
            return Membership(
                canBeIn: left.canBeIn || right.canBeIn, canBeOut: left.canBeOut && right.canBeOut)
        case .intersect(let left, let right):
            let (left, right) = (left.membership(registers, earlier), right.membership(registers, earlier))
            return Membership(
                canBeIn: left.canBeIn && right.canBeIn, canBeOut: left.canBeOut || right.canBeOut)
        case .except(let left, let right):
            let (left, right) = (left.membership(registers, earlier), right.membership(registers, earlier))
            return Membership(
                canBeIn: left.canBeIn && right.canBeOut, canBeOut: left.canBeOut || right.canBeIn)
        case .sample(let inner, _):
            // Who is drawn hangs on tags that nobody knows yet.
            return Membership(canBeIn: inner.membership(registers, earlier).canBeIn, canBeOut: true)
        }
    }
}

/// Whether somebody can be in a cohort, and whether they can be out of it.
public struct Membership {
    public let canBeIn: Bool
    public let canBeOut: Bool

    init(_ isIn: Bool) { self.init(canBeIn: isIn, canBeOut: !isIn) }

    init(canBeIn: Bool, canBeOut: Bool) {
        self.canBeIn = canBeIn
        self.canBeOut = canBeOut
    }
}
