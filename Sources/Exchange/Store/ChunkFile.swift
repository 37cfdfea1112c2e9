internal import Files

/// A chunk's open file, which tasks can share. Every call blocks.
final class ChunkFile: Sendable {
    private let file: OpenFile

    /// Makes a file that must not exist, readable by its owner only.
    init(creating path: String) throws(StoreError) {
        do throws(FileError) { file = try OpenFile(creating: path) } catch {
            throw StoreError(error, during: "creating a file")
        }
    }

    init(reading path: String) throws(StoreError) {
        do throws(FileError) { file = try OpenFile(reading: path) } catch {
            throw StoreError(error, during: "opening a file")
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        try StoreError.during("writing a file") { () throws(FileError) in try file.write(bytes) }
    }

    func write(_ bytes: [UInt8]) throws(StoreError) {
        try StoreError.during("writing a file") { () throws(FileError) in try file.write(bytes) }
    }

    /// Waits until what was written is on the disk.
    func sync() throws(StoreError) {
        try StoreError.during("syncing a file") { () throws(FileError) in try file.sync() }
    }

    /// Bytes that the file has now.
    func byteCount() throws(StoreError) -> Int {
        try StoreError.during("examining a file") { () throws(FileError) in try file.regularStatus().byteCount }
    }

    /// Fills `buffer` from `offset` on.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) {
        let count = try StoreError.during("reading a file") { () throws(FileError) in
            try file.read(into: buffer, at: offset)
        }
        guard count == buffer.count else { throw .damaged("a stored chunk is shorter than it was") }
    }

    /// Exactly `byteCount` bytes from `offset`; the caller has bounded the count.
    func read(_ byteCount: Int, at offset: Int) throws(StoreError) -> [UInt8] {
        let bytes = try StoreError.during("reading a file") { () throws(FileError) in
            try file.read(byteCount, at: offset)
        }
        guard bytes.count == byteCount else { throw .damaged("a stored chunk is shorter than it was") }
        return bytes
    }
}
