internal import Crypto
internal import Files

/// A new file written from start to end in blocks, its length and SHA-256 counted on the way.
struct OutputFile: ~Copyable {
    private static let blockByteCount = 1 << 18

    private let file: OpenFile
    private var block: [UInt8] = []
    private var hash = SHA256()
    private var byteCount = 0

    init(creating path: String) throws(DatasetError) {
        do throws(FileError) { file = try OpenFile(creating: path) } catch { throw DatasetError(error) }
        block.reserveCapacity(Self.blockByteCount + 4_096)
    }

    /// Takes bytes by letting the caller add them to the block.
    mutating func write(_ fill: (inout [UInt8]) -> Void) throws(DatasetError) {
        fill(&block)
        if block.count >= Self.blockByteCount { try flush() }
    }

    /// Writes what is left and waits until it is on disk.
    consuming func finish() throws(DatasetError) -> WrittenFile {
        try flush()
        do throws(FileError) { try file.sync() } catch { throw DatasetError(error) }
        return WrittenFile(byteCount: byteCount, sha256: Array(hash.finalize()))
    }

    private mutating func flush() throws(DatasetError) {
        do throws(FileError) { try file.write(block) } catch { throw DatasetError(error) }
        hash.update(data: block)
        byteCount += block.count
        block.removeAll(keepingCapacity: true)
    }
}
