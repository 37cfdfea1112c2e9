/// Finds cells by handle in a local copy of a vault, in one pass.
struct VaultScan {
    private var reader: RecordReader<AnyByteSource>
    private let expected: ListSummary
    private let cellByteCount: Int
    private var block: [UInt8] = []
    private var position = 0

    init(_ source: any ByteSource, expected: ListSummary, cellByteCount: Int) {
        reader = RecordReader(AnyByteSource(source), width: cellByteCount, partCount: 1, by: nil)
        self.expected = expected
        self.cellByteCount = cellByteCount
    }

    /// The whole cell that begins with the handle, if there is one. Handles are asked in ascending order.
    mutating func find(_ handle: [UInt8]) async throws -> [UInt8]? {
        while let next = try await peek() {
            if handle.lexicographicallyPrecedes(next) { return nil }
            let isFound = next.elementsEqual(handle)
            defer { position += cellByteCount }
            if isFound { return Array(block[position..<(position + cellByteCount)]) }
        }
        return nil
    }

    /// Reads the rest.
    ///
    /// - Throws: `ReleaseError.copyDamaged` unless the copy is what was received.
    mutating func finish() async throws {
        while try await peek() != nil { position = block.count }
        guard ListSummary(count: reader.count, digest: reader.digest()) == expected else {
            throw ReleaseError.copyDamaged
        }
    }

    /// The handle of the next cell.
    private mutating func peek() async throws -> ArraySlice<UInt8>? {
        if position == block.count {
            do {
                guard let next = try await reader.next(most: max(1, (1 << 18) / cellByteCount)) else { return nil }
                block = next
            } catch is ProtocolViolation { throw ReleaseError.copyDamaged }
            position = 0
        }
        return block[position..<(position + CellSealer.handleByteCount)]
    }
}
