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
    private let capsules: CapsuleMixing?
    private let workers: Workers
    private let partition: StreamPartition
    private let exitPartition: StreamPartition
    /// Items that a core handles at once, or as many as a MiB holds.
    private var pieceCount: Int { max(1, min(2_048, (1 << 20) / layout.itemByteCount)) }

    /// - Parameters:
    ///   - capsuleKey: Y of the round; nil in a count-only round.
    ///   - studyKey: s of this hop, if it holds one.
    public init(agreement: Agreement, capsuleKey: CapsuleKey?, studyKey: SymmetricKey? = nil, workers: Workers) {
        let layout = ItemLayout(S.self, agreement: agreement)
        self.layout = layout
        self.positions = agreement.positions
        capsules = capsuleKey.map {
            CapsuleMixing(key: $0, capsuleCount: layout.capsuleCount, studyKey: studyKey)
        }
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
        let blindingScalar = key.bytes.key
        let width = exit == nil ? layout.itemByteCount : layout.taggedItemByteCount
        var sorter = DistributionSorter(
            spool: spool, width: width, fixed: exit == nil ? S.fixedBits : 0..<0)
        var reader = RecordReader(
            input, width: layout.itemByteCount, partCount: partition.count, prefixByteCount: ListPrefix.byteCount,
            by: sender)
        do {
            try await mixAll(
                &reader, into: &sorter, sender: sender, blindingScalar: blindingScalar, exit: exit, expected: expected)
            try ListSummary(count: reader.count, digest: reader.digest()).check(against: expected, by: sender)
        } catch let violation as ProtocolViolation {
            throw try await reader.attributed(violation, promised: expected, keeper: keeper)
        }

        var writer = RecordWriter(exit == nil ? partition : exitPartition, prefix: .random())
        try await sorter.sorted(workers: workers) { try await writer.write($0, width: width, to: &output) }
        return try await writer.finish(to: &output)
    }

    private func mixAll(
        _ reader: inout RecordReader<some ByteSource>, into sorter: inout DistributionSorter, sender: ParticipantID,
        blindingScalar: SymmetricKey, exit: ExitSalt?, expected: AnnouncedStream
    ) async throws {
        var order = IncreasingOrder(keyByteCount: layout.elementByteCount)
        let codes = exit.map { exit in positions.map { exit.code(kind: $0.kind) } }
        try await Pipeline(workers: workers).run { () async throws -> Piece? in
            let first = reader.count
            guard let items = try await reader.next(most: pieceCount) else { return nil }
            guard reader.count <= expected.count else { throw ProtocolViolation(.wrongCount, by: sender) }
            // First elements must strictly increase, each in its part.
            guard partition.holds(items, width: layout.itemByteCount, part: reader.part) else {
                throw ProtocolViolation(.notIncreasing, by: sender, index: first)
            }
            if let violation = order.firstViolation(in: items, width: layout.itemByteCount) {
                throw ProtocolViolation(.notIncreasing, by: sender, index: first + violation)
            }
            return Piece(items: items, first: first)
        } compute: { piece in
            try mix(piece, blindingScalar: blindingScalar, codes: codes, sender: sender)
        } take: { records in
            try sorter.add(records)
        }
    }

    /// Items as they came, and the number of the first.
    private struct Piece {
        let items: [UInt8]
        let first: Int
    }

    private func mix(
        _ piece: Piece, blindingScalar: SymmetricKey, codes: [RepeatedHMAC]?, sender: ParticipantID
    ) throws -> [UInt8] {
        let count = piece.items.count / layout.itemByteCount
        let parts = split(piece.items, count)
        let raised: ElementBatch<S>
        do {
            raised = try S.multiply(
                ElementBatch(trusted: parts.elements), by: SecretScalar(SecretBytes(blindingScalar)))
        } catch GroupError.invalidElement(let index) {
            throw ProtocolViolation(.invalidElement, by: sender, index: piece.first + index / layout.elementCount)
        }
        var mixed = parts.capsules
        if let capsules {
            do {
                mixed = try capsules.mix(mixed)
            } catch GroupError.invalidElement(let index) {
                throw ProtocolViolation(.invalidCapsule, by: sender, index: piece.first + index)
            }
        }
        return join(raised, mixed, count: count, codes: codes)
    }

    private func split(_ items: [UInt8], _ count: Int) -> (elements: [UInt8], capsules: [UInt8]) {
        let width = layout.itemByteCount
        guard layout.hasCapsule else { return (items, []) }
        var elements: [UInt8] = []
        var capsules: [UInt8] = []
        elements.reserveCapacity(count * layout.elementsByteCount)
        capsules.reserveCapacity(count * layout.capsuleByteCount)
        for index in 0..<count {
            let cut = index * width + layout.elementsByteCount
            elements += items[(index * width)..<cut]
            capsules += items[cut..<((index + 1) * width)]
        }
        return (elements, capsules)
    }

    /// - Parameter codes: at the last hop, what makes each match key's tags.
    private func join(
        _ elements: ElementBatch<S>, _ capsules: [UInt8], count: Int, codes: [RepeatedHMAC]?
    ) -> [UInt8] {
        guard codes != nil || layout.hasCapsule else { return elements.bytes }
        let (from, to) = (layout.elementByteCount, codes == nil ? layout.elementByteCount : ExitSalt.tagByteCount)
        let width = layout.elementCount * to + layout.capsuleByteCount
        return [UInt8](byteCount: count * width) { output in
            let records = UnsafeMutableRawBufferPointer(start: output, count: count * width)
            elements.bytes.withUnsafeBytes { elements in
                for key in 0..<layout.elementCount {
                    guard count > 0 else { break }
                    let ofKey = UnsafeRawBufferPointer(rebasing: elements[(key * from)...])
                    let place = UnsafeMutableRawBufferPointer(rebasing: records[(key * to)...])
                    if let codes {
                        codes[key].codes(
                            of: ofKey, every: layout.elementsByteCount, width: from, count: count, byteCount: to,
                            into: place, every: width)
                    } else {
                        Self.copy(ofKey, every: layout.elementsByteCount, width: from, to: place, every: width, count)
                    }
                }
            }
            capsules.withUnsafeBytes { capsules in
                guard count > 0, layout.hasCapsule else { return }
                let place = UnsafeMutableRawBufferPointer(rebasing: records[(layout.elementCount * to)...])
                Self.copy(
                    capsules, every: layout.capsuleByteCount, width: layout.capsuleByteCount, to: place, every: width,
                    count)
            }
        }
    }

    /// Copies `count` pieces of `width` bytes.
    private static func copy(
        _ source: UnsafeRawBufferPointer, every step: Int, width: Int, to place: UnsafeMutableRawBufferPointer,
        every placeStep: Int, _ count: Int
    ) {
        for index in 0..<count {
            UnsafeMutableRawBufferPointer(rebasing: place[(index * placeStep)...]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: source[(index * step)..<(index * step + width)]))
        }
    }
}
