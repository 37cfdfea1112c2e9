internal import Foundation
internal import GRDB
internal import Glibc
internal import PSIProtocol

/// `dataset.sqlite`: the tables of the CSV files, typed and keyed, in one file without a journal.
///
/// Decimals are TEXT, so that no cent is lost; dates TEXT in ISO form; booleans INTEGER 0 or 1. It is written beside
/// and moved into place with its directory, so a crash needs no journal: what was half-written is removed.
final class DatabaseFile {
    private let path: String
    private let database: DatabaseQueue
    private let insertPerson: String
    private let insertRow: [String]

    init(creating path: String, layout: DatasetLayout) throws(DatasetError) {
        self.path = path
        close(try SystemCalls.createPrivateFile(path))
        let places = { (count: Int) in Array(repeating: "?", count: count).joined(separator: ", ") }
        insertPerson = "INSERT INTO persons VALUES (\(places(layout.cohorts.count + 1)))"
        insertRow = layout.registers.map { register in
            "INSERT INTO \(quotedIdentifier(register.id)) VALUES (\(places(register.columns.count + 1)))"
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
                for statement in Self.tables(of: layout) { try database.execute(sql: statement) }
            }
            return database
        }
    }

    deinit { try? database.close() }

    func append(_ person: Pseudonym, cohorts: [Bool]) throws(DatasetError) {
        try DatasetError.naming(path) {
            try database.writeWithoutTransaction { database in
                let values = [person.text.databaseValue] + cohorts.map { ($0 ? 1 : 0).databaseValue }
                try database.cachedStatement(sql: insertPerson).execute(arguments: StatementArguments(values))
            }
        }
    }

    func append(_ rows: [[FieldValue]], of person: Pseudonym, toRegisterAt index: Int) throws(DatasetError) {
        try DatasetError.naming(path) {
            try database.writeWithoutTransaction { database in
                let insert = try database.cachedStatement(sql: insertRow[index])
                let name = person.text.databaseValue
                for row in rows {
                    try insert.execute(arguments: StatementArguments([name] + row.map(StoredRow.encode)))
                }
            }
        }
    }

    func finish() throws(DatasetError) {
        try DatasetError.naming(path) {
            try database.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
            try database.close()
        }
    }

    private static func tables(of layout: DatasetLayout) -> [String] {
        let cohorts = layout.cohorts.map { cohort in
            let name = quotedIdentifier(cohort.id)
            return ", \(name) INTEGER NOT NULL CHECK (\(name) IN (0, 1))"
        }
        var statements = [
            "CREATE TABLE persons (person TEXT NOT NULL PRIMARY KEY\(cohorts.joined())) STRICT, WITHOUT ROWID"
        ]
        for register in layout.registers {
            let columns = register.columns.map { column in
                let name = quotedIdentifier(column.name)
                let type =
                    switch column.type {
                    case .integer: "INTEGER"
                    case .boolean: "INTEGER CHECK (\(name) IN (0, 1))"
                    case .decimal, .date, .code, .text: "TEXT"
                    }
                return ", \(name) \(type)\(column.nullable ? "" : " NOT NULL")"
            }
            statements.append(
                "CREATE TABLE \(quotedIdentifier(register.id)) "
                    + "(person TEXT NOT NULL REFERENCES persons (person)\(columns.joined())) STRICT")
            // Made before the rows, which come in its order: no sorting, no spilling.
            statements.append(
                "CREATE INDEX \(quotedIdentifier(register.id + "-by-person")) "
                    + "ON \(quotedIdentifier(register.id)) (person)"
            )
        }
        return statements
    }
}
