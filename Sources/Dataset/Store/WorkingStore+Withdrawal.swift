internal import Foundation
internal import GRDB

extension WorkingStore {
    /// Drops people who have withdrawn from the study from a finished store: their rows, memberships and links, what
    /// they were in the counts of what was opened, and where others' rows name them. What is dropped is overwritten.
    /// Doing it twice is doing it once.
    ///
    /// - Parameter people: those who are not in the store change nothing.
    public func withdraw(_ people: some Sequence<Pseudonym>) throws(DatasetError) {
        try readFinished { database in
            try database.execute(sql: "DROP TABLE IF EXISTS temp.withdrawn")
            try database.execute(sql: "CREATE TEMP TABLE withdrawn (pseudonym BLOB PRIMARY KEY) STRICT, WITHOUT ROWID")
            let note = try database.makeStatement(sql: "INSERT OR IGNORE INTO temp.withdrawn VALUES (?)")
            for person in people { try note.execute(arguments: [person.data]) }
            try database.inTransaction(.immediate) {
                try drop(in: database, "SELECT pseudonym FROM temp.withdrawn") { isWithdrawn in
                    try database.execute(
                        sql: """
                            UPDATE opened SET count = count - (SELECT count(*) FROM links
                            WHERE links.register = opened.register AND \(isWithdrawn)) WHERE dummy = 0
                            """)
                }
                try forgetNamedElsewhere(in: database)
                return .commit
            }
            try database.execute(sql: "DROP TABLE temp.withdrawn")
            // Nothing of it is left in the log that is written ahead.
            try database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
    }
}
