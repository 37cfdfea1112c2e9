@testable import PSIProtocol

/// The oracle: the join that somebody who saw everything in the clear would make. [P-36]
struct PlaintextJoin {
    struct Person: Equatable {
        /// Bit i: the person is in the agreement's register i.
        var registers: UInt32 = 0
        /// Rows by register.
        var rows: [Int: [[FieldValue]]] = [:]
    }

    let agreement: Agreement
    private(set) var people: [Person] = []
    /// Groups of records that keys would have chained together though they hold two of one register.
    private(set) var conflictCount = 0

    init(agreement: Agreement, registers: [RegisterID: [SimulatedPerson]]) {
        self.agreement = agreement
        var records: [(register: Int, person: SimulatedPerson)] = []
        for (index, register) in agreement.registers.enumerated() {
            records += (registers[register.id] ?? []).map { (index, $0) }
        }
        var groups = records.indices.map { Set([$0]) }
        for key in agreement.matchKeys.indices {
            let proposed = Self.chain(groups, by: Self.links(records, key: key))
            groups = proposed.flatMap { candidate -> [Set<Int>] in
                let owners = candidate.joined().map { records[$0].register }
                if Set(owners).count == owners.count { return [Set(candidate.joined())] }
                conflictCount += 1
                return candidate
            }
        }
        people = groups.map { group in
            group.reduce(into: Person()) { person, index in
                person.registers |= 1 << UInt32(records[index].register)
                person.rows[records[index].register] = records[index].person.rows
            }
        }
    }

    /// Records that share a value of a key, among those registers in which the value occurs once.
    private static func links(_ records: [(register: Int, person: SimulatedPerson)], key: Int) -> [Set<Int>] {
        var holders: [String: [Int: [Int]]] = [:]
        for (index, record) in records.enumerated() {
            guard let value = record.person.keys[key] else { continue }
            holders[value, default: [:]][record.register, default: []].append(index)
        }
        return holders.values.map { Set($0.values.filter { $0.count == 1 }.joined()) }
    }

    /// The groups, gathered into candidates that the links chain together.
    private static func chain(_ groups: [Set<Int>], by links: [Set<Int>]) -> [[Set<Int>]] {
        var candidates = groups.map { [$0] }
        for link in links {
            let (touched, rest) = (
                candidates.filter { !link.isDisjoint(with: Set($0.joined())) },
                candidates.filter { link.isDisjoint(with: Set($0.joined())) }
            )
            candidates = rest + (touched.isEmpty ? [] : [Array(touched.joined())])
        }
        return candidates
    }

    /// Bit i: the person is in the agreement's cohort i.
    func cohorts(of person: Person) -> UInt64 {
        agreement.cohorts.enumerated().reduce(0) { mask, cohort in
            contains(cohort.element.expression, person.registers) ? mask | 1 << UInt64(cohort.offset) : mask
        }
    }

    /// What the dataset must hold of everybody in a cohort, without tags.
    var portraits: [String] {
        people.compactMap { person in
            let cohorts = cohorts(of: person)
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

    static func portraits(agreement: Agreement, registers: [RegisterID: [SimulatedPerson]]) -> [String] {
        PlaintextJoin(agreement: agreement, registers: registers).portraits
    }

    /// People by the exact set of registers they are in.
    var overlap: [UInt32: Int] { people.reduce(into: [:]) { $0[$1.registers, default: 0] += 1 } }

    var cohortCounts: [Int] {
        agreement.cohorts.indices.map { index in people.count { cohorts(of: $0) >> UInt64(index) & 1 == 1 } }
    }

    private func contains(_ expression: CohortExpression, _ mask: UInt32) -> Bool {
        switch expression {
        case .register(let id): mask >> UInt32(agreement.registers.firstIndex { $0.id == id }!) & 1 == 1
        case .cohort(let id): contains(agreement.cohorts.first { $0.id == id }!.expression, mask)
        case .union(let left, let right): contains(left, mask) || contains(right, mask)
        case .intersect(let left, let right): contains(left, mask) && contains(right, mask)
        case .except(let left, let right): contains(left, mask) && !contains(right, mask)
        case .sample: preconditionFailure("samples are compared by their own test")
        }
    }
}

extension Counted {
    /// The published overlap by register mask; cells that were withheld are −1.
    func overlap(in agreement: Agreement) -> [UInt32: Int] {
        overlap.reduce(into: [:]) { result, cell in
            let mask = cell.registers.reduce(UInt32(0)) { mask, id in
                mask | 1 << UInt32(agreement.registers.firstIndex { $0.id == id } ?? 31)
            }
            result[mask] = cell.people ?? -1
        }
    }
}
