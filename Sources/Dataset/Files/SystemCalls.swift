internal import Glibc

/// The few file system calls the dataset needs, with their failures named.
enum SystemCalls {
    /// What is at a path; symbolic links are not followed.
    enum Kind: Equatable {
        case nothing
        case directory(isPrivate: Bool)
        case other
    }

    static func kind(of path: String) throws(DatasetError) -> Kind {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            let code = errno
            if code == ENOENT { return .nothing }
            if code == ENOTDIR { throw .noDirectory(path: path) }
            throw failure(code, path)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return .other }
        return .directory(isPrivate: status.st_mode & 0o077 == 0 && status.st_uid == geteuid())
    }

    static func makePrivateDirectory(_ path: String) throws(DatasetError) {
        guard mkdir(path, 0o700) == 0 else { throw failure(errno, path) }
    }

    /// Makes an empty file that only its owner may read; fails if anything is there already.
    static func createPrivateFile(_ path: String) throws(DatasetError) -> Int32 {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(errno, path) }
        return descriptor
    }

    /// Waits until a file's bytes, or a directory's names, are on disk.
    static func sync(_ path: String) throws(DatasetError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure(errno, path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(errno, path) }
    }

    static func move(_ source: String, to target: String) throws(DatasetError) {
        guard rename(source, target) == 0 else { throw failure(errno, target) }
    }

    /// Removes a file, or a directory with the files in it; nothing there is no failure. Directories here hold files
    /// only.
    static func remove(_ path: String) throws(DatasetError) {
        switch try kind(of: path) {
        case .nothing: return
        case .other: guard unlink(path) == 0 || errno == ENOENT else { throw failure(errno, path) }
        case .directory:
            for name in try names(in: path) {
                guard unlink(path + "/" + name) == 0 || errno == ENOENT else { throw failure(errno, path + "/" + name) }
            }
            guard rmdir(path) == 0 else { throw failure(errno, path) }
        }
    }

    /// Names in a directory, without `.` and `..`, in no particular order.
    static func names(in path: String) throws(DatasetError) -> [String] {
        guard let stream = opendir(path) else { throw failure(errno, path) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    static func failure(_ code: Int32, _ path: String) -> DatasetError {
        switch code {
        case ENOSPC, EDQUOT, EFBIG: .diskFull(path: path)
        case EACCES, EPERM, EROFS: .noPermission(path: path)
        case ENOENT, ENOTDIR: .noDirectory(path: path)
        case EEXIST: .datasetExists(path: path)
        default: .inputOutput(path: path, code: code)
        }
    }
}

/// A path split into the directory that holds it and its own name.
struct SplitPath {
    let parent: String
    let name: String

    /// Throws `badPath` for one that names nothing new: empty, `/`, or ending in `.` or `..`.
    init(_ path: String) throws(DatasetError) {
        var trimmed = Substring(path)
        while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
        let name = trimmed.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        guard !name.isEmpty, name != ".", name != "..", name.utf8.count <= 200, !path.utf8.contains(0) else {
            throw .badPath(path: path)
        }
        let parent = trimmed.dropLast(name.count)
        self.name = name
        self.parent = parent.isEmpty ? "." : parent == "/" ? "/" : String(parent.dropLast())
    }

    func sibling(_ name: String) -> String { parent == "/" ? "/" + name : parent + "/" + name }
    var path: String { sibling(name) }
}
