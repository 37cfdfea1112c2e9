internal import Glibc

/// An open file or directory, closed when its one owner lets go of it. Every call blocks.
///
/// A link in the last part of the path is an error unless the caller asks for it to be followed. No child process
/// inherits what is open.
public struct OpenFile: ~Copyable, Sendable {
    let descriptor: Int32
    /// As it was given; for errors only.
    public let path: String

    private init(_ path: String, _ flags: Int32, followingLinks: Bool = false) throws(FileError) {
        // The system would take what stands before the zero for the whole path.
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .notFound(path: path) }
        let flags = flags | O_CLOEXEC | (followingLinks ? 0 : O_NOFOLLOW)
        var opened: Int32
        repeat { opened = open(path, flags, 0o600) } while opened < 0 && errno == EINTR
        guard opened >= 0 else { throw .current("opening", path) }
        descriptor = opened
        self.path = path
    }

    deinit { _ = close(descriptor) }

    /// Opens what is there for reading, without waiting: of a pipe or a device, `status` tells before it is read.
    ///
    /// - Throws: `FileError.notFound`, `.noPermission`, `.symbolicLink`, `.notDirectory`, `.failed`.
    public init(reading path: String, followingLinks: Bool = false) throws(FileError) {
        try self.init(path, O_RDONLY | O_NONBLOCK, followingLinks: followingLinks)
    }

    /// Opens a file that is there for reading, and for overwriting it in place.
    ///
    /// - Throws: as `init(reading:)`.
    public init(changing path: String) throws(FileError) { try self.init(path, O_RDWR) }

    /// Makes a file, for writing and reading, that its owner alone can open.
    ///
    /// - Throws: `FileError.exists` if anything is there, a link too; `.diskFull`; as `init(reading:)`.
    public init(creating path: String) throws(FileError) { try self.init(path, O_RDWR | O_CREAT | O_EXCL) }

    /// Opens a file for writing and reading as it is, or makes an empty one that its owner alone can open.
    init(keeping path: String) throws(FileError) { try self.init(path, O_RDWR | O_CREAT) }

    /// Opens a directory, to look at it or to flush it.
    init(directory path: String, followingLinks: Bool = false) throws(FileError) {
        try self.init(path, O_RDONLY | O_DIRECTORY, followingLinks: followingLinks)
    }

    /// What is open, as it is now.
    ///
    /// - Throws: `FileError.failed`.
    public func status() throws(FileError) -> FileStatus {
        var found = stat()
        guard fstat(descriptor, &found) == 0 else { throw .current("examining", path) }
        return FileStatus(found)
    }

    /// The same, where only a regular file will do.
    ///
    /// - Throws: `FileError.notRegularFile`, `.failed`.
    public func regularStatus() throws(FileError) -> FileStatus {
        let status = try status()
        guard status.kind == .regular else { throw .notRegularFile(path: path) }
        return status
    }

    /// Sets the permission bits, whatever the process's file mode mask is.
    func setMode(_ mode: UInt32) throws(FileError) {
        guard fchmod(descriptor, mode) == 0 else { throw .current("setting the mode", path) }
    }

    /// Writes all bytes after what this value has written or, at first, at the beginning.
    ///
    /// - Throws: `FileError.diskFull`, `.failed`; some of the bytes may then be written.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var rest = bytes
        while let start = rest.baseAddress, rest.count > 0 {
            let count = Glibc.write(descriptor, start, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw .current("writing", path)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// The same for an array, which is not copied.
    public func write(_ bytes: [UInt8]) throws(FileError) {
        var failure: FileError?
        bytes.withUnsafeBytes { buffer in
            do throws(FileError) { try write(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Writes all bytes from `offset` on.
    ///
    /// - Throws: `FileError.diskFull`, `.failed`; some of the bytes may then be written.
    func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset + done))
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw .current("writing", path)
            }
            done += count
        }
    }

    /// Fills `buffer` from `offset` on as far as the file goes; the number of bytes read.
    ///
    /// - Throws: `FileError.failed`.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
        var done = 0
        while done < buffer.count, let start = buffer.baseAddress {
            let count = pread(descriptor, start + done, buffer.count - done, off_t(offset + done))
            if count < 0 {
                if errno == EINTR { continue }
                throw .current("reading", path)
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// The same for an array, which keeps its length and is not copied.
    public func read(into bytes: inout [UInt8], at offset: Int) throws(FileError) -> Int {
        let outcome = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(FileError) in try read(into: buffer, at: offset) }
        }
        return try outcome.get()
    }

    /// Up to `byteCount` bytes from `offset` on; fewer only at the end of the file.
    ///
    /// - Throws: `FileError.failed`.
    public func read(_ byteCount: Int, at offset: Int) throws(FileError) -> [UInt8] {
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            do throws(FileError) {
                count = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Waits until what was written, or a directory's names, are on the disk.
    ///
    /// - Throws: `FileError.diskFull`, `.failed`: nothing is certain then of what was written.
    public func sync() throws(FileError) {
        while fsync(descriptor) != 0 {
            guard errno == EINTR else { throw .current("flushing", path) }
        }
    }

    /// Overwrites `range` with zeros in place and waits until they are on the disk.
    ///
    /// - Throws: `FileError.diskFull`, `.failed`.
    public func overwrite(_ range: Range<Int>) throws(FileError) {
        let zeros = [UInt8](repeating: 0, count: min(range.count, 1 << 16))
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = pwrite(descriptor, zeros, min(zeros.count, range.upperBound - offset), off_t(offset))
            if count < 0 {
                if errno == EINTR { continue }
                throw .current("overwriting", path)
            }
            offset += count
        }
        try sync()
    }

    func truncate(to byteCount: Int) throws(FileError) {
        guard ftruncate(descriptor, off_t(byteCount)) == 0 else { throw .current("truncating", path) }
    }

    /// Takes the file's lock without waiting; false if somebody else has it. It goes when the file is closed.
    ///
    /// - Parameter shared: together with others who share it.
    func tryLock(shared: Bool = false) throws(FileError) -> Bool {
        while flock(descriptor, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            if errno == EWOULDBLOCK { return false }
            throw .current("locking", path)
        }
        return true
    }

    /// Gives the file's lock up, also where a process that was started meanwhile still has the file open.
    func unlock() { _ = flock(descriptor, LOCK_UN) }
}
