internal import Files

/// The write-ahead log of an SQLite database.
///
/// Source: Database File Format, sections 1.3.3 and 4; URI filenames, `immutable`.
enum SQLiteLog {
    /// Whether the database keeps one.
    ///
    /// - Parameter beginning: the file's first bytes, 20 or more.
    static func isUsed(by beginning: [UInt8]) -> Bool {
        beginning.count >= 20 && beginning[18] == 2 && beginning[19] == 2
    }

    /// Whether there is no log beside the database, or nothing in it.
    static func isEmpty(besides path: String) -> Bool {
        do throws(FileError) {
            guard let log = try FileStatus.at(path + "-wal", followingLinks: true) else { return true }
            return log.byteCount == 0
        } catch {
            return false
        }
    }

    /// The database's address under which SQLite neither locks nor looks for a log.
    static func unlockedURI(_ path: String) -> String {
        let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        var uri: [UInt8] = Array("file:".utf8)
        for byte in path.utf8 {
            if unreserved.contains(byte) {
                uri.append(byte)
            } else {
                uri += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: uri, as: UTF8.self) + "?immutable=1"
    }
}
