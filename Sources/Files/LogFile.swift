internal import Glibc

/// A file that only grows, by whole lines, and that its owner alone can open.
///
/// What a writer that was killed left of a line is not read, and goes when the next line is written.
public struct LogFile: Sendable {
    public let path: String
    /// A line that would make the file longer is refused, and a longer file is not read.
    private let maxByteCount: Int

    /// Nothing is made until the first line is written.
    public init(in directory: PrivateDirectory, name: String, maxByteCount: Int) {
        path = directory.file(name)
        self.maxByteCount = maxByteCount
    }

    /// The whole lines, each with its line feed; none of a file that isn't there.
    ///
    /// - Throws: `FileError.tooLarge`, `.looseMode`, `.foreignOwner`, `.notRegularFile`, `.noPermission`, `.failed`.
    public func read() throws(FileError) -> [UInt8] {
        do throws(FileError) { return try wholeLines(OpenFile(reading: path)) } catch .notFound { return [] }
    }

    /// Writes a line and waits until it is on the disk. Nobody else writes one meanwhile.
    ///
    /// - Parameter line: makes the line, without its line feed, of all that is there.
    /// - Throws: `FileError.inUse` when another process keeps writing for seconds, `.tooLarge` when the file is full,
    ///   `.diskFull`, as `read`; whatever `line` throws. Then the file is as it was.
    public func append(_ line: (_ lines: [UInt8]) throws -> [UInt8]) throws {
        let file = try OpenFile(keeping: path)
        try lock(file)
        defer { file.unlock() }
        let lines = try wholeLines(file)
        let bytes = try line(lines) + [UInt8(ascii: "\n")]
        guard bytes.count <= maxByteCount - lines.count else {
            throw FileError.tooLarge(path: path, maxByteCount: maxByteCount)
        }
        try file.truncate(to: lines.count)
        do {
            try file.write(bytes, at: lines.count)
            try file.sync()
        } catch {
            try? file.truncate(to: lines.count)
            throw error
        }
        if lines.isEmpty { try Directory.sync(SplitPath(path).parent) }
    }

    private static let attemptLimit = 100
    private static let pauseMicroseconds: UInt32 = 50_000

    private func lock(_ file: borrowing OpenFile) throws(FileError) {
        for _ in 0..<Self.attemptLimit {
            if try file.tryLock() { return }
            usleep(Self.pauseMicroseconds)
        }
        throw .inUse(path: path, process: nil)
    }

    private func wholeLines(_ file: borrowing OpenFile) throws(FileError) -> [UInt8] {
        let status = try file.regularStatus()
        guard status.isOwn else { throw .foreignOwner(path: path, owner: status.owner, expected: geteuid()) }
        guard status.mode & 0o077 == 0 else { throw .looseMode(path: path, mode: status.mode, wanted: 0o600) }
        guard status.byteCount <= maxByteCount else { throw .tooLarge(path: path, maxByteCount: maxByteCount) }
        let bytes = try file.read(status.byteCount, at: 0)
        return Array(bytes[..<((bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1)])
    }
}
