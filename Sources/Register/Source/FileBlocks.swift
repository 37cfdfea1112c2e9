#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Bytes that come in blocks.
protocol ByteBlocks {
    /// Replaces the beginning of `block` with the bytes that follow.
    ///
    /// - Returns: how many bytes that is, at most `block.count`; 0 at the end only.
    mutating func read(into block: inout [UInt8]) throws(RegisterError) -> Int
}

/// Reads a regular file from its beginning, and notices when it is written to meanwhile.
final class FileBlocks: ByteBlocks {
    private let path: String
    private let descriptor: Int32
    private let state: State

    /// What changes when a file is written to.
    private struct State: Equatable {
        var byteCount: Int64
        var seconds: Int64
        var nanoseconds: Int64
    }

    init(path: String) throws(RegisterError) {
        // Without waiting, so that a pipe in the file's place is an error and not a standstill.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw RegisterError(Self.trouble(errno), file: path) }
        do throws(RegisterError) {
            state = try Self.state(of: descriptor, path: path)
        } catch {
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    func read(into block: inout [UInt8]) throws(RegisterError) -> Int {
        while true {
            let count = block.withUnsafeMutableBytes { readBytes(descriptor, $0) }
            if count > 0 { return count }
            if count == 0 {
                try checkUnchanged()
                return 0
            }
            let number = errno
            if number != EINTR { throw RegisterError(.readFailed(errno: number), file: path) }
        }
    }

    /// - Throws: `fileChanged` if the file was written to since it was opened.
    func checkUnchanged() throws(RegisterError) {
        guard try Self.state(of: descriptor, path: path) == state else {
            throw RegisterError(.fileChanged, file: path)
        }
    }

    private static func state(of descriptor: Int32, path: String) throws(RegisterError) -> State {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw RegisterError(.readFailed(errno: errno), file: path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw RegisterError(.notAFile, file: path) }
        #if canImport(Darwin)
            let changed = status.st_mtimespec
        #else
            let changed = status.st_mtim
        #endif
        return State(
            byteCount: Int64(status.st_size), seconds: Int64(changed.tv_sec), nanoseconds: Int64(changed.tv_nsec))
    }

    /// What the system's error number says about opening a file.
    static func trouble(_ number: Int32) -> RegisterError.Kind {
        switch number {
        case ENOENT, ENOTDIR: .fileNotFound
        case EACCES, EPERM: .permissionDenied
        case EISDIR, ENXIO, ENODEV: .notAFile
        default: .readFailed(errno: number)
        }
    }
}

/// The system's `read`, which the method's name hides.
private func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}
