internal import Values

/// Reads a stream of records in ascending order, and checks while it comes that it is one. [P-33]
struct ListReader<Source: ByteSource> {
    private var reader: RecordReader<Source>
    private var order: IncreasingOrder
    let width: Int
    private let partition: StreamPartition
    private let expected: AnnouncedStream
    private let sender: ParticipantID

    /// - Parameters:
    ///   - keyByteCount: of what begins a record and strictly increases.
    ///   - prefixByteCount: bytes before the first record of each part.
    ///   - expected: what the sender has announced.
    init(
        _ source: Source, width: Int, keyByteCount: Int, partition: StreamPartition, prefixByteCount: Int,
        expected: AnnouncedStream, sender: ParticipantID
    ) {
        reader = RecordReader(
            source, width: width, partCount: partition.count, prefixByteCount: prefixByteCount, by: sender)
        order = IncreasingOrder(keyByteCount: keyByteCount)
        self.width = width
        self.partition = partition
        self.expected = expected
        self.sender = sender
    }

    /// What came before the first record of each part that has begun.
    var prefixes: [[UInt8]] { reader.prefixes }

    /// Up to `most` records, and the number of the first; nil at the end.
    mutating func next(most: Int) async throws -> (records: [UInt8], first: Int)? {
        let first = reader.count
        guard let records = try await reader.next(most: most) else { return nil }
        guard reader.count <= expected.count else { throw ProtocolViolation(.wrongCount, by: sender) }
        guard partition.holds(records, width: width, part: reader.part) else {
            throw ProtocolViolation(.notIncreasing, by: sender, index: first)
        }
        if let violation = order.firstViolation(in: records, width: width) {
            throw ProtocolViolation(.notIncreasing, by: sender, index: first + violation)
        }
        return (records, first)
    }

    /// Checks, at the end, that this is what was announced.
    func check() throws(ProtocolViolation) {
        try ListSummary(count: reader.count, digest: reader.digest()).check(against: expected, by: sender)
    }

    /// What is wrong, said of whoever it must have been.
    mutating func attributed(
        _ violation: ProtocolViolation, keeper: ParticipantID
    ) async throws -> ProtocolViolation {
        try await reader.attributed(violation, promised: expected, keeper: keeper)
    }
}
