internal import Crypto
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
