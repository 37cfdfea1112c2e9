internal import Crypto
internal import PSIProtocol

/// Sorts rows by a keyed hash of what gathers them, under a key that is never written down.
struct PersonSort {
    private var sorter: ExternalSorter
    private let keyed = RepeatedHMAC(key: SymmetricKey(size: .bits256))
    private var count = 0
    /// Kept for its memory.
    private var record: [UInt8] = []

    static let hashByteCount = 32
    /// In the hash's place until it is known.
    private static let blank = [UInt8](repeating: 0, count: hashByteCount)

    init(spool: any Spool, memoryByteCount: Int) {
        sorter = ExternalSorter(spool: spool, memoryByteCount: memoryByteCount)
    }

    mutating func add(_ row: GatheredRow, of key: PersonKey) throws {
        record.removeAll(keepingCapacity: true)
        record.append(contentsOf: Self.blank)
        key.append(to: &record)
        let hash = record.withUnsafeBytes {
            keyed.code(of: UnsafeRawBufferPointer(rebasing: $0[Self.hashByteCount...]))
        }
        hash.withUnsafeBytes { hash in record.withUnsafeMutableBytes { $0.copyMemory(from: hash) } }
        row.append(to: &record)
        try sorter.add(record)
        count += 1
    }

    /// Ends adding. Nothing is left in the sort.
    mutating func sorted() throws -> SortedPeople {
        let sorter = self.sorter
        self.sorter = ExternalSorter(spool: MemorySpool())
        return SortedPeople(try sorter.sorted(), count: count)
    }
}
