internal import Values

/// Reads an owner's vault once and passes it on, whoever in it is selected. [P-46] [P-47]
enum VaultCopy {
    /// - Parameter sink: finished by the caller, once this returns.
    /// - Throws: `ProtocolViolation` by the keeper unless the cells' number and digest are those on the board and their
    ///   handles increase: it sees them all, and must have refused the entry. [P-50]
    static func run(
        _ source: some ByteSource, expected: StoredStream, keeper: ParticipantID, cellByteCount: Int,
        into sink: inout any StreamSink
    ) async throws -> ListSummary {
        var reader = RecordReader(source, width: cellByteCount, by: keeper)
        var order = IncreasingOrder(keyByteCount: CellSealer.handleByteCount)
        while let block = try await reader.next(most: max(1, (1 << 18) / cellByteCount)) {
            guard reader.count <= expected.count else { throw ProtocolViolation(.wrongCount, by: keeper) }
            guard order.firstViolation(in: block, width: cellByteCount) == nil else {
                throw ProtocolViolation(.vaultNotIncreasing, by: keeper)
            }
            try await sink.write(block)
        }
        let summary = ListSummary(count: reader.count, digest: reader.digest())
        try summary.check(against: expected, by: keeper)
        return summary
    }
}

/// Finds cells by handle in a local copy of a vault, in one pass.
struct VaultScan {
    private var reader: RecordReader<AnyByteSource>
    private let expected: ListSummary
    private let cellByteCount: Int
    private var block: [UInt8] = []
    private var position = 0

    init(_ source: any ByteSource, expected: ListSummary, cellByteCount: Int) {
        reader = RecordReader(AnyByteSource(source), width: cellByteCount, by: nil)
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

/// Why what was received cannot be opened here.
public enum ReleaseError: Error, Equatable {
    /// The copy of a vault is not what was received.
    case copyDamaged
}
