internal import Foundation
internal import GRDB
public import Values

extension WorkingStore {
    /// Adds a selected person as a register has them.
    ///
    /// The same call again changes nothing; another link for the same person and register is refused, as are other
    /// cohorts.
    ///
    /// - Parameters:
    ///   - cohorts: bit i says that the person is in the i-th cohort the agreement declares.
    ///   - id: the register, one that only defines cohorts too.
    ///   - link: index among the agreement's `linkNames` of what first joined the record to another; nil if it stands
    ///     alone.
    ///   - isLasting: whether the pseudonym is the same in all rounds of the study.
    public func append(
        person: Pseudonym, cohorts: UInt64, register id: RegisterID, link: Int?, isLasting: Bool = false
    ) throws(DatasetError) {
        guard let register = layout.declaredRegisters.firstIndex(of: id) else { throw .unknownRegister(id) }
        try check(cohorts)
        if let link, !layout.linkNames.indices.contains(link) { throw .unknownLink(register: id) }
        try update { database, progress in
            try insert(person, cohorts, in: database, &progress)
            if isLasting, layout.hasLastingColumn {
                try database.cachedStatement(sql: "INSERT OR IGNORE INTO lasting VALUES (?)")
                    .execute(arguments: [person.data])
            }
            let find = try database.cachedStatement(
                sql: "SELECT link FROM links WHERE pseudonym = ? AND register = ?")
            if let known = try Row.fetchOne(find, arguments: [person.data, register]) {
                let before: Int? = known[0]
                guard before == link else { throw DatasetError.linkChanged(register: id) }
                return
            }
            try database.cachedStatement(sql: "INSERT INTO links VALUES (?, ?, ?)")
                .execute(arguments: [person.data, register, link])
            progress.uncommitted += 1
        }
    }

    /// Adds a selected person of no register in particular.
    func append(person: Pseudonym, cohorts: UInt64) throws(DatasetError) {
        try check(cohorts)
        try update { database, progress in try insert(person, cohorts, in: database, &progress) }
    }

    private func check(_ cohorts: UInt64) throws(DatasetError) {
        let beyond = layout.declaredCohortCount < 64 ? cohorts >> UInt64(layout.declaredCohortCount) : 0
        guard beyond == 0 else { throw .unknownCohort(bit: 63 - cohorts.leadingZeroBitCount) }
        guard cohorts & layout.releasedMask != 0 else { throw .personInNoReleasedCohort }
    }

    private func insert(
        _ person: Pseudonym, _ cohorts: UInt64, in database: Database, _ progress: inout Progress
    ) throws {
        if let known = try mask(of: person, in: database) {
            guard known == cohorts else { throw DatasetError.personChanged }
            return
        }
        try database.cachedStatement(sql: "INSERT INTO persons VALUES (?, ?)")
            .execute(arguments: [person.data, Int64(bitPattern: cohorts)])
        progress.uncommitted += 1
    }

    /// Adds all rows of a person in a register, after the person itself.
    ///
    /// The same rows again, in whatever order, change nothing; different ones are refused.
    public func append(register id: RegisterID, person: Pseudonym, rows: [[FieldValue]]) throws(DatasetError) {
        try append(register: id, person: person, rows: rows, areResolved: false)
    }

    /// - Parameter areResolved: whether people whom rows name may be elsewhere, and not links.
    func append(
        register id: RegisterID, person: Pseudonym, rows: [[FieldValue]], areResolved: Bool
    ) throws(DatasetError) {
        let (index, register) = try released(id)
        var stored: [[DatabaseValue]] = []
        stored.reserveCapacity(rows.count)
        for row in rows { stored.append(try StoredRow.encode(row, of: register, isResolved: areResolved)) }
        let digest = StoredRow.digest(of: stored)
        try update { database, progress in
            guard let cohorts = try mask(of: person, in: database) else {
                throw DatasetError.rowsBeforePerson(register: id)
            }
            guard cohorts & register.cohortMask != 0 else { throw DatasetError.rowsNotReleased(register: id) }
            let find = try database.cachedStatement(sql: schema.findPerson[index])
            if let known = try Row.fetchOne(find, arguments: [person.data]) {
                let before: Data = known["digest"]
                guard before == Data(digest) else { throw DatasetError.rowsChanged(register: id) }
                return
            }
            let first = progress.nextRow[index]
            let insert = try database.cachedStatement(sql: schema.insertRow[index])
            for (offset, row) in stored.enumerated() {
                try insert.execute(arguments: StatementArguments([(first + Int64(offset)).databaseValue] + row))
            }
            try database.cachedStatement(sql: schema.insertPerson[index])
                .execute(arguments: [person.data, first, rows.count, Data(digest)])
            progress.nextRow[index] = first + Int64(rows.count)
            progress.uncommitted += rows.count + 1
        }
    }

    /// Whether the rows of a person in a register are here already, so that a restart need not open them again.
    public func holds(register id: RegisterID, person: Pseudonym) throws(DatasetError) -> Bool {
        let (index, _) = try released(id)
        var found = false
        try update { database, _ in
            let find = try database.cachedStatement(sql: schema.findPerson[index])
            found = try Row.fetchOne(find, arguments: [person.data]) != nil
        }
        return found
    }

    private func released(_ id: RegisterID) throws(DatasetError) -> (Int, DatasetLayout.Register) {
        guard let index = layout.stored.firstIndex(where: { $0.id == id }) else { throw .unknownRegister(id) }
        return (index, layout.stored[index])
    }

    private func mask(of person: Pseudonym, in database: Database) throws -> UInt64? {
        let find = try database.cachedStatement(sql: "SELECT cohorts FROM persons WHERE pseudonym = ?")
        return try Int64.fetchOne(find, arguments: [person.data]).map(UInt64.init(bitPattern:))
    }
}

extension Pseudonym {
    var data: Data { Data(bytes) }
}
