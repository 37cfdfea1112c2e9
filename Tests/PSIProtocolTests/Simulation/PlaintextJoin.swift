@testable import PSIProtocol

/// The oracle: the join that somebody who saw everything in the clear would make.
enum PlaintextJoin {
    /// Persons by all their keys; a person of several registers is one whose first key agrees.
    static func portraits(agreement: Agreement, registers: [RegisterID: [SimulatedPerson]]) -> [String] {
        var found: [String: (mask: UInt32, rows: [Int: [[FieldValue]]])] = [:]
        for (index, register) in agreement.registers.enumerated() {
            for person in registers[register.id] ?? [] {
                guard let key = person.keys[0] else { continue }
                found[key, default: (0, [:])].mask |= 1 << UInt32(index)
                found[key]?.rows[index] = person.rows
            }
        }
        return found.values.compactMap { person in
            var cohorts: UInt64 = 0
            for (index, cohort) in agreement.cohorts.enumerated()
            where contains(cohort.expression, person.mask, agreement) {
                cohorts |= 1 << UInt64(index)
            }
            guard cohorts != 0 else { return nil }
            let rows = person.rows.filter { index, _ in
                agreement.cohorts.enumerated().contains { position, cohort in
                    cohorts >> UInt64(position) & 1 == 1
                        && agreement.registers[index].releasedFor.contains(cohort.id)
                }
            }
            return Portrait.text(cohorts: cohorts, rows: rows)
        }.sorted()
    }

    static func contains(_ expression: CohortExpression, _ mask: UInt32, _ agreement: Agreement) -> Bool {
        switch expression {
        case .register(let id):
            mask >> UInt32(agreement.registers.firstIndex { $0.id == id }!) & 1 == 1
        case .cohort(let id):
            contains(agreement.cohorts.first { $0.id == id }!.expression, mask, agreement)
        case .union(let left, let right): contains(left, mask, agreement) || contains(right, mask, agreement)
        case .intersect(let left, let right): contains(left, mask, agreement) && contains(right, mask, agreement)
        case .except(let left, let right): contains(left, mask, agreement) && !contains(right, mask, agreement)
        case .sample: preconditionFailure("samples are compared by their own test")
        }
    }
}
