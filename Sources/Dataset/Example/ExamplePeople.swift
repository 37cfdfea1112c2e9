internal import Agreement
internal import Values

/// Made-up people with the registers they are in and the cohorts that these make.
struct ExamplePeople {
    struct Person {
        /// Bits of the agreement's registers.
        let registers: UInt32
        /// Bits of the agreement's cohorts.
        let cohorts: UInt64
        /// The person's place among those of the same registers and cohorts.
        let place: Int
    }

    /// In the dataset's order.
    let people: [Person]

    /// - Parameter count: people, at most: an agreement that allows no more of a cohort or a register gets fewer, and
    ///   so does one that draws samples.
    init(
        _ agreement: Agreement, _ layout: DatasetLayout, count: Int, numbers: inout ExampleNumbers
    ) throws(ExampleDataError) {
        let anonymity = agreement.disclosure.anonymity
        let classSize = anonymity.smallestClass ?? 1
        let step = anonymity.diversity?.count ?? 1
        // People of one set of registers, at least: enough for a cohort, and for two classes of disclosure control.
        let least = max(agreement.smallestCell, 2 * max(classSize, step))
        do {
            let sets = try ExampleSets(agreement, layout, numbers: &numbers)
            guard !sets.needed.isEmpty else { throw ExampleDataError.nobody }
            guard count >= sets.needed.count * least else {
                throw ExampleDataError.tooFewPeople(least: sets.needed.count * least)
            }
            let chosen = sets.needed + sets.further.prefix(count / least - sets.needed.count)
            let registers = Self.assign(count, to: chosen, least: least, agreement, layout, sets, &numbers)
            var evaluator = try CohortEvaluator(agreement)
            let drawn = registers.map { (registers: $0, order: numbers.order()) }
            while evaluator.needsPass {
                for person in drawn { evaluator.observe(registers: person.registers, order: person.order) }
                evaluator.nextPass()
            }
            var groups: [Group: [Int]] = [:]
            for (index, person) in drawn.enumerated() {
                let cohorts = evaluator.cohorts(registers: person.registers, order: person.order)
                guard cohorts & layout.releasedMask != 0 else { continue }
                groups[Group(registers: person.registers, cohorts: cohorts), default: []].append(index)
            }
            var kept: [(index: Int, person: Person)] = []
            for (group, members) in groups {
                // A part of a class has to be as varied as the whole, so it is divided evenly.
                let fitting = members.count / step * step
                guard fitting >= classSize else { continue }
                for (place, index) in members.prefix(fitting).enumerated() {
                    kept.append(
                        (index, Person(registers: group.registers, cohorts: group.cohorts, place: place)))
                }
            }
            people = kept.sorted { $0.index < $1.index }.map(\.person)
        } catch let error as ExampleDataError {
            throw error
        } catch {
            // The reader of agreements refuses expressions that cannot be evaluated.
            throw .nobody
        }
    }

    private struct Group: Hashable {
        let registers: UInt32
        let cohorts: UInt64
    }

    /// A set of registers for each person: each set gets the fewest first, and what is left is given out unevenly, as
    /// far as the agreement's caps let it.
    private static func assign(
        _ count: Int, to sets: [UInt32], least: Int, _ agreement: Agreement, _ layout: DatasetLayout,
        _ example: ExampleSets, _ numbers: inout ExampleNumbers
    ) -> [UInt32] {
        var room = Room(agreement)
        let members = sets.map { example.possible($0).must }
        var assigned: [UInt32] = []
        for (index, set) in sets.enumerated() {
            for _ in 0..<least where assigned.count < count && room.take(set, members[index]) { assigned.append(set) }
        }
        // The first set gets most, and each one after it fewer.
        var lots: [Int] = []
        for index in sets.indices { lots += Array(repeating: index, count: max(1, 2 * sets.count / (index + 1))) }
        while assigned.count < count, !lots.isEmpty {
            let lot = numbers.below(lots.count)
            let index = lots[lot]
            if room.take(sets[index], members[index]) {
                assigned.append(sets[index])
            } else {
                lots.removeAll { $0 == index }
            }
        }
        return numbers.shuffled(assigned)
    }

    /// What the agreement's caps leave.
    private struct Room {
        private var registers: [Int]
        private var cohorts: [Int]

        init(_ agreement: Agreement) {
            registers = agreement.registers.map(\.maxPeople)
            cohorts = agreement.cohorts.map(\.maxPeople)
        }

        /// Takes a place of everything that the person belongs to; false if one is full.
        mutating func take(_ set: UInt32, _ members: UInt64) -> Bool {
            let inside = registers.indices.filter { set >> UInt32($0) & 1 == 1 }
            let joined = cohorts.indices.filter { members >> UInt64($0) & 1 == 1 }
            guard inside.allSatisfy({ registers[$0] > 0 }), joined.allSatisfy({ cohorts[$0] > 0 }) else { return false }
            for register in inside { registers[register] -= 1 }
            for cohort in joined { cohorts[cohort] -= 1 }
            return true
        }
    }
}
