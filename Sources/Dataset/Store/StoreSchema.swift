internal import GRDB

/// The tables of a working store.
///
/// Per released register, and per column that names people: `rows_<id>`, rows in order of arrival with typed columns,
/// and `people_<id>`, which stretch of them is whose. Rows are therefore only ever appended, at the disk's pace, and
/// need no index. `links` says of every selected record what first joined it to another.
struct StoreSchema {
    /// "SiWs", so that another program's database is not taken for a working store.
    static let applicationID = 0x5369_5773
    static let version = 4

    let layout: DatasetLayout
    private(set) var insertRow: [String] = []
    private(set) var insertPerson: [String] = []
    private(set) var findPerson: [String] = []
    private(set) var selectRows: [String] = []

    init(_ layout: DatasetLayout) {
        self.layout = layout
        for register in layout.stored {
            let rows = quotedIdentifier("rows_" + register.id)
            let people = quotedIdentifier("people_" + register.id)
            let places = Array(repeating: "?", count: register.columns.count + 1).joined(separator: ", ")
            insertRow.append("INSERT INTO \(rows) VALUES (\(places))")
            insertPerson.append("INSERT INTO \(people) VALUES (?, ?, ?, ?)")
            findPerson.append("SELECT first, count, digest FROM \(people) WHERE pseudonym = ?")
            selectRows.append("SELECT * FROM \(rows) WHERE id >= ? AND id < ? ORDER BY id")
        }
    }

    func create(in database: Database, identity: [(name: String, value: String)]) throws {
        try database.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
        try database.execute(sql: "PRAGMA user_version = \(Self.version)")
        try database.execute(
            sql: "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID")
        for (name, value) in identity {
            try database.execute(sql: "INSERT INTO about VALUES (?, ?)", arguments: [name, value])
        }
        try database.execute(
            sql: "CREATE TABLE persons (pseudonym BLOB PRIMARY KEY, cohorts INTEGER NOT NULL) STRICT, WITHOUT ROWID")
        if layout.hasLastingColumn {
            try database.execute(sql: "CREATE TABLE lasting (pseudonym BLOB PRIMARY KEY) STRICT, WITHOUT ROWID")
        }
        // By the agreement's register, whether it is released or not; NULL for a record that stands alone.
        try database.execute(
            sql: """
                CREATE TABLE links (pseudonym BLOB NOT NULL, register INTEGER NOT NULL, link INTEGER,
                PRIMARY KEY (pseudonym, register)) STRICT, WITHOUT ROWID
                """)
        // Opened records that are in no table of the dataset: dummies, and people of cohorts that are not released.
        try database.execute(
            sql: """
                CREATE TABLE others (pseudonym BLOB NOT NULL, register INTEGER NOT NULL, dummy INTEGER NOT NULL,
                PRIMARY KEY (pseudonym, register)) STRICT, WITHOUT ROWID
                """)
        // Records with cells that are missing or could not be opened, until somebody decides.
        try database.execute(
            sql: """
                CREATE TABLE damaged (pseudonym BLOB NOT NULL, register INTEGER NOT NULL,
                PRIMARY KEY (pseudonym, register)) STRICT, WITHOUT ROWID
                """)
        // What was opened, without those who were dropped.
        try database.execute(
            sql: """
                CREATE TABLE opened (register INTEGER NOT NULL, dummy INTEGER NOT NULL, count INTEGER NOT NULL,
                PRIMARY KEY (register, dummy)) STRICT, WITHOUT ROWID
                """)
        if !layout.relations.isEmpty {
            // While links are looked at: on which side of which relation each is, whose it is, and whether it comes
            // twice.
            try database.execute(
                sql: """
                    CREATE TABLE link_places (relation INTEGER NOT NULL, side INTEGER NOT NULL, link BLOB NOT NULL,
                    pseudonym BLOB NOT NULL, twice INTEGER NOT NULL, PRIMARY KEY (relation, side, link))
                    STRICT, WITHOUT ROWID
                    """)
        }
        for register in layout.stored {
            let columns = register.columns.map { column in
                let type =
                    switch column.type {
                    case .integer, .boolean: "INTEGER"
                    case .person: "BLOB"
                    case .decimal, .date, .code, .text: "TEXT"
                    }
                return ", \(quotedIdentifier("v_" + column.name)) \(type)\(column.nullable ? "" : " NOT NULL")"
            }
            try database.execute(
                sql: "CREATE TABLE \(quotedIdentifier("rows_" + register.id)) "
                    + "(id INTEGER PRIMARY KEY\(columns.joined())) STRICT")
            try database.execute(
                sql: """
                    CREATE TABLE \(quotedIdentifier("people_" + register.id)) (pseudonym BLOB PRIMARY KEY,
                    first INTEGER NOT NULL, count INTEGER NOT NULL, digest BLOB NOT NULL) STRICT, WITHOUT ROWID
                    """)
        }
    }

    /// The number the next row of each register gets.
    func nextRows(in database: Database) throws -> [Int64] {
        try layout.stored.map { register in
            let last = try Int64.fetchOne(
                database, sql: "SELECT max(id) FROM \(quotedIdentifier("rows_" + register.id))")
            return (last ?? 0) + 1
        }
    }
}
