internal import Glibc

/// What a user without privileges may still store on the file system that a path lies on.
public struct FreeSpace: Sendable, Equatable {
    public let byteCount: Int
    /// Files (inodes), or nil where the file system sets no bound.
    public let fileCount: Int?

    /// - Throws: `FileError`.
    public init(at path: String) throws(FileError) {
        var found = statvfs()
        guard statvfs(path, &found) == 0 else { throw .current("asking the free space of", path) }
        let (bytes, overflow) = UInt64(found.f_bavail).multipliedReportingOverflow(by: UInt64(found.f_frsize))
        byteCount = overflow ? .max : Int(clamping: bytes)
        fileCount = found.f_files > 0 ? Int(clamping: found.f_favail) : nil
    }
}
