internal import Glibc

/// An open file descriptor, closed when its one owner lets go of it.
public struct OpenFile: ~Copyable, Sendable {
    let descriptor: Int32
    /// For errors only.
    public let path: String

    /// Opens without following a symbolic link in the last part of the path; never inherited by a child process.
    public init(_ path: String, _ flags: Int32, mode: UInt32 = 0o600) throws(FileError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .notFound(path: path) }
        var opened: Int32
        repeat { opened = Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode) } while opened < 0 && errno == EINTR
        guard opened >= 0 else { throw .current("opening", path) }
        descriptor = opened
        self.path = path
    }

    deinit { _ = Glibc.close(descriptor) }

    public struct Status {
        public let kind: UInt32
        /// Permission bits, with set-user-id, set-group-id and sticky.
        public let mode: UInt32
        public let owner: UInt32
        public let byteCount: Int
    }

    public func status() throws(FileError) -> Status {
        var found = stat()
        guard fstat(descriptor, &found) == 0 else { throw .current("examining", path) }
        return Status(
            kind: found.st_mode & S_IFMT, mode: UInt32(found.st_mode & 0o7777), owner: found.st_uid,
            byteCount: Int(found.st_size))
    }

    func setMode(_ mode: UInt32) throws(FileError) {
        guard fchmod(descriptor, mode) == 0 else { throw .current("setting the mode", path) }
    }

    /// Writes all bytes at the descriptor's position.
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

    public func write(_ bytes: some Sequence<UInt8>) throws(FileError) {
        let copied = Array(bytes)
        var failure: FileError?
        copied.withUnsafeBytes { buffer in
            do throws(FileError) { try write(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Fills `buffer` from `offset` on as far as the file goes; the number of bytes read.
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

    /// Up to `byteCount` bytes from `offset` on; fewer only at the end of the file.
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

    /// Waits until what was written is on the disk.
    public func sync() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw .current("flushing", path) }
    }

    /// Overwrites `range` with zeros in place and waits until they are on the disk.
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

    public func truncate(to byteCount: Int) throws(FileError) {
        guard ftruncate(descriptor, off_t(byteCount)) == 0 else { throw .current("truncating", path) }
    }
}

/// Splits `a/b/c` into `a/b` and `c`; a bare name lies in the working directory.
public func splitPath(_ path: String) -> (directory: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let directory = path[..<slash]
    return (directory.isEmpty ? "/" : String(directory), String(path[path.index(after: slash)...]))
}

/// Makes a rename, creation or removal in `directory` survive a crash of the machine.
public func syncDirectory(_ directory: String) throws(FileError) {
    let opened = try OpenFile(directory, O_RDONLY | O_DIRECTORY)
    try opened.sync()
}

public func removeFile(_ path: String) throws(FileError) {
    guard unlink(path) == 0 else { throw .current("removing", path) }
}
