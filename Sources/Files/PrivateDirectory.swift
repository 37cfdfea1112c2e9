internal import Glibc

/// A directory that only the user this process runs as can enter: keys, sealed state and spools live in such ones.
///
/// The check is made when the value is made. It guards against a mistaken installation, not against the owner or root.
public struct PrivateDirectory: Sendable, Equatable {
    public let path: String

    /// Opens the directory, making it with mode 0700 if it doesn't exist yet. The directory above must exist.
    ///
    /// - Throws: `FileError.looseMode` when its group or others have any right to it, `.foreignOwner` when another user
    ///   owns it, `.symbolicLink`, `.notDirectory`.
    public init(creating path: String) throws(FileError) {
        let path = Self.withoutTrailingSlash(path)
        if mkdir(path, 0o700) == 0 {
            try syncDirectory(splitPath(path).directory)
        } else if errno != EEXIST {
            throw .current("making the directory", path)
        }
        try self.init(path)
    }

    /// Opens an existing directory.
    public init(_ path: String) throws(FileError) {
        let path = Self.withoutTrailingSlash(path)
        // Asked of the path itself first, so that a link to a directory is named as a link.
        var found = stat()
        guard lstat(path, &found) == 0 else { throw .current("examining", path) }
        if found.st_mode & S_IFMT == S_IFLNK { throw .symbolicLink(path: path) }
        let status = try OpenFile(path, O_RDONLY | O_DIRECTORY).status()
        guard status.kind == S_IFDIR else { throw .notDirectory(path: path) }
        guard status.owner == geteuid() else {
            throw .foreignOwner(path: path, owner: status.owner, expected: geteuid())
        }
        guard status.mode & 0o077 == 0 else { throw .looseMode(path: path, mode: status.mode, wanted: 0o700) }
        self.path = path
    }

    /// A private directory inside this one, made if need be. `name` is one path component.
    public func subdirectory(_ name: String) throws(FileError) -> PrivateDirectory {
        try PrivateDirectory(creating: file(name))
    }

    /// The path of a file in this directory. `name` is one path component.
    public func file(_ name: String) -> String {
        path == "/" ? "/" + name : path + "/" + name
    }

    /// The names in the directory, sorted, without `.` and `..`.
    public func names() throws(FileError) -> [String] {
        guard let stream = opendir(path) else { throw .current("listing", path) }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw .current("listing", path) }
        return names.sorted()
    }

    /// Bytes that this user may still write to the file system the directory is on.
    public func freeByteCount() throws(FileError) -> UInt64 {
        var found = statvfs()
        guard statvfs(path, &found) == 0 else { throw .current("asking the free space of", path) }
        let (count, overflow) = UInt64(found.f_bavail).multipliedReportingOverflow(by: UInt64(found.f_frsize))
        return overflow ? .max : count
    }

    private static func withoutTrailingSlash(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }
}
