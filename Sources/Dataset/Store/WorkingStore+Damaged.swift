internal import GRDB
public import Values

extension WorkingStore {
    /// Notes that cells of this record are missing or could not be opened. The same call again changes nothing.
    public func append(damaged person: Pseudonym, register id: RegisterID) throws(DatasetError) {
        guard let register = layout.declaredRegisters.firstIndex(of: id) else { throw .unknownRegister(id) }
        try update { database, progress in
            try database.cachedStatement(sql: "INSERT OR IGNORE INTO damaged VALUES (?, ?)")
                .execute(arguments: [person.data, register])
            progress.uncommitted += 1
        }
    }

    /// By register, released or not, the records noted as damaged; without registers that have none. For the operator
    /// alone: whoever damaged a person's record would learn whether the person was selected.
    public func damaged() throws(DatasetError) -> [RegisterID: Int] {
        var damaged: [RegisterID: Int] = [:]
        try update { database, _ in
            for row in try Row.fetchAll(database, sql: "SELECT register, count(*) FROM damaged GROUP BY register") {
                damaged[try declared(row[0])] = row[1]
            }
        }
        return damaged
    }

    /// Drops everybody who has a damaged record, with all that is there of them, and the notes of it.
    ///
    /// To be called when everything is there; what was dropped comes back if it is appended again.
    public func dropDamaged() throws(DatasetError) {
        try update { database, progress in
            try drop(in: database, "SELECT DISTINCT pseudonym FROM damaged") { isDropped in
                try database.execute(sql: "DELETE FROM others WHERE \(isDropped)")
            }
            try database.execute(sql: "DELETE FROM damaged")
            progress.uncommitted = .max
        }
    }

    /// Drops the people that `select` names: their rows, memberships and links.
    ///
    /// - Parameter also: what more to do, given a condition on `pseudonym` that they meet.
    func drop(in database: Database, _ select: String, also: (_ isDropped: String) throws -> Void) throws {
        try database.execute(sql: "DROP TABLE IF EXISTS temp.dropped")
        try database.execute(sql: "CREATE TEMP TABLE dropped AS \(select)")
        let isDropped = "pseudonym IN (SELECT pseudonym FROM temp.dropped)"
        try also(isDropped)
        for register in layout.stored {
            let people = quotedIdentifier("people_" + register.id)
            let rows = quotedIdentifier("rows_" + register.id)
            let stretches = try Row.fetchCursor(
                database, sql: "SELECT first, count FROM \(people) WHERE \(isDropped)")
            let delete = try database.makeStatement(sql: "DELETE FROM \(rows) WHERE id >= ? AND id < ?")
            while let stretch = try stretches.next() {
                let first: Int64 = stretch[0]
                let count: Int64 = stretch[1]
                try delete.execute(arguments: [first, first &+ count])
            }
            try database.execute(sql: "DELETE FROM \(people) WHERE \(isDropped)")
        }
        for table in ["links", "persons"] + (layout.hasLastingColumn ? ["lasting"] : []) {
            try database.execute(sql: "DELETE FROM \(table) WHERE \(isDropped)")
        }
        try database.execute(sql: "DROP TABLE temp.dropped")
    }

    func declared(_ index: Int) throws(DatasetError) -> RegisterID {
        guard layout.declaredRegisters.indices.contains(index) else { throw .storeUnusable(path: path) }
        return layout.declaredRegisters[index]
    }
}
