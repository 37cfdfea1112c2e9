public import PSIProtocol
internal import Synchronization
internal import Values

/// What is known of a vault before it is read.
public struct VaultLayout: Sendable, Equatable {
    /// Bytes of one cell.
    public var cellByteCount: Int
    /// Into which part a handle belongs.
    public var partition: StreamPartition

    public init(cellByteCount: Int, partition: StreamPartition) {
        self.cellByteCount = cellByteCount
        self.partition = partition
    }
}

/// Finds cells in all parts of a stored vault.
struct PartedVaultLookup: Sendable {
    let store: StreamStore
    /// Any part of it.
    let stream: StreamID
    let round: RoundID
    let layout: VaultLayout

    /// As `VaultLookup.cells`; handles in ascending order.
    func cells(_ handles: [[UInt8]]) async throws(StoreError) -> [[UInt8]] {
        var found: [[UInt8]] = []
        var rest = handles[...]
        while let first = rest.first {
            let part = self.part(of: first)
            let some = rest.prefix { self.part(of: $0) == part }
            let lookup = try await VaultLookup(
                store: store, stream: stream.part(part), round: round, cellByteCount: layout.cellByteCount)
            found += try await lookup.cells(Array(some))
            rest = rest.dropFirst(some.count)
        }
        return found
    }

    private func part(of handle: [UInt8]) -> Int { handle.withUnsafeBytes { layout.partition.part(of: $0) } }
}

/// Finds cells in a part of a stored vault: fixed-size records sorted by the 16-byte handle that each begins with.
///
/// The vault's chunks are taken as one run of bytes, so a record may lie across two of them.
struct VaultLookup: Sendable {
    static let handleByteCount = 16

    let store: StreamStore
    let key: StreamStore.Key
    let cellByteCount: Int
    private let chunkStarts: [Int]
    private let cellCount: Int

    /// - Throws: `StoreError.noSuchChunk` while the vault is not complete, `.damaged` when its length is no multiple
    ///   of the cell's.
    init(store: StreamStore, stream: StreamID, round: RoundID, cellByteCount: Int) async throws(StoreError) {
        let stored = try await store.stored(stream, round)
        guard stored.isComplete else { throw .noSuchChunk(seq: stored.chunkByteCounts.count) }
        guard cellByteCount >= Self.handleByteCount, stored.byteCount.isMultiple(of: cellByteCount) else {
            throw .damaged("a vault's length is no multiple of its cells'")
        }
        self.store = store
        self.cellByteCount = cellByteCount
        key = StreamStore.Key(round: round, stream: stream)
        var starts = [0]
        for byteCount in stored.chunkByteCounts { starts.append((starts.last ?? 0) + byteCount) }
        chunkStarts = starts
        cellCount = stored.byteCount / cellByteCount
    }

    /// For each handle, in order, the record that has it, or as many zero bytes where the vault has none. [P-57]
    func cells(_ handles: [[UInt8]]) async throws(StoreError) -> [[UInt8]] {
        let first = try await firstHandles()
        return try await store.blocking { () throws(StoreError) in
            var reader = VaultReader(lookup: self, starts: chunkStarts)
            let nothing = [UInt8](repeating: 0, count: cellByteCount)
            var found: [[UInt8]] = []
            for handle in handles {
                // The last chunk whose first record is not beyond the handle holds it, if any does.
                var low = 0
                var high = first.count
                while low < high {
                    let middle = low + (high - low) / 2
                    if first[middle].handle.lexicographicallyPrecedes(handle) || first[middle].handle == handle {
                        low = middle + 1
                    } else {
                        high = middle
                    }
                }
                found.append(nothing)
                guard low > 0 else { continue }
                var from = first[low - 1].cell
                var to = low < first.count ? first[low].cell : cellCount
                while from < to {
                    let middle = from + (to - from) / 2
                    let candidate = try reader.read(Self.handleByteCount, at: middle * cellByteCount)
                    if candidate == handle {
                        found[found.count - 1] = try reader.read(cellByteCount, at: middle * cellByteCount)
                        break
                    }
                    if candidate.lexicographicallyPrecedes(handle) { from = middle + 1 } else { to = middle }
                }
            }
            return found
        }
    }

    /// The first record that begins in each chunk, read once per vault.
    private func firstHandles() async throws(StoreError) -> [VaultIndexCache.FirstCell] {
        if let known = store.vaultIndexes.index(of: key, cellByteCount) { return known }
        let index = try await store.blocking { () throws(StoreError) in
            var reader = VaultReader(lookup: self, starts: chunkStarts)
            var index: [VaultIndexCache.FirstCell] = []
            for chunk in 0..<(chunkStarts.count - 1) {
                let cell = (chunkStarts[chunk] + cellByteCount - 1) / cellByteCount
                guard cell < cellCount, cell * cellByteCount < chunkStarts[chunk + 1] else { continue }
                index.append(
                    VaultIndexCache.FirstCell(
                        cell: cell, handle: try reader.read(Self.handleByteCount, at: cell * cellByteCount)))
            }
            return index
        }
        store.vaultIndexes.keep(index, of: key, cellByteCount)
        return index
    }
}

/// Reads ranges of a vault across its chunks, keeping the file it is in open.
private struct VaultReader {
    private let lookup: VaultLookup
    private let starts: [Int]
    private var open: (seq: Int, file: ChunkFile)?

    init(lookup: VaultLookup, starts: [Int]) {
        self.lookup = lookup
        self.starts = starts
    }

    mutating func read(_ count: Int, at offset: Int) throws(StoreError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            let position = offset + bytes.count
            let seq = try chunk(at: position)
            let length = min(count - bytes.count, starts[seq + 1] - position)
            bytes += try file(seq).read(length, at: position - starts[seq])
        }
        return bytes
    }

    /// The chunk in which the byte at `position` lies.
    private func chunk(at position: Int) throws(StoreError) -> Int {
        var low = 0
        var high = starts.count - 1
        while low < high {
            let middle = low + (high - low) / 2
            if starts[middle + 1] <= position { low = middle + 1 } else { high = middle }
        }
        guard low < starts.count - 1 else { throw .damaged("a vault is shorter than it was") }
        return low
    }

    private mutating func file(_ seq: Int) throws(StoreError) -> ChunkFile {
        if let open, open.seq == seq { return open.file }
        let directory = StreamPath.directory(of: lookup.key.stream, in: lookup.key.round)
        let name = StreamPath.fileName(seq: seq, last: seq == starts.count - 2)
        let file = try ChunkFile(reading: "\(lookup.store.root)/\(directory)/\(name)")
        open = (seq, file)
        return file
    }
}

/// Keeps the first handles of the vaults that are being read, of some parts at a time.
final class VaultIndexCache: Sendable {
    /// The first record that begins in some chunk.
    struct FirstCell: Sendable {
        /// The record's place in the vault.
        var cell: Int
        var handle: [UInt8]
    }

    private struct Entry {
        var key: StreamStore.Key
        var cellByteCount: Int
        var index: [FirstCell]
    }

    private static let limit = 1_024
    private let entries = Mutex<[Entry]>([])

    func index(of key: StreamStore.Key, _ cellByteCount: Int) -> [FirstCell]? {
        entries.withLock { $0.first { $0.key == key && $0.cellByteCount == cellByteCount }?.index }
    }

    func keep(_ index: [FirstCell], of key: StreamStore.Key, _ cellByteCount: Int) {
        entries.withLock { entries in
            entries.removeAll { $0.key == key }
            if entries.count >= Self.limit { entries.removeFirst() }
            entries.append(Entry(key: key, cellByteCount: cellByteCount, index: index))
        }
    }

    func forget(_ round: RoundID) {
        entries.withLock { $0.removeAll { $0.key.round == round } }
    }
}
