internal import Agreement
internal import Crypto
internal import Values

/// A hop's stage of a verified round, computed so that it can be proved. [P-34] [P-61]
///
/// What is random in it follows from a list seed: a restart makes the same list again, byte for byte. [P-68]
struct ShuffleMixer: Sendable {
    private let layout: ItemLayout
    private let positions: [MatchPosition]
    private let capsuleKey: CapsuleKey?
    private let key: SymmetricKey
    private let studyKey: SymmetricKey?
    private let seed: SymmetricKey
    private let spool: any Spool
    private let workers: Workers
    private let partition: StreamPartition
    private let exitPartition: StreamPartition
    private var pieceCount: Int { max(1, min(2_048, (1 << 20) / layout.itemByteCount)) }

    /// - Parameters:
    ///   - capsuleKey: Y of the round; nil in a count-only round.
    ///   - key: k of this hop, and `studyKey` its s, if it holds one.
    ///   - seed: of this attempt at this list; 32 secret bytes.
    init(
        agreement: Agreement, capsuleKey: CapsuleKey?, key: SymmetricKey, studyKey: SymmetricKey? = nil,
        seed: SymmetricKey, spool: any Spool, workers: Workers
    ) {
        let layout = ItemLayout(Ristretto255.self, agreement: agreement)
        self.layout = layout
        positions = agreement.positions
        self.capsuleKey = capsuleKey
        self.studyKey = studyKey
        self.key = key
        self.seed = seed
        self.spool = spool
        self.workers = workers
        partition = .items(of: agreement)
        exitPartition = .tagsOrHandles(of: agreement)
    }

    /// Reads the whole list of the stage before and computes this stage's.
    ///
    /// - Parameter sender: who made the list.
    /// - Throws: `ProtocolViolation` for what is no list, or not the promised one.
    func mix(_ input: inout ListReader<some ByteSource>, by sender: ParticipantID) async throws -> ShuffledList {
        let width = layout.itemByteCount
        let work = ShuffleWork(
            layout: layout, capsuleKey: capsuleKey, key: key, studyKey: studyKey, seed: seed, sender: sender)
        var items = try FixedRecords.Writer(spool: spool, byteCount: width)
        let step = try await workers.sorting(work, [work.output], spool: spool)
        try await step.add { () async throws -> ListPiece? in
            guard let (records, first) = try await input.next(most: pieceCount) else { return nil }
            try items.append(records)
            return ListPiece(records: records, first: first)
        }
        try input.check()
        var output = try FixedRecords.Writer(spool: spool, byteCount: width)
        var order = try FixedRecords.Writer(spool: spool, byteCount: ShuffleOrder.byteCount)
        try await step.sorted(0) { records in
            let parts = Records.split(records, at: width, of: width + ShuffleOrder.byteCount)
            try output.append(parts.head)
            try order.append(parts.rest)
        }
        let rerandomizations = work.rerandomizations
        return ShuffledList(
            input: try items.finish(), output: try output.finish(), order: try order.finish(), key: key,
            studyKey: studyKey,
            rerandomizations: rerandomizations.map { generator in { generator.scalars($0) } })
    }

    // MARK: Writing

    /// Writes the list as it goes to the next hop, or to those who check the last stage.
    func write(_ list: ShuffledList, to sink: inout some ByteSink) async throws -> ListSummary {
        var writer = RecordWriter(partition, prefix: .following(seed))
        var reader = try list.output.reader()
        var left = list.output.count
        while left > 0 {
            let count = min(left, max(1, RecordWriter.blockByteCount / layout.itemByteCount))
            try await writer.write(try reader.next(count), width: layout.itemByteCount, to: &sink)
            left -= count
        }
        return try await writer.finish(to: &sink)
    }

    /// Writes the list behind the exit, with tags in the place of elements. [P-35]
    func writeTags(_ list: ShuffledList, exit: ExitSalt, to sink: inout some ByteSink) async throws -> ListSummary {
        try await ItemTagger(layout: layout, positions: positions, exit: exit).write(
            list.output, exitPartition, prefix: .following(seed), spool: spool, workers: workers, to: &sink)
    }
}

/// Puts tags in the place of elements. [P-35]
struct ItemTagger: Sendable {
    private let layout: ItemLayout
    private let codes: [RepeatedHMAC]

    init(layout: ItemLayout, positions: [MatchPosition], exit: ExitSalt) {
        self.layout = layout
        codes = positions.map { exit.code(kind: $0.kind) }
    }

    /// Writes a list's items, as they lie in a file, with tags and in the tags' order.
    func write(
        _ items: FixedRecords, _ partition: StreamPartition, prefix: ListPrefix, spool: any Spool, workers: Workers,
        to sink: inout some ByteSink
    ) async throws -> ListSummary {
        let width = layout.taggedItemByteCount
        let pieceCount = max(1, min(2_048, (1 << 20) / layout.itemByteCount))
        var sorter = DistributionSorter(spool: spool, width: width)
        var reader = try items.reader()
        var left = items.count
        try await Pipeline(workers: workers).run { () throws -> [UInt8]? in
            guard left > 0 else { return nil }
            let count = min(left, pieceCount)
            left -= count
            return try reader.next(count)
        } compute: {
            tagged($0)
        } take: {
            try sorter.add($0)
        }
        var writer = RecordWriter(partition, prefix: prefix)
        try await sorter.sorted(workers: workers) { try await writer.write($0, width: width, to: &sink) }
        return try await writer.finish(to: &sink)
    }

    private func tagged(_ items: [UInt8]) -> [UInt8] {
        let count = items.count / layout.itemByteCount
        let (from, to, width) = (layout.itemByteCount, ExitSalt.tagByteCount, layout.taggedItemByteCount)
        guard count > 0 else { return [] }
        return [UInt8](byteCount: count * width) { output in
            let records = UnsafeMutableRawBufferPointer(start: output, count: count * width)
            items.withUnsafeBytes { items in
                for (key, code) in codes.enumerated() {
                    code.codes(
                        of: UnsafeRawBufferPointer(rebasing: items[(key * layout.elementByteCount)...]), every: from,
                        width: layout.elementByteCount, count: count, byteCount: to,
                        into: UnsafeMutableRawBufferPointer(rebasing: records[(key * to)...]), every: width)
                }
                guard layout.hasCapsule else { return }
                for index in 0..<count {
                    let start = index * from + layout.elementsByteCount
                    UnsafeMutableRawBufferPointer(rebasing: records[(index * width + layout.tagsByteCount)...])
                        .copyMemory(
                            from: UnsafeRawBufferPointer(rebasing: items[start..<(start + layout.capsuleByteCount)]))
                }
            }
        }
    }
}
