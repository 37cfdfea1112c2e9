internal import Glibc

/// What is done with directories by their paths.
public enum Directory {
    /// Makes a directory for its owner alone (0700). The one above must exist.
    ///
    /// - Throws: `FileError.exists`, `.notFound`, `.notDirectory`, `.noPermission`, `.diskFull`, `.failed`.
    public static func make(_ path: String) throws(FileError) {
        guard mkdir(path, 0o700) == 0 else { throw .current("making the directory", path) }
    }

    /// Makes `path` below `root`, which exists, one component at a time, so that every new name survives a crash of the
    /// machine. What is there is left as it is.
    ///
    /// - Parameter flushingAll: also flushes names that were there, which another task may have made a moment ago.
    /// - Throws: as `make`, but not `.exists`.
    public static func make(_ path: String, below root: String, flushingAll: Bool = false) throws(FileError) {
        var current = root
        for component in path.split(separator: "/") {
            let parent = current
            current = parent.hasSuffix("/") ? parent + String(component) : "\(parent)/\(component)"
            var isNew = true
            do { try make(current) } catch FileError.exists { isNew = false }
            if isNew || flushingAll { try sync(parent) }
        }
    }

    /// Makes a rename, creation or removal in a directory survive a crash of the machine. Links are followed.
    ///
    /// - Throws: `FileError.notFound`, `.notDirectory`, `.noPermission`, `.failed`.
    public static func sync(_ path: String) throws(FileError) {
        try OpenFile(directory: path, followingLinks: true).sync()
    }

    /// The names in a directory, sorted, without `.` and `..`.
    ///
    /// - Throws: `FileError.notFound`, `.notDirectory`, `.noPermission`, `.failed`.
    public static func names(in path: String) throws(FileError) -> [String] {
        guard let stream = opendir(path) else { throw .current("listing", path) }
        return try names(stream, path)
    }

    /// Makes the names in a directory, and in all below it, survive a crash of the machine. No link is followed.
    ///
    /// - Throws: `FileError.notFound`, `.notDirectory`, `.noPermission`, `.failed`.
    public static func syncTree(_ path: String) throws(FileError) {
        for name in try names(in: path) where try FileStatus(of: path + "/" + name).kind == .directory {
            try syncTree(path + "/" + name)
        }
        try OpenFile(directory: path).sync()
    }

    /// Gives a file or directory another name on its file system, in the place of a file that has it. `sync` makes it
    /// survive a crash of the machine.
    ///
    /// - Throws: `FileError.notFound`, `.noPermission`, `.diskFull`, `.failed`, naming `target`.
    public static func move(_ source: String, to target: String) throws(FileError) {
        guard rename(source, target) == 0 else { throw .current("renaming into place", target) }
    }

    /// Removes an empty directory; one that is not there is no error.
    ///
    /// - Throws: `FileError.exists` or `.failed` when it is not empty, `.notDirectory`, `.noPermission`.
    public static func remove(_ path: String) throws(FileError) {
        guard rmdir(path) == 0 || errno == ENOENT else { throw .current("removing", path) }
    }

    /// Removes a directory and all that is in it, following no link; one that is not there is no error.
    ///
    /// - Throws: `FileError.notDirectory`, `.noPermission`, `.failed`; some of it may be gone then.
    public static func removeTree(_ path: String) throws(FileError) {
        guard let status = try FileStatus.at(path) else { return }
        switch status.kind {
        case .directory: break
        // A link to a directory is not that directory.
        case .symbolicLink: return try AtomicFile.remove(path)
        default: throw .notDirectory(path: path)
        }
        for name in try names(inOwn: path) {
            let child = path + "/" + name
            if try FileStatus(of: child).kind == .directory {
                try removeTree(child)
            } else {
                try AtomicFile.remove(child)
            }
        }
        try remove(path)
    }

    /// The names in a directory, which must not have become a link meanwhile.
    private static func names(inOwn path: String) throws(FileError) -> [String] {
        let opened = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard opened >= 0 else { throw .current("listing", path) }
        guard let stream = fdopendir(opened) else {
            _ = Glibc.close(opened)
            throw .current("listing", path)
        }
        return try names(stream, path)
    }

    /// Reads an open directory to its end and closes it.
    private static func names(_ stream: OpaquePointer, _ path: String) throws(FileError) -> [String] {
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
}
