internal import Synchronization

/// A spool in memory, for simulations and for lists that fit.
public struct MemorySpool: Spool {
    public init() {}
    public func makeRun() throws -> any SpoolWriter { MemoryRunWriter() }
    public func makeBlocks(byteCount: Int) throws -> any SpoolBlocks { MemoryBlocks() }
}

private final class MemoryBlocks: SpoolBlocks {
    private let blocks = Mutex<[[UInt8]]>([])

    func append(_ block: [UInt8]) throws -> Int {
        blocks.withLock { blocks in
            blocks.append(block)
            return blocks.count - 1
        }
    }

    func read(_ number: Int) throws -> [UInt8] {
        try blocks.withLock { blocks in
            guard blocks.indices.contains(number) else { throw ExternalSortError.truncatedRun }
            return blocks[number]
        }
    }
}

private struct MemoryRunWriter: SpoolWriter {
    var bytes: [UInt8] = []
    mutating func append(_ bytes: [UInt8]) throws { self.bytes += bytes }
    mutating func finish() throws -> any SpoolRun { MemoryRun(bytes: bytes) }
}

struct MemoryRun: SpoolRun {
    let bytes: [UInt8]
    func makeReader() throws -> any SpoolReader { Reader(bytes: bytes) }
    func discard() {}

    struct Reader: SpoolReader {
        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func read(upTo byteCount: Int) throws -> [UInt8] {
            let end = min(bytes.count, position + byteCount)
            defer { position = end }
            return Array(bytes[position..<end])
        }
    }
}
