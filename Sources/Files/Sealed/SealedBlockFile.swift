internal import Crypto
internal import Synchronization

/// Blocks of one size on the disk for as long as this process wants them, written once and read in any order.
///
/// As with `SealedRun`, the file has no name once it is open, and its key exists only in this process's memory. Each
/// block is sealed by itself under its number.
public final class SealedBlockFile: Sendable {
    private let key = SymmetricKey(size: .bits256)
    private let path: String
    private let plainByteCount: Int

    private struct State: ~Copyable {
        var file: OpenFile
        var count = 0
    }
    private let state: Mutex<State>

    /// - Parameters:
    ///   - directory: where the file lies without a name.
    ///   - plainByteCount: of every block, at most 16 MiB.
    /// - Throws: `FileError`.
    public convenience init(in directory: PrivateDirectory, plainByteCount: Int) throws(FileError) {
        let path = directory.file(".blocks-\(String(UInt64.random(in: .min ... .max), radix: 16))")
        let file = try OpenFile(creating: path)
        try AtomicFile.remove(path)
        self.init(consume file, path: directory.path, plainByteCount: plainByteCount)
    }

    init(_ file: consuming OpenFile, path: String, plainByteCount: Int) {
        self.path = path
        self.plainByteCount = plainByteCount
        state = Mutex(State(file: consume file))
    }

    /// - Returns: the block's number, counted from 0.
    /// - Throws: `FileError`, of which `.diskFull`: then nothing more can be appended.
    public func append(_ block: [UInt8]) throws -> Int {
        precondition(block.count == plainByteCount, "blocks have one size")
        return try state.withLock { state in
            let number = state.count
            // Counted first: a number whose block failed to be written is never used again.
            state.count += 1
            try state.file.write(SealedBlocks.seal(block[...], number: UInt64(number), last: false, key: key))
            return number
        }
    }

    /// - Throws: `FileError.altered`, naming the directory, for a block that is not the one written, or none.
    public func read(_ number: Int) throws -> [UInt8] {
        let sealedByteCount = plainByteCount + SealedBlocks.tagByteCount
        let sealed = try state.withLock { state in
            guard (0..<state.count).contains(number) else { throw FileError.altered(path: path) }
            return try state.file.read(sealedByteCount, at: number * sealedByteCount)
        }
        guard let plain = SealedBlocks.open(sealed, number: UInt64(number), last: false, key: key) else {
            throw FileError.altered(path: path)
        }
        return plain
    }
}
