internal import Files
internal import Foundation
internal import GRDB
internal import PSIProtocol
internal import Values

/// `dataset.sqlite`: the tables of the CSV files, typed and keyed, in one file without a journal.
///
/// Decimals are TEXT, so that no cent is lost; dates TEXT in ISO form; booleans INTEGER 0 or 1. It is written beside
/// and moved into place with its directory, so a crash needs no journal: what was half-written is removed.
final class DatabaseFile {
    private let path: String
    private let database: DatabaseQueue
    private let insertPerson: String
    private let insertRow: [String]
    /// Whether tables have a column for links.
    private let hasLinks: Bool
    /// Whether the table of people has a column for pseudonyms that last.
    private let hasLasting: Bool

    /// - Parameter madeUp: that all of it is made up, which its schema says too; nil where it is true.
    init(creating path: String, layout: DatasetLayout, madeUp: String?) throws(DatasetError) {
        self.path = path
        // SQLite would make it as the process's mode mask has it.
        try DatasetError.onFile { () throws(FileError) in _ = try OpenFile(creating: path) }
        let places = { (count: Int) in Array(repeating: "?", count: count).joined(separator: ", ") }
        let ownColumnCount = layout.hasLinkColumn ? 2 : 1
        hasLinks = layout.hasLinkColumn
        hasLasting = layout.hasLastingColumn
        let personColumnCount = layout.cohorts.count + ownColumnCount + (layout.hasLastingColumn ? 1 : 0)
        insertPerson = "INSERT INTO persons VALUES (\(places(personColumnCount)))"
        insertRow = layout.registers.map { register in
            "INSERT INTO \(quotedIdentifier(register.id)) VALUES (\(places(register.columns.count + ownColumnCount)))"
        }
        database = try DatasetError.naming(path) {
            var configuration = Configuration()
            configuration.label = "dataset"
            configuration.allowsUnsafeTransactions = true
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
                try database.execute(sql: "PRAGMA journal_mode = OFF")
                try database.execute(sql: "PRAGMA synchronous = OFF")
                try database.execute(sql: "PRAGMA temp_store = MEMORY")
                try database.execute(sql: "PRAGMA cache_size = -65536")
            }
            let database = try DatabaseQueue(path: path, configuration: configuration)
            try database.writeWithoutTransaction { database in
                try database.execute(sql: "BEGIN EXCLUSIVE")
                for statement in Self.tables(of: layout, madeUp) { try database.execute(sql: statement) }
            }
            return database
        }
    }

    deinit { try? database.close() }

    func append(_ person: WorkingStore.Person, cohorts: [Bool]) throws(DatasetError) {
        try DatasetError.naming(path) {
            try database.writeWithoutTransaction { database in
                let lasting = hasLasting ? [(person.isLasting ? 1 : 0).databaseValue] : []
                let values =
                    [person.pseudonym.text.databaseValue] + cohorts.map { ($0 ? 1 : 0).databaseValue }
                    + stored(person.link) + lasting
                try database.cachedStatement(sql: insertPerson).execute(arguments: StatementArguments(values))
            }
        }
    }

    func append(_ rows: [[FieldValue]], of person: Pseudonym, link: String?, toRegisterAt index: Int)
        throws(DatasetError)
    {
        try DatasetError.naming(path) {
            try database.writeWithoutTransaction { database in
                let insert = try database.cachedStatement(sql: insertRow[index])
                let own = [person.text.databaseValue] + stored(link)
                for row in rows {
                    try insert.execute(arguments: StatementArguments(own + row.map(Self.shown)))
                }
            }
        }
    }

    /// A value as the dataset has it: people by their pseudonyms.
    private static func shown(_ value: FieldValue) -> DatabaseValue {
        guard case .person(let bytes) = value else { return StoredRow.encode(value) }
        return Pseudonym(bytes: bytes)?.text.databaseValue ?? .null
    }

    private func stored(_ link: String?) -> [DatabaseValue] { hasLinks ? [link.databaseValue] : [] }

    func finish() throws(DatasetError) {
        try DatasetError.naming(path) {
            try database.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
            try database.close()
        }
    }

    private static func tables(of layout: DatasetLayout, _ madeUp: String?) -> [String] {
        // Kept by SQLite as it stands here.
        let remark = madeUp.map { "/* \($0) */ " } ?? ""
        let cohorts = layout.cohorts.map { cohort in
            let name = quotedIdentifier(cohort.id)
            return ", \(name) INTEGER NOT NULL CHECK (\(name) IN (0, 1))"
        }
        let links = linkColumn(layout)
        let column = DatasetLayout.lastingColumn
        let lasting = layout.hasLastingColumn ? ", \(column) INTEGER NOT NULL CHECK (\(column) IN (0, 1))" : ""
        var statements = [
            "CREATE TABLE persons (\(remark)person TEXT NOT NULL PRIMARY KEY\(cohorts.joined())\(links)\(lasting)) "
                + "STRICT, WITHOUT ROWID"
        ]
        for register in layout.registers {
            let columns = register.released.map { column in
                let name = quotedIdentifier(column.name)
                let type =
                    switch column.type {
                    case .integer: "INTEGER"
                    case .boolean: "INTEGER CHECK (\(name) IN (0, 1))"
                    case .decimal, .date, .code, .text: "TEXT"
                    case .person: "TEXT REFERENCES persons (person)"
                    }
                return ", \(name) \(type)\(column.nullable ? "" : " NOT NULL")"
            }
            statements.append(
                "CREATE TABLE \(quotedIdentifier(register.id)) "
                    + "(\(remark)person TEXT NOT NULL REFERENCES persons (person)\(links)\(columns.joined())) STRICT")
            // Made before the rows, which come in its order: no sorting, no spilling.
            statements.append(
                "CREATE INDEX \(quotedIdentifier(register.id + "-by-person")) "
                    + "ON \(quotedIdentifier(register.id)) (person)"
            )
        }
        return statements
    }

    /// The definition of the links' column; empty where there is none.
    private static func linkColumn(_ layout: DatasetLayout) -> String {
        guard layout.hasLinkColumn else { return "" }
        let names = layout.linkNames.map { "'" + $0.replacing("'", with: "''") + "'" }.joined(separator: ", ")
        let column = DatasetLayout.linkColumn
        return ", \(column) TEXT CHECK (\(column) IN (\(names)))"
    }
}
