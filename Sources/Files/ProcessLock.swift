internal import Glibc
internal import Synchronization

/// Keeps a second process off a directory for as long as this value lives.
///
/// The kernel releases the lock when the process ends, however it ends, so no stale lock stays behind; the lock file
/// itself stays.
public final class ProcessLock: Sendable {
    private let file: Mutex<OpenFile?>
    public let path: String

    /// Takes the lock, without waiting, on `name` in the directory.
    ///
    /// - Throws: `FileError.inUse`, with the id of the process that holds it.
    public init(in directory: PrivateDirectory, name: String = "lock") throws(FileError) {
        path = directory.file(name)
        let opened = try OpenFile(keeping: path)
        guard try opened.tryLock() else {
            let text = String(decoding: try opened.read(16, at: 0), as: UTF8.self)
            throw .inUse(path: path, process: Int32(text.prefix { $0.isASCII && $0.isNumber }))
        }
        try opened.truncate(to: 0)
        try opened.write(Array("\(getpid())\n".utf8))
        file = Mutex(consume opened)
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
