public import Agreement
public import Crypto
public import Values

/// One ring stage: raise every element to this round's key, re-randomise every capsule, sort. [P-34]
///
/// Sorting is the shuffle: it needs no randomness of the node's own, leaves no room for a covert channel, and makes
/// duplicates visible.
public struct RingMixer<S: Suite>: Sendable {
    private let layout: ItemLayout
    private let positions: [MatchPosition]
    private let capsuleKey: CapsuleKey?
    private let studyKey: SymmetricKey?
    private let workers: Workers
    private let partition: StreamPartition
    private let exitPartition: StreamPartition
    /// Items that a core handles at once, or as many as a MiB holds.
    private var pieceCount: Int { max(1, min(2_048, (1 << 20) / layout.itemByteCount)) }

    /// - Parameters:
    ///   - capsuleKey: Y of the round; nil in a count-only round.
    ///   - studyKey: s of this hop, if it holds one.
    public init(agreement: Agreement, capsuleKey: CapsuleKey?, studyKey: SymmetricKey? = nil, workers: Workers) {
        layout = ItemLayout(S.self, agreement: agreement)
        positions = agreement.positions
        self.capsuleKey = capsuleKey
        self.studyKey = studyKey
        self.workers = workers
        partition = .items(of: agreement)
        exitPartition = .tagsOrHandles(of: agreement)
    }

    /// Computes a stage from `input` to `output`.
    ///
    /// Nothing is written before the whole input has been read and found to be what its sender promised.
    ///
    /// - Parameters:
    ///   - expected: the sender's `StageCommitted`, and who sent it.
    ///   - keeper: the coordinator, which stored the list and handed it on.
    ///   - exit: at the last hop, what turns elements into tags.
    /// - Throws: `ProtocolViolation` for a list of the wrong order, count, encoding or digest. A list that is the
    ///   promised one is its sender's; of another length, the keeper must have refused it; of another digest, it may be
    ///   either's, and nobody is named. [P-33]
    public func run(
        input: some ByteSource, expected: AnnouncedStream, sender: ParticipantID, keeper: ParticipantID,
        key: borrowing SecretScalar<S>, exit: ExitSalt?, spool: any Spool, output: inout some ByteSink
    ) async throws -> ListSummary {
        let work = MixWork<S>(
            layout: layout, capsuleKey: capsuleKey, studyKey: studyKey, blindingScalar: key.bytes.key, exit: exit,
            kinds: positions.map(\.kind), sender: sender)
        let step = try await workers.sorting(work, [work.output], spool: spool)
        var reader = RecordReader(
            input, width: layout.itemByteCount, partCount: partition.count, prefixByteCount: ListPrefix.byteCount,
            by: sender)
        do {
            var order = IncreasingOrder(keyByteCount: layout.elementByteCount)
            try await step.add {
                try await next(&reader, order: &order, sender: sender, expected: expected)
            }
            try ListSummary(count: reader.count, digest: reader.digest()).check(against: expected, by: sender)
        } catch let violation as ProtocolViolation {
            throw try await reader.attributed(violation, promised: expected, keeper: keeper)
        }

        var writer = RecordWriter(exit == nil ? partition : exitPartition, prefix: .random())
        try await step.sorted(0) { try await writer.write($0, width: work.output.width, to: &output) }
        return try await writer.finish(to: &output)
    }

    /// The next items, which are found to be in order: first elements must strictly increase, each in its part.
    private func next(
        _ reader: inout RecordReader<some ByteSource>, order: inout IncreasingOrder, sender: ParticipantID,
        expected: AnnouncedStream
    ) async throws -> ListPiece? {
        let first = reader.count
        guard let items = try await reader.next(most: pieceCount) else { return nil }
        guard reader.count <= expected.count else { throw ProtocolViolation(.wrongCount, by: sender) }
        guard partition.holds(items, width: layout.itemByteCount, part: reader.part) else {
            throw ProtocolViolation(.notIncreasing, by: sender, index: first)
        }
        if let violation = order.firstViolation(in: items, width: layout.itemByteCount) {
            throw ProtocolViolation(.notIncreasing, by: sender, index: first + violation)
        }
        return ListPiece(records: items, first: first)
    }
}
