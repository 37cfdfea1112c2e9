internal import GRDB
public import Values

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

    /// What was opened of a register.
    public struct Opened: Sendable, Equatable {
        /// People, of cohorts that are not released too, without those who were dropped.
        public var people = 0
        public var dummies = 0

        public init(people: Int = 0, dummies: Int = 0) {
            self.people = people
            self.dummies = dummies
        }
    }

    /// Drops everybody who has a dummy's cell and any other record, with all that is there of them. A dummy that pads a
    /// list has a tag of its own, so such a cell is of somebody whom the register's owner never releases. [P-44]
    ///
    /// To be called when everything is there, and before `opened`; what was dropped comes back if it is appended again.
    ///
    /// - Returns: by register, released or not, what was dropped; without registers of which nothing was. Not to be
    ///   told.
    @discardableResult
    public func dropWithheld() throws(DatasetError) -> [RegisterID: Dropped] {
        var dropped: [RegisterID: Dropped] = [:]
        let withheld = """
            SELECT DISTINCT pseudonym FROM others AS dummies WHERE dummy = 1 AND (
            EXISTS (SELECT 1 FROM persons WHERE persons.pseudonym = dummies.pseudonym) OR EXISTS (SELECT 1
            FROM others WHERE others.pseudonym = dummies.pseudonym AND others.register <> dummies.register))
            """
        try update { database, progress in
            try drop(in: database, withheld) { isWithheld in
                for row in try Row.fetchAll(database, sql: Self.countByRegister(where: isWithheld)) {
                    let (register, count): (RegisterID, Int) = (try declared(row[0]), row[2])
                    if row[1] == 1 {
                        dropped[register, default: Dropped()].dummies += count
                    } else {
                        dropped[register, default: Dropped()].records += count
                    }
                }
                try database.execute(sql: "DELETE FROM others WHERE \(isWithheld)")
            }
            try database.execute(sql: "DELETE FROM opened")
            try database.execute(sql: "INSERT INTO opened \(Self.countByRegister(where: "1"))")
            try database.execute(sql: "DELETE FROM others")
            progress.uncommitted = .max
        }
        return dropped
    }

    /// By register, released or not, what was opened; after `dropWithheld`.
    public func opened() throws(DatasetError) -> [RegisterID: Opened] {
        try readFinished { database in
            var opened: [RegisterID: Opened] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT register, dummy, count FROM opened") {
                let (register, count): (RegisterID, Int) = (try declared(row[0]), row[2])
                if row[1] == 1 {
                    opened[register, default: Opened()].dummies += count
                } else {
                    opened[register, default: Opened()].people += count
                }
            }
            return opened
        }
    }

    /// Register, whether dummies, and how many records.
    private static func countByRegister(where condition: String) -> String {
        """
        SELECT register, dummy, sum(count) FROM (
        SELECT register, 0 AS dummy, count(*) AS count FROM links WHERE \(condition) GROUP BY register
        UNION ALL SELECT register, dummy, count(*) FROM others WHERE \(condition)
        GROUP BY register, dummy) GROUP BY register, dummy
        """
    }
}
