internal import Foundation
internal import GRDB
internal import PSIProtocol
internal import Values

/// A person with an entry in a register, as match rates see them.
struct LinkedPerson {
    /// Index among the agreement's `linkNames` of what first joined the record to another; nil if it stands alone.
    let link: Int?
    /// Mask of the agreement's cohorts.
    let cohorts: UInt64
    /// For every released register in the layout's order, whether the person has an entry there.
    let isIn: [Bool]
    /// What occurs in the person's rows, for each of the columns asked for.
    let values: [Set<String>]
    let person: Pseudonym
}

extension WorkingStore {
    /// Hands out every person with an entry in a register, by pseudonym. One person is in memory at a time.
    ///
    /// - Parameters:
    ///   - columns: indexes of columns whose values are handed out too.
    ///   - label: what a value of one of these is called.
    func forEachLink(
        inRegisterAt index: Int, columns: [Int], label: @escaping (_ column: Int, FieldValue) -> String,
        _ body: (LinkedPerson) throws -> Void
    ) throws(DatasetError) {
        let register = layout.registers[index]
        let others = layout.registers.indices
        let people = { (index: Int) in quotedIdentifier("people_" + self.layout.registers[index].id) }
        let tables = others.map { "LEFT JOIN \(people($0)) AS o\($0) ON o\($0).pseudonym = p.pseudonym" }
        let sql = """
            SELECT p.first, p.count, persons.cohorts, \
            links.link\(others.map { ", o\($0).first IS NOT NULL" }.joined()), p.pseudonym
            FROM \(people(index)) AS p
            CROSS JOIN persons ON persons.pseudonym = p.pseudonym
            LEFT JOIN links ON links.pseudonym = p.pseudonym AND links.register = ?
            \(tables.joined(separator: "\n")) ORDER BY p.pseudonym
            """
        let shown = columns.map { quotedIdentifier("v_" + register.columns[$0].name) }.joined(separator: ", ")
        let table = quotedIdentifier("rows_" + register.id)
        try readFinished { database in
            let entries = try Row.fetchCursor(database, sql: sql, arguments: [register.declaredIndex])
            let select =
                columns.isEmpty
                ? nil : try database.makeStatement(sql: "SELECT \(shown) FROM \(table) WHERE id >= ? AND id < ?")
            var known = [KnownLabels](repeating: KnownLabels(), count: columns.count)
            while let entry = try entries.next() {
                var values = [Set<String>](repeating: [], count: columns.count)
                if let select {
                    let first: Int64 = entry[0]
                    let count: Int64 = entry[1]
                    let rows = try Row.fetchCursor(select, arguments: [first, first &+ count])
                    while let row = try rows.next() {
                        for (place, column) in columns.enumerated() {
                            let text = try known[place].label(of: row[place]) { stored in
                                guard let value = StoredRow.decode(stored, as: register.columns[column].type) else {
                                    throw DatasetError.storeUnusable(path: path)
                                }
                                return label(column, value)
                            }
                            values[place].insert(text)
                        }
                    }
                }
                let link: Int? = entry[3]
                guard link.map(layout.linkNames.indices.contains) ?? true else {
                    throw DatasetError.storeUnusable(path: path)
                }
                let cohorts: Int64 = entry[2]
                try body(
                    LinkedPerson(
                        link: link, cohorts: UInt64(bitPattern: cohorts), isIn: others.map { entry[4 + $0] },
                        values: values, person: try pseudonym(entry[4 + others.count])))
            }
        }
    }
}

/// What a column's values are called: values repeat, and finding out takes long. Bounded.
private struct KnownLabels {
    private static let mostLabels = 4_096

    private var labels: [DatabaseValue: String] = [:]

    mutating func label(of stored: DatabaseValue, find: (DatabaseValue) throws -> String) rethrows -> String {
        if let known = labels[stored] { return known }
        let label = try find(stored)
        let byteCount = String.fromDatabaseValue(stored)?.utf8.count ?? 0
        if byteCount <= SourceSurvey.mostValueByteCount, labels.count < Self.mostLabels { labels[stored] = label }
        return label
    }
}
