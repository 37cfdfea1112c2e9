internal import Crypto
internal import Files

/// What the data package says of a file.
struct WrittenFile: Equatable {
    let byteCount: Int
    /// 32 bytes.
    let sha256: [UInt8]

    init(byteCount: Int, sha256: [UInt8]) {
        self.byteCount = byteCount
        self.sha256 = sha256
    }

    /// Writes a small file in one go.
    static func writing(_ bytes: [UInt8], to path: String) throws(DatasetError) -> WrittenFile {
        var file = try OutputFile(creating: path)
        try file.write { $0 += bytes }
        return try file.finish()
    }

    /// Waits until a file that another library wrote is on disk, and reads it back for its hash.
    init(syncing path: String) throws(DatasetError) {
        do throws(FileError) {
            let file = try OpenFile(reading: path)
            try file.sync()
            var hash = SHA256()
            var total = 0
            var block = [UInt8](repeating: 0, count: 1 << 18)
            while true {
                let count = try file.read(into: &block, at: total)
                if count == 0 { break }
                block.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
                total += count
            }
            byteCount = total
            sha256 = Array(hash.finalize())
        } catch {
            throw DatasetError(error)
        }
    }
}
