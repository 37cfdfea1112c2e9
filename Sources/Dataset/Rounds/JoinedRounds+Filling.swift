internal import Agreement
internal import Foundation
internal import GRDB
internal import Values

extension JoinedRounds {
    /// A finished store of all rounds, from which a dataset is written like from that of one. Memory doesn't grow with
    /// the number of people.
    ///
    /// - Parameters:
    ///   - path: of a store that doesn't exist yet.
    ///   - shiftKey: by which dates are moved in all rounds of the study; nil: a random one. Secret.
    public func fill(_ path: String, shiftKey: [UInt8]?) throws(DatasetError) -> WorkingStore {
        guard let last = stores.last else { throw .nothingReleased }
        let target = try WorkingStore(
            path: path, agreement: agreement, agreementID: last.agreementID, round: last.round)
        do throws(DatasetError) {
            if let shiftKey { try target.keep(shiftKey: shiftKey) }
            try target.makeJoined()
            for round in stores.indices { try gather(round, into: target) }
            try target.placeJoined(try compiled())
            for (index, register) in layout.registers.enumerated() { try addRows(of: register, at: index, to: target) }
            // Links have become pseudonyms in the rounds' own stores.
            try target.finish(target.forgetNamedElsewhere)
        } catch {
            try? target.close()
            throw error
        }
        try check(try target.tally())
        return target
    }

    private func compiled() throws(DatasetError) -> CompiledCohorts {
        do throws(CohortExpressionError) {
            return try CompiledCohorts(registers: agreement.registers.map(\.id), cohorts: agreement.cohorts)
        } catch { throw .storeOfAnotherAgreement(path: stores.last?.path ?? "") }
    }

    /// More people than the agreement lets be released could come together over the rounds.
    private func check(_ tally: Tally) throws(DatasetError) {
        for cohort in agreement.cohorts where tally.cohorts[cohort.id, default: 0] > cohort.maxPeople {
            throw .joinedCohortTooLarge(cohort.id)
        }
    }

    /// Notes a round's people with their registers, later rounds after earlier ones.
    private func gather(_ round: Int, into target: WorkingStore) throws(DatasetError) {
        let source = stores[round]
        var places = [Int?](repeating: nil, count: source.agreement.registers.count)
        for (index, parts) in parts.enumerated() {
            for part in parts where part.round == round { places[part.declared] = index }
        }
        let cohorts = source.agreement.cohorts.map { cohort in
            agreement.cohorts.firstIndex { $0.id == cohort.id }
        }
        let names = linkNames[round]
        var batch: [WorkingStore.Joined] = []
        try source.forEachRecord { record in
            var drawn: UInt64 = 0
            for (bit, place) in cohorts.enumerated() where record.cohorts >> UInt64(bit) & 1 == 1 {
                if let place { drawn |= 1 << UInt64(place) }
            }
            batch.append(
                WorkingStore.Joined(
                    person: record.person, register: places[record.register], link: record.link.map { names[$0] },
                    drawn: drawn, isLasting: record.isLasting))
            if batch.count == Self.batchCount {
                try target.append(joined: batch)
                batch.removeAll(keepingCapacity: true)
            }
        }
        try target.append(joined: batch)
    }

    /// Adds the rows of all rounds of one register, person by person.
    private func addRows(
        of register: DatasetLayout.Register, at index: Int, to target: WorkingStore
    ) throws(DatasetError) {
        let parts = parts[register.declaredIndex].filter { $0.released != nil }
        let period = try Period(register, agreement.registers[register.declaredIndex].increments, parts, stores)
        var after: Pseudonym?
        while true {
            let people = try target.people(
                after: after, inRegister: register.declaredIndex, of: register.cohortMask, most: Self.batchCount)
            guard let last = people.last else { return }
            after = last
            for person in people {
                var rows: [[FieldValue]] = []
                var isIn = false
                for (place, part) in parts.enumerated() {
                    guard let released = part.released,
                        let found = try stores[part.round].rows(of: person, inRegisterAt: released)
                    else { continue }
                    isIn = true
                    for row in found {
                        let row = part.columns.map { $0.map { row[$0] } ?? .null }
                        if period.keeps(row, of: place) { rows.append(row) }
                    }
                }
                if isIn {
                    try target.append(register: register.id, person: person, rows: rows, areResolved: true)
                }
            }
        }
    }

    private static let batchCount = 4_096

    /// Which rows of a register are replaced by those of later rounds.
    private struct Period {
        private let column: Int?
        /// By part, values of the column that later parts have.
        private var replaced: [Set<DatabaseValue>] = []

        init(
            _ register: DatasetLayout.Register, _ increments: Increments, _ parts: [Part], _ stores: [WorkingStore]
        ) throws(DatasetError) {
            guard case .append(let name?) = increments,
                let column = register.columns.firstIndex(where: { $0.name == name })
            else {
                column = nil
                return
            }
            self.column = column
            replaced = parts.map { _ in [] }
            var later: Set<DatabaseValue> = []
            for (place, part) in parts.enumerated().reversed() {
                replaced[place] = later
                guard let released = part.released, let source = part.columns[column] else { continue }
                let found = try stores[part.round].values(
                    ofColumnAt: source, inRegisterAt: released, most: JoinedRounds.mostPeriods)
                guard let found, later.union(found).count <= JoinedRounds.mostPeriods else {
                    throw .tooManyPeriods(register: register.id, column: name)
                }
                later.formUnion(found)
            }
        }

        /// A row of which the round had no such column stays.
        func keeps(_ row: [FieldValue], of part: Int) -> Bool {
            guard let column else { return true }
            return !replaced[part].contains(StoredRow.encode(row[column]))
        }
    }
}
