internal import Glibc
internal import Synchronization

/// Keeps a second process off a directory for as long as this value lives.
///
/// The kernel releases the lock when the process ends, however it ends, so no stale lock stays behind; the lock file
/// itself stays.
public final class ProcessLock: Sendable {
    private let file: Mutex<OpenFile?>
    public let path: String

    /// Whoever only looks whether the lock is held has it for a moment, which the one who takes it waits out.
    private static let tryCount = 25
    private static let pauseMicroseconds: UInt32 = 10_000

    /// Takes the lock on `name` in the directory, at once or within a quarter of a second.
    ///
    /// - Throws: `FileError.inUse`, with the id of the process that holds it.
    public init(in directory: PrivateDirectory, name: String = "lock") throws(FileError) {
        path = directory.file(name)
        let opened = try OpenFile(keeping: path)
        var isTaken = try opened.tryLock()
        for _ in 1..<Self.tryCount where !isTaken {
            usleep(Self.pauseMicroseconds)
            isTaken = try opened.tryLock()
        }
        guard isTaken else {
            let text = String(decoding: try opened.read(16, at: 0), as: UTF8.self)
            throw .inUse(path: path, process: Int32(text.prefix { $0.isASCII && $0.isNumber }))
        }
        try opened.truncate(to: 0)
        try opened.write(Array("\(getpid())\n".utf8))
        file = Mutex(consume opened)
    }

    /// Whether a process holds the lock now. Makes and changes nothing.
    ///
    /// - Throws: `FileError` other than `.notFound`, which is a lock that nobody ever took.
    public static func isHeld(in directory: String, name: String = "lock") throws(FileError) -> Bool {
        do {
            let opened = try OpenFile(reading: "\(directory)/\(name)")
            defer { opened.unlock() }
            return try !opened.tryLock(shared: true)
        } catch FileError.notFound { return false }
    }

    deinit { release() }

    /// Lets go before the value's end.
    public func release() {
        file.withLock {
            $0?.unlock()
            $0 = nil
        }
    }
}
