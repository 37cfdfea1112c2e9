internal import Foundation
internal import GRDB
public import Values

/// How much a store holds.
public struct Tally: Sendable, Equatable {
    public struct Register: Sendable, Equatable {
        /// People with an entry in the register, even one without rows.
        public var people: Int
        public var rows: Int
    }

    public var people: Int
    /// People of every released cohort.
    public var cohorts: [CohortID: Int]
    /// Every released register.
    public var registers: [RegisterID: Register]
}

extension WorkingStore {
    /// Counts a finished store. Exact: round before publishing.
    public func tally() throws(DatasetError) -> Tally {
        try readFinished { database in
            var tally = Tally(people: 0, cohorts: [:], registers: [:])
            for cohort in layout.cohorts { tally.cohorts[cohort.id] = 0 }
            let masks = try Row.fetchCursor(database, sql: "SELECT cohorts, count(*) FROM persons GROUP BY cohorts")
            while let row = try masks.next() {
                let mask = UInt64(bitPattern: row[0] as Int64)
                let count: Int = row[1]
                tally.people += count
                for cohort in layout.cohorts where mask >> UInt64(cohort.bit) & 1 == 1 {
                    tally.cohorts[cohort.id, default: 0] += count
                }
            }
            for register in layout.registers {
                let people = quotedIdentifier("people_" + register.id)
                let sql = "SELECT count(*), coalesce(sum(count), 0) FROM \(people)"
                let row = try Row.fetchOne(database, sql: sql)
                tally.registers[register.id] = Tally.Register(people: row?[0] ?? 0, rows: row?[1] ?? 0)
            }
            return tally
        }
    }

    /// A selected person.
    struct Person {
        let pseudonym: Pseudonym
        /// Bit i for the agreement's cohort i.
        let cohorts: UInt64
        /// The name of the weakest link among all the person's records, those of registers that only define cohorts
        /// too; nil if nothing joined any of them.
        let link: String?
        /// Whether the pseudonym is the same in all rounds of the study.
        let isLasting: Bool
    }

    /// Hands out every person by pseudonym.
    func forEachPerson(_ body: (Person) throws -> Void) throws(DatasetError) {
        try readFinished { database in
            let lasting =
                layout.hasLastingColumn
                ? "EXISTS (SELECT 1 FROM lasting WHERE lasting.pseudonym = persons.pseudonym)" : "0"
            let sql = """
                SELECT pseudonym, cohorts, (SELECT max(link) FROM links WHERE links.pseudonym = persons.pseudonym),
                \(lasting) FROM persons ORDER BY pseudonym
                """
            let persons = try Row.fetchCursor(database, sql: sql)
            while let row = try persons.next() {
                try body(
                    Person(
                        pseudonym: try pseudonym(row[0]), cohorts: UInt64(bitPattern: row[1] as Int64),
                        link: try linkName(row[2]), isLasting: row[3]))
            }
        }
    }

    /// Hands out every person with an entry in a register, by pseudonym, with the name of what first joined the record
    /// to another and the rows as they arrived.
    func forEachPerson(
        inRegisterAt index: Int, _ body: (Pseudonym, String?, [[FieldValue]]) throws -> Void
    ) throws(DatasetError) {
        let register = layout.registers[index]
        try readFinished { database in
            let sql = """
                SELECT pseudonym, first, count,
                (SELECT link FROM links WHERE links.pseudonym = people.pseudonym AND links.register = ?)
                FROM \(quotedIdentifier("people_" + register.id)) AS people ORDER BY pseudonym
                """
            let people = try Row.fetchCursor(database, sql: sql, arguments: [register.declaredIndex])
            let select = try database.makeStatement(sql: schema.selectRows[index])
            while let entry = try people.next() {
                let first: Int64 = entry[1]
                let count: Int64 = entry[2]
                var rows: [[FieldValue]] = []
                let stored = try Row.fetchCursor(select, arguments: [first, first &+ count])
                while let row = try stored.next() { rows.append(try values(of: row, in: register)) }
                guard rows.count == Int(count) else { throw DatasetError.storeUnusable(path: path) }
                try body(try pseudonym(entry[0]), try linkName(entry[3]), rows)
            }
        }
    }

    /// Hands out every person with an entry in a register, by pseudonym, with the number of rows.
    func forEachCount(inRegisterAt index: Int, _ body: (Pseudonym, Int) throws -> Void) throws(DatasetError) {
        let register = layout.registers[index]
        try readFinished { database in
            let table = quotedIdentifier("people_" + register.id)
            let people = try Row.fetchCursor(database, sql: "SELECT pseudonym, count FROM \(table) ORDER BY pseudonym")
            while let entry = try people.next() { try body(try pseudonym(entry[0]), entry[1]) }
        }
    }

    func values(of row: Row, in register: DatasetLayout.Register) throws(DatasetError) -> [FieldValue] {
        var values: [FieldValue] = []
        values.reserveCapacity(register.columns.count)
        for (offset, column) in register.columns.enumerated() {
            guard let value = StoredRow.decode(row[offset + 1], as: column.type) else {
                throw .storeUnusable(path: path)
            }
            values.append(value)
        }
        return values
    }

    private func linkName(_ link: Int?) throws(DatasetError) -> String? {
        guard let link else { return nil }
        guard layout.linkNames.indices.contains(link) else { throw .storeUnusable(path: path) }
        return layout.linkNames[link]
    }

    func pseudonym(_ bytes: Data) throws(DatasetError) -> Pseudonym {
        guard let pseudonym = Pseudonym(bytes: bytes) else { throw .storeUnusable(path: path) }
        return pseudonym
    }
}
