internal import Glibc
internal import PSIProtocol

/// One part of a sort: people with all their rows. Secret.
final class SortPart: Sendable, CustomReflectable {
    private let part: Int
    private let run: (any SpoolRun)?
    private let spooledByteCount: Int
    private let waiting: [PartedRows]
    private let count: Int
    private let spool: any Spool
    private let memoryByteCount: Int

    /// How often, in rows, it is checked whether the task is cancelled.
    private static let rowsBetweenChecks = 4096
    private static let blockByteCount = 1 << 16

    init(
        part: Int, run: (any SpoolRun)?, spooledByteCount: Int, waiting: [PartedRows], count: Int, spool: any Spool,
        memoryByteCount: Int
    ) {
        self.part = part
        self.run = run
        self.spooledByteCount = spooledByteCount
        self.waiting = waiting
        self.count = count
        self.spool = spool
        self.memoryByteCount = memoryByteCount
    }

    deinit { run?.discard() }

    /// Bytes of all rows.
    var byteCount: Int { waiting.reduce(spooledByteCount) { $0 + $1.byteCount(of: part) } }

    /// Hands out the rows in order, each as its key and then the rest of its record. All rows of a person follow each
    /// other.
    ///
    /// - Throws: `SpoolDamage`, `RegisterError.Kind.cancelled`, and what the spool and `take` throw.
    func rows(_ take: (UnsafeRawBufferPointer) throws -> Void) throws {
        var rest = count
        try forEachRecord { record in
            rest -= 1
            if rest.isMultiple(of: Self.rowsBetweenChecks), Task.isCancelled { throw RegisterError.Kind.cancelled }
            guard record.count > RowDealer.hashByteCount else { throw SpoolDamage() }
            try take(UnsafeRawBufferPointer(rebasing: record[RowDealer.hashByteCount...]))
        }
        if rest != 0 { throw SpoolDamage() }
    }

    private func forEachRecord(_ take: (UnsafeRawBufferPointer) throws -> Void) throws {
        let byteCount = byteCount
        if byteCount <= memoryByteCount || run == nil {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(byteCount)
            try read { bytes.append(contentsOf: $0) }
            guard bytes.count == byteCount else { throw SpoolDamage() }
            return try RecordOrder.forEach(of: bytes, take)
        }
        // More than memory has room for, of a register that is very large.
        var sorter = ExternalSorter(spool: spool, memoryByteCount: memoryByteCount)
        var block: [UInt8] = []
        try read { piece in
            block.append(contentsOf: piece)
            var position = 0
            while let range = try RecordOrder.record(in: block, at: position) {
                try sorter.add(Array(block[range]))
                position = range.upperBound
            }
            block.removeSubrange(..<position)
        }
        guard block.isEmpty else { throw SpoolDamage() }
        var sorted = try sorter.sorted()
        while let record = try sorted.next() { try record.withUnsafeBytes(take) }
    }

    /// All there is of the part, in pieces.
    private func read(_ take: ([UInt8]) throws -> Void) throws {
        if let run {
            var reader = try run.makeReader()
            while case let piece = try reader.read(upTo: Self.blockByteCount), !piece.isEmpty { try take(piece) }
        }
        for rows in waiting {
            var piece: [UInt8] = []
            rows.append(part, to: &piece)
            try take(piece)
        }
    }

    /// Without children, so that no reflection prints a row.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Sorts records behind their lengths by their whole bytes.
private struct RecordOrder {
    /// The first eight bytes, by which nearly all comparisons of different people are decided.
    let prefix: UInt64
    let start: Int32
    let count: Int32

    static func forEach(of bytes: [UInt8], _ take: (UnsafeRawBufferPointer) throws -> Void) throws {
        var order: [RecordOrder] = []
        var position = 0
        while let range = try record(in: bytes, at: position) {
            guard range.count >= 8 else { throw SpoolDamage() }
            let prefix = bytes.withUnsafeBytes {
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: range.lowerBound, as: UInt64.self))
            }
            order.append(
                RecordOrder(
                    prefix: prefix, start: Int32(truncatingIfNeeded: range.lowerBound),
                    count: Int32(truncatingIfNeeded: range.count)))
            position = range.upperBound
        }
        guard position == bytes.count else { throw SpoolDamage() }
        try bytes.withUnsafeBytes { bytes in
            order.sort { $0.prefix != $1.prefix ? $0.prefix < $1.prefix : $0.restPrecedes($1, bytes) }
            for record in order { try take(record.body(bytes)) }
        }
    }

    /// Where the next record is; nil if it is not all there.
    static func record(in bytes: [UInt8], at position: Int) throws(SpoolDamage) -> Range<Int>? {
        guard bytes.count - position >= 4 else { return nil }
        let count = bytes.withUnsafeBytes {
            Int(UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
        }
        guard count <= ExternalSorter.maxRecordByteCount else { throw SpoolDamage() }
        let start = position + 4
        return bytes.count - start >= count ? start..<(start + count) : nil
    }

    private func body(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[Int(start)..<(Int(start) + Int(count))])
    }

    @inline(never)
    private func restPrecedes(_ other: RecordOrder, _ bytes: UnsafeRawBufferPointer) -> Bool {
        let (left, right) = (body(bytes), other.body(bytes))
        guard let leftBytes = left.baseAddress, let rightBytes = right.baseAddress else { return false }
        let order = memcmp(leftBytes, rightBytes, min(left.count, right.count))
        if order != 0 { return order < 0 }
        return left.count < right.count
    }
}
