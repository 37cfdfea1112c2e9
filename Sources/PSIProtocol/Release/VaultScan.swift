/// Looks cells up by streaming a whole vault, so that nobody sees which were wanted. [P-46]
public struct VaultScan<Source: ByteSource>: CellLookup {
    private var reader: RecordReader<Source>
    private let expected: StoredStream
    private let owner: ParticipantID
    private let cellByteCount: Int
    private var block: [UInt8] = []
    private var position = 0
    private var previous: [UInt8] = []
    /// Whether the next cell's handle has been compared with the one before.
    private var isChecked = false

    public init(_ source: Source, expected: StoredStream, owner: ParticipantID, cellByteCount: Int) {
        self.reader = RecordReader(source, width: cellByteCount, by: owner)
        self.expected = expected
        self.owner = owner
        self.cellByteCount = cellByteCount
    }

    public mutating func find(_ handles: [[UInt8]]) async throws -> [[UInt8]?] {
        var found: [[UInt8]?] = []
        for handle in handles {
            var cell: [UInt8]?
            while let next = try await peek() {
                if handle.lexicographicallyPrecedes(next) { break }
                if next.elementsEqual(handle) { cell = Array(block[position..<(position + cellByteCount)]) }
                advance()
                if cell != nil { break }
            }
            found.append(cell)
        }
        return found
    }

    public mutating func finish() async throws {
        while try await peek() != nil { advance() }
        try ListSummary(count: reader.count, digest: reader.digest()).check(against: expected, by: owner)
    }

    /// The handle of the next cell.
    private mutating func peek() async throws -> ArraySlice<UInt8>? {
        if position == block.count {
            guard let next = try await reader.next(most: max(1, (1 << 18) / cellByteCount)) else { return nil }
            block = next
            position = 0
            guard reader.count <= expected.count else { throw ProtocolViolation(.wrongCount, by: owner) }
        }
        let handle = block[position..<(position + CellSealer.handleByteCount)]
        if !isChecked {
            guard previous.isEmpty || previous.lexicographicallyPrecedes(handle) else {
                throw ProtocolViolation(.vaultNotIncreasing, by: owner)
            }
            previous = Array(handle)
            isChecked = true
        }
        return handle
    }

    private mutating func advance() {
        position += cellByteCount
        isChecked = false
    }
}
