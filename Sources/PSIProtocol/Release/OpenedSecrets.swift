internal import Crypto

/// Opened secrets of the selected items, waiting on a sealed spool by register and handle. Secret.
public struct OpenedSecrets {
    private var sorters: [ExternalSorter]

    init(agreement: Agreement, spool: any Spool) {
        let share = (48 << 20) / max(1, agreement.registers.count)
        sorters = agreement.registers.map { _ in ExternalSorter(spool: spool, memoryByteCount: share) }
    }

    mutating func add(_ entry: Entry) throws { try sorters[entry.register].add(entry.encoded()) }

    /// The secrets of each register, to be opened one after the other.
    public consuming func byRegister() -> [RegisterSecrets] {
        sorters.enumerated().map { RegisterSecrets(register: $0.offset, sorter: $0.element) }
    }

    public struct RegisterSecrets {
        /// Index in the agreement.
        public let register: Int
        fileprivate let sorter: ExternalSorter

        consuming func sorted() throws -> SortedRecords {
            let sorter = self.sorter
            return try sorter.sorted()
        }
    }

    struct Entry: Sendable {
        let register: Int
        /// 16 bytes, by which the entries are sorted.
        let handle: [UInt8]
        /// S, 32 bytes.
        let secret: [UInt8]
        /// 16 bytes.
        let tag: [UInt8]
        /// The person's cohorts; in the second pass over a vault, the cell's index.
        let cohorts: UInt64
        /// What joined the item to others, see `SelectedItem.link`.
        let link: UInt8

        static let byteCount = 74

        func encoded() -> [UInt8] { handle + secret + tag + BigEndian.u64(cohorts) + [UInt8(register), link] }

        /// Up to `most` entries from the spool, which nobody else writes.
        static func next(_ most: Int, from records: inout SortedRecords) throws -> [Entry] {
            var entries: [Entry] = []
            while entries.count < most, let record = try records.next() {
                guard record.count == byteCount else { throw ExternalSortError.truncatedRun }
                entries.append(
                    Entry(
                        register: Int(record[72]), handle: Array(record[..<16]), secret: Array(record[16..<48]),
                        tag: Array(record[48..<64]), cohorts: BigEndian.read(record[64..<72]), link: record[73]))
            }
            return entries
        }
    }
}

/// Any byte source behind one type.
struct AnyByteSource: ByteSource {
    private var base: any ByteSource
    init(_ base: any ByteSource) { self.base = base }
    mutating func next() async throws -> [UInt8]? { try await base.next() }
}
