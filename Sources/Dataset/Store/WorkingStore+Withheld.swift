internal import GRDB
public import PSIProtocol

extension WorkingStore {
    /// What was dropped of a register.
    public struct Dropped: Sendable, Equatable {
        public var records = 0
        public var dummies = 0
    }

    /// Notes that a dummy's cell was opened under this tag. The same call again changes nothing.
    public func append(dummy person: Pseudonym, register id: RegisterID) throws(DatasetError) {
        try append(other: person, register: id, isDummy: true)
    }

    /// Notes a record of somebody who is only in cohorts that are not released. The same call again changes nothing.
    public func append(undisclosed person: Pseudonym, register id: RegisterID) throws(DatasetError) {
        try append(other: person, register: id, isDummy: false)
    }

    private func append(other person: Pseudonym, register id: RegisterID, isDummy: Bool) throws(DatasetError) {
        guard let register = layout.declaredRegisters.firstIndex(of: id) else { throw .unknownRegister(id) }
        try update { database, progress in
            try database.cachedStatement(sql: "INSERT OR IGNORE INTO others VALUES (?, ?, ?)")
                .execute(arguments: [person.data, register, isDummy])
            progress.uncommitted += 1
        }
    }

    /// Drops everybody who has a dummy's cell and any other record, with all that is there of them. A dummy that pads a
    /// list has a tag of its own, so such a cell is of somebody whom the register's owner never releases. [P-44]
    ///
    /// To be called when everything is there; what was dropped comes back if it is appended again.
    ///
    /// - Returns: by register, released or not, what was dropped; without registers of which nothing was. Not to be told.
    public func dropWithheld() throws(DatasetError) -> [RegisterID: Dropped] {
        var dropped: [RegisterID: Dropped] = [:]
        try update { database, progress in
            try database.execute(sql: "DROP TABLE IF EXISTS temp.withheld")
            try database.execute(
                sql: """
                    CREATE TEMP TABLE withheld AS SELECT DISTINCT pseudonym FROM others AS dummies WHERE dummy = 1 AND (
                    EXISTS (SELECT 1 FROM persons WHERE persons.pseudonym = dummies.pseudonym) OR EXISTS (SELECT 1
                    FROM others WHERE others.pseudonym = dummies.pseudonym AND others.register <> dummies.register))
                    """)
            let isWithheld = "pseudonym IN (SELECT pseudonym FROM temp.withheld)"
            let counted = """
                SELECT register, 0, count(*) FROM links WHERE \(isWithheld) GROUP BY register UNION ALL
                SELECT register, dummy, count(*) FROM others WHERE \(isWithheld) GROUP BY register, dummy
                """
            for row in try Row.fetchAll(database, sql: counted) {
                let index: Int = row[0]
                guard layout.declaredRegisters.indices.contains(index) else {
                    throw DatasetError.storeUnusable(path: path)
                }
                let count: Int = row[2]
                if row[1] == 1 {
                    dropped[layout.declaredRegisters[index], default: Dropped()].dummies += count
                } else {
                    dropped[layout.declaredRegisters[index], default: Dropped()].records += count
                }
            }
            for register in layout.registers {
                let people = quotedIdentifier("people_" + register.id)
                let rows = quotedIdentifier("rows_" + register.id)
                let stretches = try Row.fetchCursor(
                    database, sql: "SELECT first, count FROM \(people) WHERE \(isWithheld)")
                let delete = try database.makeStatement(sql: "DELETE FROM \(rows) WHERE id >= ? AND id < ?")
                while let stretch = try stretches.next() {
                    let first: Int64 = stretch[0]
                    let count: Int64 = stretch[1]
                    try delete.execute(arguments: [first, first &+ count])
                }
                try database.execute(sql: "DELETE FROM \(people) WHERE \(isWithheld)")
            }
            for table in ["links", "persons"] { try database.execute(sql: "DELETE FROM \(table) WHERE \(isWithheld)") }
            try database.execute(sql: "DELETE FROM others")
            try database.execute(sql: "DROP TABLE temp.withheld")
            progress.uncommitted = .max
        }
        return dropped
    }
}
