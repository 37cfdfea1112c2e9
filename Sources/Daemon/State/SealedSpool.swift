internal import Crypto
public import Files
internal import Glibc
public import PSIProtocol
internal import Synchronization

/// Sorted runs on disk, sealed under keys that exist only in this process's memory.
///
/// Each run is a file that is unlinked as soon as it is open: a crash leaves neither a name nor a key, and the kernel
/// frees the space. Each run has a fresh random AES-256-GCM key.
public struct SealedSpool: Spool {
    private let directory: PrivateDirectory

    public init(in directory: PrivateDirectory) { self.directory = directory }

    /// - Throws: `FileError`, of which `.diskFull` also while appending.
    public func makeRun() throws -> any SpoolWriter {
        let path = directory.file(".run-\(String(UInt64.random(in: .min ... .max), radix: 16))")
        let file = try OpenFile(path, O_RDWR | O_CREAT | O_EXCL)
        try removeFile(path)
        return SealedRunWriter(run: SealedRun(consume file, path: directory.path))
    }
}

final class SealedRunWriter: SpoolWriter {
    private let run: SealedRun
    private let sealer: BlockSealer
    private var isFinished = false

    init(run: SealedRun) {
        self.run = run
        sealer = BlockSealer(key: run.key)
    }

    func append(_ bytes: [UInt8]) throws {
        guard !isFinished else { throw SealedStateError.finished }
        try sealer.append(bytes) { try run.write($0) }
    }

    func finish() throws -> any SpoolRun {
        guard !isFinished else { throw SealedStateError.finished }
        isFinished = true
        try sealer.finish { try run.write($0) }
        return run
    }
}

final class SealedRun: SpoolRun {
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
        guard let bytes else { throw SealedStateError.discarded }
        return bytes
    }

    func makeReader() throws -> any SpoolReader {
        let byteCount = try file.withLock { file throws(FileError) in try file?.status().byteCount }
        guard let byteCount else { throw SealedStateError.discarded }
        return Reader(run: self, opener: BlockOpener(key: key, path: path, start: 0, sealedByteCount: byteCount))
    }

    /// Closes the file, which frees its space. Reading it afterwards throws `SealedStateError.discarded`.
    func discard() { file.withLock { $0 = nil } }

    struct Reader: SpoolReader {
        let run: SealedRun
        var opener: BlockOpener

        mutating func read(upTo byteCount: Int) throws -> [UInt8] {
            let run = run
            return try opener.read(upTo: byteCount) { try run.read($0, at: $1) }
        }
    }
}
