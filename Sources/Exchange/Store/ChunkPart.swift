internal import Files
internal import NIOCore

/// Where a chunk is to be stored.
struct ChunkSlot: Sendable {
    var key: StreamStore.Key
    var seq: Int
}

/// A chunk that is being written beside its place. Either `StreamStore.finish` or `discard` ends it.
struct ChunkPart: Sendable {
    let slot: ChunkSlot
    let directory: String
    let name: String
    let file: ChunkFile
    let store: StreamStore
    /// Bytes written so far.
    private(set) var byteCount = 0

    init(slot: ChunkSlot, directory: String, name: String, file: ChunkFile, store: StreamStore) {
        self.slot = slot
        self.directory = directory
        self.name = name
        self.file = file
        self.store = store
    }

    mutating func append(_ bytes: [UInt8]) async throws(StoreError) {
        try count(bytes.count)
        let file = file
        try await store.blocking { () throws(StoreError) in try file.write(bytes) }
    }

    mutating func append(_ buffer: ByteBuffer) async throws(StoreError) {
        try count(buffer.readableBytes)
        let file = file
        try await store.blocking { () throws(StoreError) in
            let outcome = buffer.withUnsafeReadableBytes { bytes in
                Result { () throws(StoreError) in try file.write(bytes) }
            }
            try outcome.get()
        }
    }

    private var path: String { "\(directory)/\(name)" }

    /// Flushes the part and gives it its name in the stream, durably. Blocks.
    func place(as name: String) throws(StoreError) {
        try file.sync()
        try StoreError.during("renaming a file") { () throws(FileError) in
            try Directory.move(path, to: "\(directory)/\(name)")
        }
        try StoreError.during("syncing a directory") { () throws(FileError) in try Directory.sync(directory) }
    }

    /// Whether it holds the same bytes as a stored chunk of its length. Blocks.
    func isSame(as name: String) throws(StoreError) -> Bool {
        let stored = try ChunkFile(reading: "\(directory)/\(name)")
        return try file.read(byteCount, at: 0) == stored.read(byteCount, at: 0)
    }

    func discard() async {
        let path = path
        // A part that cannot be removed is removed at the next start.
        try? await store.blocking { () throws(StoreError) in try? AtomicFile.remove(path) }
    }

    private mutating func count(_ more: Int) throws(StoreError) {
        guard more <= StreamStore.chunkByteCountLimit - byteCount else {
            throw .invalidByteCount(limit: StreamStore.chunkByteCountLimit)
        }
        byteCount += more
    }
}

/// A stored chunk that is open for reading.
struct OpenChunk: Sendable {
    let file: ChunkFile
    let byteCount: Int
    let isLast: Bool
    let store: StreamStore

    /// `count` bytes from `offset`, which lie within the chunk, read to where they are sent from.
    func buffer(_ count: Int, at offset: Int) async throws(StoreError) -> ByteBuffer {
        let file = file
        return try await store.blocking { () throws(StoreError) in
            var buffer = ByteBuffer()
            var failure: StoreError?
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
                do throws(StoreError) {
                    try file.read(into: UnsafeMutableRawBufferPointer(rebasing: space[..<count]), at: offset)
                    return count
                } catch {
                    failure = error
                    return 0
                }
            }
            if let failure { throw failure }
            return buffer
        }
    }

    /// `count` bytes from `offset`, which lie within the chunk.
    func read(_ count: Int, at offset: Int) async throws(StoreError) -> [UInt8] {
        let file = file
        return try await store.blocking { () throws(StoreError) in try file.read(count, at: offset) }
    }
}
