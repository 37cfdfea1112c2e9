import Foundation
import GRDB
import PostgreSQLCluster

/// A register of invented people, as its owner keeps it.
struct TestRegister: Sendable {
    enum Storage: Sendable {
        case csv, sqlite
        /// A database, and how many seconds its view takes for each row.
        case postgreSQL(PostgreSQLCluster, database: String, secondsPerRow: Double)
    }

    struct Column: Sendable {
        var name: String
        var type: String
        var nullable = false
        /// Further fields of the agreement, each with a comma before it.
        var more = ""
    }

    struct Row: Sendable {
        var person: InventedPerson
        /// A value a column, as a dataset writes it; nil for null.
        var values: [String?]
        /// Whether the agreement's `rows` leave it out.
        var isLeftOut = false
    }

    var id: String
    var owner: String
    var storage = Storage.csv
    /// Whether a node reads a database by ODBC.
    var isReadThroughODBC = false
    var columns: [Column]
    var releasedFor: [String]
    var maxPeople = 200
    var rows: [Row]
    /// What the register has for a person in place of their code, or of their name.
    var codes: [Int: String] = [:]
    var names: [Int: String] = [:]
    /// Codes that people had before: former and current.
    var history: [(former: String, current: String)] = []
    /// Lines of the agreement about the register besides the usual ones.
    var agreed: [String] = []
    /// Lines of the node's configuration besides source and identity.
    var more: [String] = []

    /// Whole rows of these people: one to three each, with values that belong to nobody else.
    init(
        _ id: String, owner: String, people: some Sequence<Int>, storage: Storage = .csv, releasedFor: [String],
        salt: Int
    ) {
        self.id = id
        self.owner = owner
        self.storage = storage
        self.releasedFor = releasedFor
        columns = [
            Column(name: "serial", type: "integer"), Column(name: "euros", type: "decimal", nullable: true),
            Column(name: "day", type: "date"), Column(name: "active", type: "boolean"),
            Column(name: "kind", type: "code"),
        ]
        rows = people.flatMap { index in
            (0...(index + salt) % 3).map { part in
                let serial = salt * 1_000_000 + index * 10 + part
                let cents = String(100 + serial % 97).suffix(2)
                return Row(
                    person: InventedPerson(index),
                    values: [
                        String(serial), part == 1 ? nil : "\(serial % 5_000 + 1).\(cents)",
                        "20\(10 + index % 10)-0\(1 + part)-1\(salt % 10)", index % 2 == 0 ? "true" : "false",
                        "0\(serial % 7)",
                    ])
            }
        }
        if releasedFor.isEmpty { columns = [] }
    }

    var people: Set<InventedPerson> { Set(rows.map(\.person)) }
    var fileName: String {
        if case .sqlite = storage { "\(id).sqlite" } else { "\(id).csv" }
    }

    func write(to directory: URL) throws {
        let file = directory.appendingPathComponent(fileName)
        switch storage {
        case .csv: try Data(csv.utf8).write(to: file)
        case .sqlite: try writeDatabase(file)
        case .postgreSQL(let cluster, let database, let secondsPerRow):
            try fill(cluster, database, secondsPerRow: secondsPerRow)
        }
        if !history.isEmpty {
            let lines = history.map { "\($0.former),\($0.current)\n" }
            try Data(("former,current\n" + lines.joined()).utf8).write(to: historyFile(in: directory))
        }
    }

    func historyFile(in directory: URL) -> URL { directory.appendingPathComponent("\(id)-history.csv") }

    private func code(of person: InventedPerson) -> String { codes[person.index] ?? person.code }
    private func name(of person: InventedPerson) -> String { names[person.index] ?? person.name }

    /// With a name beside the code, which no agreement ever releases.
    var csv: String {
        var text = (["hetu", "nimi"] + columns.map(\.name)).joined(separator: ",") + "\n"
        for row in rows {
            let values = row.values.prefix(columns.count).map { $0 ?? "" }
            text += ([code(of: row.person), name(of: row.person)] + values).joined(separator: ",") + "\n"
        }
        return text
    }

    private func writeDatabase(_ file: URL) throws {
        let queue = try DatabaseQueue(path: file.path)
        try queue.write { database in
            let names = ["hetu", "nimi"] + columns.map(\.name)
            let types = ["TEXT", "TEXT"] + columns.map { $0.type == "integer" ? "INTEGER" : "TEXT" }
            let declared = zip(names, types).map { "\($0) \($1)" }.joined(separator: ", ")
            try database.execute(sql: "CREATE TABLE people (\(declared))")
            let marks = names.map { _ in "?" }.joined(separator: ", ")
            for row in rows {
                let values: [String?] = [code(of: row.person), name(of: row.person)] + row.values.prefix(columns.count)
                try database.execute(
                    sql: "INSERT INTO people VALUES (\(marks))", arguments: StatementArguments(values))
            }
        }
        try queue.close()
    }

    /// A typed table, and the view of it that the node's role may read and nothing else.
    private func fill(_ cluster: PostgreSQLCluster, _ database: String, secondsPerRow: Double) throws {
        let types = ["integer": "bigint", "decimal": "numeric", "date": "date", "boolean": "boolean"]
        let declared = columns.map { "\($0.name) \(types[$0.type] ?? "text")" }
        let lines = rows.map { row in
            let values: [String?] = [code(of: row.person), name(of: row.person)] + row.values.prefix(columns.count)
            let texts = values.map { $0.map { "'" + $0.replacing("'", with: "''") + "'" } ?? "NULL" }
            return "(" + texts.joined(separator: ", ") + ")"
        }
        try cluster.run(
            """
            CREATE TABLE people_of_all_times (\((["hetu text", "nimi text"] + declared).joined(separator: ", ")));
            INSERT INTO people_of_all_times VALUES \(lines.joined(separator: ", "));
            CREATE SCHEMA sidos;
            CREATE VIEW sidos.people AS SELECT * FROM people_of_all_times
                WHERE pg_sleep(\(secondsPerRow))::text IS NOT NULL;
            CREATE ROLE sidos_reader LOGIN;
            GRANT USAGE ON SCHEMA sidos TO sidos_reader;
            GRANT SELECT ON sidos.people TO sidos_reader;
            """, database: database)
    }

    /// As a node's `config.yaml` names it.
    func source(in directory: URL) -> String {
        let path = directory.appendingPathComponent(fileName).path
        return switch storage {
        case .csv: "csv: {file: \"\(path)\", delimiter: comma}"
        case .sqlite: "sqlite: {file: \"\(path)\", table: people}"
        case .postgreSQL(let cluster, let database, _) where isReadThroughODBC:
            "odbc: {connection: \"DRIVER={PostgreSQL Unicode};Servername=\(cluster.socketFolder);Port=\(cluster.port);"
                + "Database=\(database);UID=sidos_reader\", schema: sidos, table: people}"
        case .postgreSQL(let cluster, let database, _):
            "postgresql: {host: \"\(cluster.socketFolder)\", port: \(cluster.port), database: \(database), "
                + "user: sidos_reader, schema: sidos, table: people}"
        }
    }
}
