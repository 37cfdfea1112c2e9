internal import Crypto
internal import Foundation
internal import GRDB
internal import Values

/// The board's tables.
enum BoardSchema {
    private static let version = 1

    /// Triggers hold what the table is for: an entry is never changed, and only goes with its whole round.
    private static let definition = """
        CREATE TABLE round (
            id INTEGER PRIMARY KEY,
            round BLOB NOT NULL UNIQUE CHECK (length(round) = 32),
            attachment BLOB NOT NULL,
            erasing INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE TABLE entry (
            round INTEGER NOT NULL REFERENCES round (id),
            number INTEGER NOT NULL CHECK (number >= 1),
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            bytes BLOB NOT NULL,
            PRIMARY KEY (round, number),
            UNIQUE (round, hash)
        ) STRICT;
        CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
            BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
        CREATE TRIGGER entry_goes_with_its_round BEFORE DELETE ON entry
            WHEN (SELECT erasing FROM round WHERE id = OLD.round) IS NOT 1
            BEGIN SELECT RAISE(ABORT, 'an entry is only deleted with its round'); END;
        CREATE TRIGGER round_is_never_changed BEFORE UPDATE OF id, round, attachment ON round
            BEGIN SELECT RAISE(ABORT, 'a round is never changed'); END;
        """

    static func prepare(_ database: Database) throws {
        switch try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0 {
        case version: return
        case 0:
            guard try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM sqlite_master") == 0 else {
                throw StoreError.damaged("the board's file holds another program's tables")
            }
            try database.execute(sql: definition)
            try database.execute(sql: "PRAGMA user_version = \(version)")
        default: throw StoreError.damaged("the board's file was written by a newer version of the program")
        }
    }

    static func key(of round: RoundID, _ database: Database) throws -> Int64? {
        try Int64.fetchOne(database, sql: "SELECT id FROM round WHERE round = ?", arguments: [Data(round.bytes)])
    }

    static func entryCount(_ roundKey: Int64, _ database: Database) throws -> Int {
        try Int.fetchOne(
            database, sql: "SELECT COALESCE(MAX(number), 0) FROM entry WHERE round = ?", arguments: [roundKey]) ?? 0
    }

    static func insert(_ entry: [UInt8], number: Int, roundKey: Int64, _ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO entry (round, number, hash, bytes) VALUES (?, ?, ?, ?)",
            arguments: [roundKey, number, Data(SHA256.hash(data: entry)), Data(entry)])
    }
}
