@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// The oracle: the join that somebody who saw everything in the clear would make. [P-36]
struct PlaintextJoin {
    struct Person: Equatable {
        /// Bit i: the person is in the agreement's register i.
        var registers: UInt32 = 0
        /// Rows by register.
        var rows: [Int: [[FieldValue]]] = [:]
        /// By register, the key that joined the person's record there to another.
        var links: [Int: Int] = [:]
        /// Registers whose owners never release the person.
        var withheld: Set<Int> = []
    }

    private typealias Records = [(register: Int, person: SimulatedPerson)]

    let agreement: Agreement
    private(set) var people: [Person] = []
    /// By link: groups of records that would have been chained together though they hold two of one register.
    private(set) var conflicts: [Int]
    /// Former codes of several people.
    private(set) var historyConflicts = 0

    var conflictCount: Int { conflicts.reduce(0, +) }

    /// - Parameter tokenSeed: of the round, if the agreement has tolerant matching.
    init(agreement: Agreement, registers: [RegisterID: [SimulatedPerson]], tokenSeed: [UInt8]? = nil) {
        self.agreement = agreement
        conflicts = agreement.linkNames.map { _ in 0 }
        var records: Records = []
        for (index, register) in agreement.registers.enumerated() {
            // Somebody who is never released is as if not in the register, but for cohorts of people who are not in it.
            records += (registers[register.id] ?? []).filter { !$0.isWithheld || isExcluded(register.id) }
                .map { (index, $0) }
        }
        var groups = records.indices.map { Set([$0]) }
        var links: [Int: Int] = [:]
        for key in agreement.matchKeys.indices {
            accept(proposals(records, key: key, groups), link: key, records, &groups, &links)
        }
        if let settings = agreement.tolerantMatching, let tokenSeed {
            let tokens = NaiveTokens(settings: settings, seed: tokenSeed)
            let resemblance = Resemblance(
                settings: settings, registers: records.map(\.register),
                tokens: records.map { tokens.tokens(of: $0.person.features) })
            link(by: resemblance, records, &groups, &links)
        }
        people = groups.map { group in
            group.reduce(into: Person()) { person, index in
                person.registers |= 1 << UInt32(records[index].register)
                person.rows[records[index].register] = records[index].person.rows
                person.links[records[index].register] = links[index]
                if records[index].person.isWithheld { person.withheld.insert(records[index].register) }
            }
        }
    }

    /// Chains groups by links, unless one would hold two records of a register.
    private mutating func accept(
        _ proposals: [Set<Int>], link: Int, _ records: Records, _ groups: inout [Set<Int>], _ links: inout [Int: Int]
    ) {
        groups = Self.chain(groups, by: proposals).flatMap { candidate -> [Set<Int>] in
            let owners = candidate.joined().map { records[$0].register }
            if Set(owners).count == owners.count {
                let joined = Set(candidate.joined())
                if candidate.count > 1 { for index in joined where links[index] == nil { links[index] = link } }
                return [joined]
            }
            conflicts[link] += 1
            return candidate
        }
    }

    /// Records that share a value of a key, among those registers in which the value occurs once. Under former codes,
    /// what was a code of several people tells nothing of any.
    private mutating func proposals(_ records: Records, key: Int, _ groups: [Set<Int>]) -> [Set<Int>] {
        let isFormer = agreement.matchKeys[key].content == .formerCode
        let codeKey = agreement.matchKeys.firstIndex { $0.content == .identityCode }
        var holders: [String: [Int: Set<Int>]] = [:]
        var formers: [String: Set<Int>] = [:]
        for (index, record) in records.enumerated() {
            for value in values(of: record.person, key) {
                holders[value, default: [:]][record.register, default: []].insert(index)
                if isFormer { formers[value, default: []].insert(index) }
            }
            if isFormer, let codeKey {
                for value in values(of: record.person, codeKey) {
                    holders[value, default: [:]][record.register, default: []].insert(index)
                }
            }
        }
        return holders.compactMap { value, registers in
            if let formers = formers[value], groups.count(where: { !$0.isDisjoint(with: formers) }) > 1 {
                historyConflicts += 1
                return nil
            }
            return Set(registers.values.filter { $0.count == 1 }.joined())
        }
    }

    private func values(of person: SimulatedPerson, _ key: Int) -> [String] {
        let start = agreement.matchKeys[..<key].map(\.valueCount).reduce(0, +)
        return person.keys[start..<(start + agreement.matchKeys[key].valueCount)].compactMap { $0 }
    }

    private mutating func link(
        by resemblance: Resemblance, _ records: Records, _ groups: inout [Set<Int>], _ links: inout [Int: Int]
    ) {
        func open(_ pairs: [Resemblance.Pair]) -> [Resemblance.Pair] {
            var registers = [Set<Int>](repeating: [], count: records.count)
            for group in groups {
                let owners = Set(group.map { records[$0].register })
                for item in group { registers[item] = owners }
            }
            return pairs.filter { registers[$0.first].isDisjoint(with: registers[$0.second]) }
        }
        // What is of one person already, or never can be, is no partner.
        let candidates = open(resemblance.pairs)
        for _ in 0..<3 {
            let best = resemblance.best(among: open(candidates))
            for level in Set(best.map(\.score)).sorted(by: >) {
                accept(
                    open(best.filter { $0.score == level }).map { [$0.first, $0.second] },
                    link: agreement.matchKeys.count, records, &groups, &links)
            }
        }
    }

    /// By register and link: how many records the link was the first to join to another.
    var linked: [[Int]] {
        agreement.registers.indices.map { register in
            agreement.linkNames.indices.map { link in people.count { $0.links[register] == link } }
        }
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
            guard cohorts != 0, person.withheld.isDisjoint(with: disclosed(in: cohorts)) else { return nil }
            let rows = person.rows.filter { index, _ in
                agreement.cohorts.enumerated().contains { position, cohort in
                    cohorts >> UInt64(position) & 1 == 1
                        && agreement.registers[index].releasedFor.contains(cohort.id)
                }
            }
            return Portrait.text(cohorts: cohorts, rows: rows, links: shownLinks(of: person, in: cohorts))
        }.sorted()
    }

    /// Registers whose records of a person in these cohorts are opened.
    private func disclosed(in cohorts: UInt64) -> Set<Int> {
        Set(
            agreement.registers.indices.filter { index in
                let register = agreement.registers[index]
                return agreement.cohorts.enumerated().contains { position, cohort in
                    cohorts >> UInt64(position) & 1 == 1
                        && (register.releasedFor.contains(cohort.id)
                            || register.releasedFor.isEmpty && names(cohort.expression).contains(register.id))
                }
            })
    }

    /// Whether some cohort is of people who are not in the register: tried with one person, in every other set of
    /// registers.
    private func isExcluded(_ id: RegisterID) -> Bool {
        let bit = UInt32(1) << UInt32(agreement.registers.firstIndex { $0.id == id }!)
        return (0..<(UInt32(1) << UInt32(agreement.registers.count))).contains { mask in
            guard agreement.release == .rows, mask & bit == 0 else { return false }
            return agreement.cohorts.contains { contains($0.expression, mask) && !contains($0.expression, mask | bit) }
        }
    }

    /// By register, what may be told of how the record there was found: nothing that only a record tells which stays
    /// sealed. [P-37]
    private func shownLinks(of person: Person, in cohorts: UInt64) -> [Int: Int] {
        let disclosed = person.links.filter { index, _ in
            let register = agreement.registers[index]
            return agreement.cohorts.enumerated().contains { position, cohort in
                cohorts >> UInt64(position) & 1 == 1
                    && (register.releasedFor.contains(cohort.id)
                        || register.releasedFor.isEmpty && names(cohort.expression).contains(register.id))
            }
        }
        return disclosed.reduce(into: [:]) { shown, link in
            let others = disclosed.filter { $0.key != link.key }.values
            if let least = others.min() { shown[link.key] = max(link.value, least) }
        }
    }

    /// Registers that an expression is about, itself or through other cohorts.
    private func names(_ expression: CohortExpression) -> Set<RegisterID> {
        switch expression {
        case .register(let id): [id]
        case .cohort(let id): names(agreement.cohorts.first { $0.id == id }!.expression)
        case .union(let left, let right), .intersect(let left, let right), .except(let left, let right):
            names(left).union(names(right))
        case .sample(let inner, _): names(inner)
        }
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
