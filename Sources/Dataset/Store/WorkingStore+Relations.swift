internal import GRDB
internal import Values

/// Links by which rows name people. They are in the store until it is finished, and then no longer anywhere. [A-91]
extension WorkingStore {
    /// Notes as damaged whoever has a link that no honest owner gives: one that is in two rows, or by which two people
    /// are named. Nobody can tell then whom it means. [A-94]
    ///
    /// To be called when everything is there, before anybody is dropped. The same call again changes nothing.
    public func noteFalseLinks() throws(DatasetError) {
        guard !layout.relations.isEmpty else { return }
        try update { database, progress in
            try database.execute(sql: "DELETE FROM link_places")
            for (number, relation) in layout.relations.enumerated() {
                for side in sides(of: relation, number: number) {
                    try gather(side, in: database)
                    try database.execute(
                        sql: """
                            INSERT OR IGNORE INTO damaged SELECT people.pseudonym, ? FROM \(side.joined)
                            CROSS JOIN link_places ON link_places.relation = ? AND link_places.side = ?
                            AND link_places.link = rows.\(side.column) WHERE link_places.twice = 1
                            """, arguments: [side.declaredIndex, number, side.number])
                }
            }
            try database.execute(sql: "DELETE FROM link_places")
            progress.uncommitted = .max
        }
    }

    /// Puts in each link's place the pseudonym of the person whom it names, if that person is in the store, and else
    /// what stands for somebody elsewhere. Removes the links.
    func resolveLinks(in database: Database) throws {
        guard !layout.relations.isEmpty else { return }
        try database.execute(sql: "DELETE FROM link_places")
        for (number, relation) in layout.relations.enumerated() {
            for side in sides(of: relation, number: number) where side.isNamed {
                try gather(side, in: database)
                let naming = layout.stored[relation.register]
                let column = quotedIdentifier("v_" + naming.columns[relation.column].name)
                let rows = quotedIdentifier("rows_" + naming.id)
                try database.execute(
                    sql: """
                        UPDATE \(rows) SET \(column) = coalesce((SELECT pseudonym FROM link_places
                        WHERE relation = ? AND side = ? AND link = \(rows).\(column) AND twice = 0 AND EXISTS
                        (SELECT 1 FROM persons WHERE persons.pseudonym = link_places.pseudonym)), x'')
                        WHERE \(column) IS NOT NULL
                        """, arguments: [number, side.number])
                for table in ["rows_", "people_"] {
                    try database.execute(
                        sql: "DELETE FROM \(quotedIdentifier(table + layout.stored[relation.named].id))")
                }
            }
            try database.execute(sql: "DELETE FROM link_places")
        }
    }

    /// Puts what stands for somebody elsewhere in the place of every person who is not in the store, where links have
    /// become pseudonyms already.
    func forgetNamedElsewhere(in database: Database) throws {
        for relation in layout.relations {
            let naming = layout.stored[relation.register]
            let column = quotedIdentifier("v_" + naming.columns[relation.column].name)
            try database.execute(
                sql: """
                    UPDATE \(quotedIdentifier("rows_" + naming.id)) SET \(column) = x'' WHERE length(\(column)) > 0
                    AND NOT EXISTS (SELECT 1 FROM persons WHERE persons.pseudonym = \(column))
                    """)
        }
    }

    /// Where the links of a relation are.
    private struct Side {
        /// Of the relation, and 0 for rows that name somebody, 1 for the people who are named.
        let relation: Int
        let number: Int
        /// Of the register, among those of the agreement.
        let declaredIndex: Int
        /// People and their rows, as `people` and `rows`.
        let joined: String
        /// In `rows`.
        let column: String

        var isNamed: Bool { number == 1 }
    }

    private func sides(of relation: DatasetLayout.Relation, number: Int) -> [Side] {
        [(0, relation.register, relation.column), (1, relation.named, 0)].map { side, index, column in
            let register = layout.stored[index]
            let (people, rows) = (quotedIdentifier("people_" + register.id), quotedIdentifier("rows_" + register.id))
            return Side(
                relation: number, number: side, declaredIndex: register.declaredIndex,
                // In this order, so that rows are found by their numbers.
                joined: "\(people) AS people CROSS JOIN \(rows) AS rows "
                    + "ON rows.id >= people.first AND rows.id < people.first + people.count",
                column: quotedIdentifier("v_" + register.columns[column].name))
        }
    }

    /// Notes whose each link is, and which of them come twice.
    private func gather(_ side: Side, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO link_places SELECT ?, ?, rows.\(side.column), people.pseudonym, 0 FROM \(side.joined)
                WHERE rows.\(side.column) IS NOT NULL ON CONFLICT DO UPDATE SET twice = 1
                """, arguments: [side.relation, side.number])
    }
}
