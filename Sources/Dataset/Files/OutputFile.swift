internal import Crypto
internal import Glibc

/// A new file written from start to end in blocks, its length and SHA-256 counted on the way.
struct OutputFile: ~Copyable {
    private static let blockByteCount = 1 << 18

    private let path: String
    private let descriptor: Int32
    private var block: [UInt8] = []
    private var hash = SHA256()
    private var byteCount = 0

    init(creating path: String) throws(DatasetError) {
        self.path = path
        descriptor = try SystemCalls.createPrivateFile(path)
        block.reserveCapacity(Self.blockByteCount + 4_096)
    }

    deinit { close(descriptor) }

    /// Takes bytes by letting the caller add them to the block.
    mutating func write(_ fill: (inout [UInt8]) -> Void) throws(DatasetError) {
        fill(&block)
        if block.count >= Self.blockByteCount { try flush() }
    }

    /// Writes what is left and waits until it is on disk.
    consuming func finish() throws(DatasetError) -> WrittenFile {
        try flush()
        guard fsync(descriptor) == 0 else { throw SystemCalls.failure(errno, path) }
        return WrittenFile(byteCount: byteCount, sha256: Array(hash.finalize()))
    }

    private mutating func flush() throws(DatasetError) {
        var written = 0
        while written < block.count {
            let count = block.withUnsafeBytes { unsafe in
                Glibc.write(descriptor, unsafe.baseAddress?.advanced(by: written), unsafe.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemCalls.failure(errno, path)
            }
            written += count
        }
        hash.update(data: block)
        byteCount += block.count
        block.removeAll(keepingCapacity: true)
    }
}

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
        try SystemCalls.sync(path)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw SystemCalls.failure(errno, path) }
        defer { close(descriptor) }
        var hash = SHA256()
        var total = 0
        var block = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = block.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemCalls.failure(errno, path)
            }
            if count == 0 { break }
            block.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
            total += count
        }
        byteCount = total
        sha256 = Array(hash.finalize())
    }
}
