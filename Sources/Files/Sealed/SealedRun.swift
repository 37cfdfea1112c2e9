internal import Crypto
internal import Glibc
internal import Synchronization

/// Bytes on the disk for as long as this process wants them, sealed under a key that exists only in its memory.
///
/// The file is unlinked as soon as it is open: a crash leaves neither a name nor a key, and the kernel frees the space.
/// Each run has a fresh random AES-256-GCM key. It may be read several times, by several tasks, until it is discarded.
public final class SealedRun: Sendable {
    let key = SymmetricKey(size: .bits256)
    private let path: String
    private let file: Mutex<OpenFile?>

    init(_ file: consuming OpenFile, path: String) {
        self.path = path
        self.file = Mutex(consume file)
    }

    func write(_ sealed: [UInt8]) throws {
        try file.withLock { file throws(FileError) in
            if file != nil { try file?.write(sealed) }
        }
    }

    func read(_ byteCount: Int, at offset: Int) throws -> [UInt8] {
        let bytes = try file.withLock { file throws(FileError) in try file?.read(byteCount, at: offset) }
        guard let bytes else { throw FileError.discarded }
        return bytes
    }

    /// Reads the run from its beginning.
    ///
    /// - Throws: `FileError.discarded`.
    public func makeReader() throws -> SealedRunReader {
        let byteCount = try file.withLock { file throws(FileError) in try file?.status().byteCount }
        guard let byteCount else { throw FileError.discarded }
        return SealedRunReader(
            run: self, opener: BlockOpener(key: key, path: path, start: 0, sealedByteCount: byteCount))
    }

    /// Closes the file, which frees its space. Reading it afterwards throws `FileError.discarded`.
    public func discard() { file.withLock { $0 = nil } }
}

/// Appends to one run.
public final class SealedRunWriter {
    private let run: SealedRun
    private let sealer: BlockSealer
    private var isFinished = false

    /// Makes an empty run.
    ///
    /// - Parameter directory: where its file lies without a name.
    /// - Throws: `FileError`.
    public convenience init(in directory: PrivateDirectory) throws(FileError) {
        let path = directory.file(".run-\(String(UInt64.random(in: .min ... .max), radix: 16))")
        let file = try OpenFile(path, O_RDWR | O_CREAT | O_EXCL)
        try removeFile(path)
        self.init(run: SealedRun(consume file, path: directory.path))
    }

    init(run: SealedRun) {
        self.run = run
        sealer = BlockSealer(key: run.key)
    }

    /// - Throws: `FileError`, of which `.diskFull`, and `.finished` after `finish`.
    public func append(_ bytes: [UInt8]) throws {
        guard !isFinished else { throw FileError.finished }
        try sealer.append(bytes) { try run.write($0) }
    }

    /// Ends the run; nothing can be appended after.
    ///
    /// - Throws: as `append`.
    public func finish() throws -> SealedRun {
        guard !isFinished else { throw FileError.finished }
        isFinished = true
        try sealer.finish { try run.write($0) }
        return run
    }
}

/// Reads one run from its beginning. Each piece it yields has been authenticated.
public struct SealedRunReader {
    let run: SealedRun
    var opener: BlockOpener

    /// Up to `byteCount` bytes; empty at the end.
    ///
    /// - Throws: `FileError.altered`, naming the directory; `.discarded`.
    public mutating func read(upTo byteCount: Int) throws -> [UInt8] {
        let run = run
        return try opener.read(upTo: byteCount) { try run.read($0, at: $1) }
    }
}
