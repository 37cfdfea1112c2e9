internal import Glibc

/// What a file or directory is, and whose.
public struct FileStatus: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        case regular, directory, symbolicLink
        /// A pipe, a socket or a device.
        case other
    }

    /// When the content was last changed, as the file system counts time.
    public struct Instant: Sendable, Equatable {
        /// Since 1970.
        public let seconds: Int64
        public let nanoseconds: Int64
    }

    public let kind: Kind
    /// Permission bits, with set-user-id, set-group-id and sticky.
    public let mode: UInt32
    /// The owner's user id.
    public let owner: UInt32
    public let byteCount: Int
    public let modified: Instant

    init(_ found: stat) {
        kind =
            switch found.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .symbolicLink
            default: .other
            }
        mode = UInt32(found.st_mode & 0o7777)
        owner = found.st_uid
        byteCount = Int(found.st_size)
        modified = Instant(seconds: Int64(found.st_mtim.tv_sec), nanoseconds: Int64(found.st_mtim.tv_nsec))
    }

    /// Looks at a path.
    ///
    /// - Parameter followingLinks: false looks at a link itself.
    /// - Throws: `FileError.notFound`, `.noPermission`, `.notDirectory`, `.symbolicLink` where links go in a circle,
    ///   `.failed`.
    public init(of path: String, followingLinks: Bool = false) throws(FileError) {
        var found = stat()
        guard (followingLinks ? stat(path, &found) : lstat(path, &found)) == 0 else {
            throw .current("examining", path)
        }
        self.init(found)
    }

    /// The same; nil where there is nothing.
    ///
    /// - Throws: as `init(of:)`, but not `.notFound`.
    public static func at(_ path: String, followingLinks: Bool = false) throws(FileError) -> FileStatus? {
        do { return try FileStatus(of: path, followingLinks: followingLinks) } catch FileError.notFound { return nil }
    }

    /// Whether anything can be reached at the path, over links too.
    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether it belongs to the user this process runs as, and nobody else has any right to it.
    public var isPrivate: Bool { isOwn && mode & 0o077 == 0 }

    var isOwn: Bool { owner == geteuid() }
}
