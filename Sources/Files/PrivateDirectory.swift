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
        let split = SplitPath(ofDirectory: path)
        do throws(FileError) {
            try Directory.make(SplitPath.withoutTrailingSlashes(path))
            try Directory.sync(split.parent)
        } catch .exists {}
        try self.init(path)
    }

    /// Opens an existing directory.
    public init(_ path: String) throws(FileError) {
        let path = SplitPath.withoutTrailingSlashes(path)
        // Asked of the path itself first, so that a link to a directory is named as a link.
        if try FileStatus(of: path).kind == .symbolicLink { throw .symbolicLink(path: path) }
        let status = try OpenFile(directory: path).status()
        guard status.isOwn else {
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
    public func names() throws(FileError) -> [String] { try Directory.names(in: path) }
}
