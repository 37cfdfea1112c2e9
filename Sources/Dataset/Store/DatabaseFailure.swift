internal import GRDB

extension DatasetError {
    /// Runs `body`, turning SQLite's failures into this module's. The text of a database error is dropped: it may quote
    /// a value.
    static func naming<Result>(_ path: String, _ body: () throws -> Result) throws(DatasetError) -> Result {
        do {
            return try body()
        } catch let error as DatasetError {
            throw error
        } catch let error as DatabaseError {
            throw DatasetError(error, path: path)
        } catch {
            throw .storeUnusable(path: path)
        }
    }

    private init(_ error: DatabaseError, path: String) {
        switch error.resultCode {
        case .SQLITE_FULL: self = .diskFull(path: path)
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN, .SQLITE_AUTH: self = .noPermission(path: path)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .storeInUse(path: path)
        case .SQLITE_IOERR: self = .inputOutput(path: path, code: error.extendedResultCode.rawValue)
        default: self = .storeUnusable(path: path)
        }
    }
}

/// An identifier as SQL quotes it.
func quotedIdentifier(_ name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}
