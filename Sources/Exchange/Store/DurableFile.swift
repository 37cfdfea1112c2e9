internal import Files

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// An open file whose writes end on the disk or in an error. Every call blocks.
final class DurableFile: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { _ = close(descriptor) }

    /// Creates a file that must not exist, readable by its owner only.
    static func create(_ path: String) throws(StoreError) -> DurableFile {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("creating a file") }
        return DurableFile(descriptor: descriptor)
    }

    static func openForReading(_ path: String) throws(StoreError) -> DurableFile {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("opening a file") }
        return DurableFile(descriptor: descriptor)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            #if canImport(Glibc)
                let count = Glibc.write(descriptor, start, rest.count)
            #elseif canImport(Musl)
                let count = Musl.write(descriptor, start, rest.count)
            #else
                let count = Darwin.write(descriptor, start, rest.count)
            #endif
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.failure("writing a file")
            }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
    }

    /// Reads exactly as many bytes as the buffer takes.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) {
        var done = 0
        while done < buffer.count {
            let count = pread(
                descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset + done))
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.failure("reading a file")
            }
            guard count > 0 else { throw .damaged("a stored chunk is shorter than it was") }
            done += count
        }
    }

    /// `byteCount` bytes from `offset`; the caller has bounded the count.
    func read(_ byteCount: Int, at offset: Int) throws(StoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        try Self.rethrowing { try bytes.withUnsafeMutableBytes { try read(into: $0, at: offset) } }
        return bytes
    }

    func write(_ bytes: [UInt8]) throws(StoreError) {
        try Self.rethrowing { try bytes.withUnsafeBytes { try write($0) } }
    }

    /// For the library's closures, whose errors have no type.
    static func rethrowing(_ body: () throws -> Void) throws(StoreError) {
        do { try body() } catch let error as StoreError { throw error } catch {
            throw .failed(operation: "a file operation", code: -1)
        }
    }

    func sync() throws(StoreError) {
        while fsync(descriptor) != 0 {
            guard errno == EINTR else { throw Self.failure("syncing a file") }
        }
    }

    /// Turns errno into the store's error.
    static func failure(_ operation: String, code: Int32 = errno) -> StoreError {
        switch code {
        case ENOSPC, EDQUOT, EFBIG: .diskFull
        default: .failed(operation: operation, code: code)
        }
    }
}

/// Directory operations that end on the disk or in an error. Every call blocks.
enum DurableDirectory {
    /// Makes `path` below `root`, which exists, one component at a time, and makes every new name durable.
    ///
    /// - Parameter syncingAll: also syncs names that were there, which another task may have made a moment ago.
    static func make(_ path: String, below root: String, syncingAll: Bool = false) throws(StoreError) {
        var current = root
        for component in path.split(separator: "/") {
            let parent = current
            current += "/" + component
            let isNew = mkdir(current, 0o700) == 0
            guard isNew || errno == EEXIST else { throw DurableFile.failure("making a directory") }
            if isNew || syncingAll { try sync(parent) }
        }
    }

    static func sync(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DurableFile.failure("opening a directory") }
        defer { _ = close(descriptor) }
        while fsync(descriptor) != 0 {
            guard errno == EINTR else { throw DurableFile.failure("syncing a directory") }
        }
    }

    /// Gives a written and synced file its name, durably.
    static func publish(_ part: String, as name: String, in directory: String) throws(StoreError) {
        guard rename(directory + "/" + part, directory + "/" + name) == 0 else {
            throw DurableFile.failure("renaming a file")
        }
        try sync(directory)
    }

    /// Names in a directory, without `.` and `..`; empty when there is no directory.
    static func names(in path: String) throws(StoreError) -> [String] {
        guard let directory = opendir(path) else {
            if errno == ENOENT { return [] }
            throw DurableFile.failure("listing a directory")
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    static func byteCount(ofFile path: String) throws(StoreError) -> Int {
        var information = stat()
        guard lstat(path, &information) == 0 else { throw DurableFile.failure("examining a file") }
        guard information.st_mode & S_IFMT == S_IFREG else { throw .damaged("a chunk is not a plain file") }
        return Int(information.st_size)
    }

    static func removeFile(_ path: String) throws(StoreError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw DurableFile.failure("removing a file") }
    }

    /// Removes a directory and what is in it, following no link.
    static func removeTree(_ path: String) throws(StoreError) {
        for name in try names(in: path) {
            let child = path + "/" + name
            var information = stat()
            guard lstat(child, &information) == 0 else { throw DurableFile.failure("examining a file") }
            if information.st_mode & S_IFMT == S_IFDIR {
                try removeTree(child)
            } else {
                try removeFile(child)
            }
        }
        guard rmdir(path) == 0 || errno == ENOENT else { throw DurableFile.failure("removing a directory") }
    }

    /// Bytes that an unprivileged writer may still use, or nil when the system does not say.
    static func freeByteCount(_ path: String) -> Int? {
        var information = statvfs()
        guard statvfs(path, &information) == 0 else { return nil }
        let (bytes, overflow) = UInt64(information.f_bavail).multipliedReportingOverflow(
            by: UInt64(information.f_frsize))
        return overflow ? Int.max : Int(clamping: bytes)
    }

    /// Files that an unprivileged writer may still make, or nil when the system does not say or sets no bound.
    static func freeFileCount(_ path: String) -> Int? {
        var information = statvfs()
        guard statvfs(path, &information) == 0, information.f_files > 0 else { return nil }
        return Int(clamping: information.f_favail)
    }
}
