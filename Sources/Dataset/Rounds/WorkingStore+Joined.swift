internal import Agreement
internal import Foundation
internal import GRDB
internal import Values

/// What one dataset of several rounds needs of their stores.
extension WorkingStore {
    /// Somebody's record in a register, released or not.
    struct Record {
        let person: Pseudonym
        /// The register's place in the agreement.
        let register: Int
        /// Index among `linkNames`; nil if it stands alone.
        let link: Int?
        /// Bit i for the agreement's cohort i.
        let cohorts: UInt64
        let isLasting: Bool
    }

    /// Hands out every record of the selected people.
    func forEachRecord(_ body: (Record) throws -> Void) throws(DatasetError) {
        try readFinished { database in
            let lasting =
                layout.hasLastingColumn
                ? "EXISTS (SELECT 1 FROM lasting WHERE lasting.pseudonym = links.pseudonym)" : "0"
            let records = try Row.fetchCursor(
                database,
                sql: """
                    SELECT links.pseudonym, links.register, links.link, persons.cohorts, \(lasting)
                    FROM links JOIN persons ON persons.pseudonym = links.pseudonym ORDER BY links.pseudonym
                    """)
            while let row = try records.next() {
                let register: Int = row[1]
                let link: Int? = row[2]
                guard layout.declaredRegisters.indices.contains(register),
                    link.map(layout.linkNames.indices.contains) ?? true
                else { throw DatasetError.storeUnusable(path: path) }
                try body(
                    Record(
                        person: try pseudonym(row[0]), register: register, link: link,
                        cohorts: UInt64(bitPattern: row[3] as Int64), isLasting: row[4]))
            }
        }
    }

    /// A person's rows in a released register, as they arrived; nil if they have no entry there.
    func rows(of person: Pseudonym, inRegisterAt index: Int) throws(DatasetError) -> [[FieldValue]]? {
        try readFinished { database in
            let find = try database.cachedStatement(sql: schema.findPerson[index])
            guard let entry = try Row.fetchOne(find, arguments: [person.data]) else { return nil }
            let first: Int64 = entry[0]
            let count: Int64 = entry[1]
            let select = try database.cachedStatement(sql: schema.selectRows[index])
            let rows = try Row.fetchAll(select, arguments: [first, first &+ count]).map {
                try values(of: $0, in: layout.registers[index])
            }
            guard rows.count == Int(count) else { throw DatasetError.storeUnusable(path: path) }
            return rows
        }
    }

    /// The different values of a column; nil if there are more than `most`.
    func values(
        ofColumnAt column: Int, inRegisterAt index: Int, most: Int
    ) throws(DatasetError) -> Set<DatabaseValue>? {
        let register = layout.registers[index]
        let name = quotedIdentifier("v_" + register.columns[column].name)
        return try readFinished { database in
            var values: Set<DatabaseValue> = []
            let rows = try Row.fetchCursor(
                database, sql: "SELECT \(name) FROM \(quotedIdentifier("rows_" + register.id))")
            while let row = try rows.next() {
                values.insert(row[0])
                if values.count > most { return nil }
            }
            return values
        }
    }

    /// Somebody's record in a round, for the store of several.
    struct Joined {
        let person: Pseudonym
        /// The register's place in this store's agreement; nil if the dataset doesn't take it from that round.
        let register: Int?
        let link: Int?
        /// Cohorts of this store's agreement that the person was in.
        let drawn: UInt64
        let isLasting: Bool
    }

    /// Makes the table of people that `append(joined:)` fills and `placeJoined` uses.
    func makeJoined() throws(DatasetError) {
        try update { database, _ in
            try database.execute(
                sql: """
                    CREATE TABLE joined (pseudonym BLOB PRIMARY KEY, registers INTEGER NOT NULL,
                    drawn INTEGER NOT NULL, lasting INTEGER NOT NULL) STRICT, WITHOUT ROWID
                    """)
        }
    }

    /// Adds records to what is known of their people. How a record is joined is what the last one says.
    func append(joined records: [Joined]) throws(DatasetError) {
        try update { database, progress in
            let note = try database.cachedStatement(
                sql: """
                    INSERT INTO joined VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET
                    registers = registers | excluded.registers, drawn = drawn | excluded.drawn,
                    lasting = max(lasting, excluded.lasting)
                    """)
            let link = try database.cachedStatement(sql: "INSERT OR REPLACE INTO links VALUES (?, ?, ?)")
            for record in records {
                let mask: Int64 = record.register.map { 1 << Int64($0) } ?? 0
                try note.execute(
                    arguments: [record.person.data, mask, Int64(bitPattern: record.drawn), record.isLasting])
                guard let register = record.register else { continue }
                try link.execute(arguments: [record.person.data, register, record.link])
            }
            progress.uncommitted += 2 * records.count
        }
    }

    /// Puts everybody into the cohorts that follow from their registers of all rounds, and drops whoever is in none
    /// that is released.
    func placeJoined(_ cohorts: CompiledCohorts) throws(DatasetError) {
        try update { database, progress in
            let people = try Row.fetchCursor(
                database, sql: "SELECT pseudonym, registers, drawn, lasting FROM joined ORDER BY pseudonym")
            let insert = try database.makeStatement(sql: "INSERT INTO persons VALUES (?, ?)")
            let lasting = try database.makeStatement(sql: "INSERT INTO lasting VALUES (?)")
            while let row = try people.next() {
                let person: Data = row[0]
                let registers: Int64 = row[1]
                let drawn: Int64 = row[2]
                let mask = cohorts.overRounds(
                    registers: UInt32(truncatingIfNeeded: registers), drawn: UInt64(bitPattern: drawn))
                guard mask & layout.releasedMask != 0 else { continue }
                try insert.execute(arguments: [person, Int64(bitPattern: mask)])
                if row[3] as Bool { try lasting.execute(arguments: [person]) }
            }
            try database.execute(sql: "DELETE FROM links WHERE pseudonym NOT IN (SELECT pseudonym FROM persons)")
            try database.execute(sql: "DROP TABLE joined")
            progress.uncommitted = .max
        }
    }

    /// The next people, by pseudonym, who have a record in a register and are in one of some cohorts.
    ///
    /// - Parameters:
    ///   - after: the last one who was handed out; nil to begin.
    ///   - register: its place in the agreement.
    func people(
        after: Pseudonym?, inRegister register: Int, of cohorts: UInt64, most: Int
    ) throws(DatasetError) -> [Pseudonym] {
        var people: [Pseudonym] = []
        try update { database, _ in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT persons.pseudonym FROM persons JOIN links ON links.pseudonym = persons.pseudonym
                    AND links.register = ? WHERE persons.pseudonym > ? AND persons.cohorts & ? <> 0
                    ORDER BY persons.pseudonym LIMIT ?
                    """, arguments: [register, after?.data ?? Data(), Int64(bitPattern: cohorts), most])
            for row in rows { people.append(try pseudonym(row[0])) }
        }
        return people
    }
}
