internal import Agreement
public import Values

/// The coordinator's matching: tags to people, people to cohorts, cohorts to a selection. [P-36]
///
/// It sees tags, which say nothing of who anybody is, and in which registers each appears. Memory is bounded: lists
/// come sorted and wait in the spool to be merged; with several match keys, some twenty bytes an item are kept besides,
/// and with tokens four more for each register.
public struct TagMatcher: ~Copyable {
    private let agreement: Agreement
    private let round: RoundID
    private let layout: TaggedLayout
    private let spool: any Spool
    private let workers: Workers
    private var linker: KeyLinker?
    private var lists: [TagList] = []

    /// - Parameter workers: check capsules.
    public init(record: RoundRecord, spool: any Spool, workers: Workers) throws {
        self.agreement = record.agreement
        self.round = record.round
        self.layout = TaggedLayout(agreement: record.agreement)
        self.spool = spool
        self.workers = workers
        self.linker =
            try agreement.linksInSeveralWays || agreement.hasRecordElement
            ? KeyLinker(agreement: agreement, layout: layout, spool: spool) : nil
    }

    /// Adds a register's list as its last hop sent it.
    ///
    /// - Throws: `ProtocolViolation` by the sender for a list of the wrong order, count or digest, or with a capsule
    ///   that is none. All capsules are checked, so that no round stops or goes on because of who is selected. [P-33]
    public mutating func add(
        register index: Int, input: some ByteSource, expected: AnnouncedStream, sender: ParticipantID
    ) async throws {
        let width = layout.itemByteCount
        var reader = RecordReader(
            input, width: width, partCount: agreement.parts, prefixByteCount: ListPrefix.byteCount, by: sender)
        let partition = StreamPartition.tagsOrHandles(of: agreement)
        var order = IncreasingOrder(keyByteCount: ExitSalt.tagByteCount)
        var list = linker == nil ? try spool.makeRun() : nil
        let (layout, entries, firstItem) = (layout, linker?.entries, linker?.itemCount ?? 0)
        try await Pipeline(workers: workers).run { () async throws -> (items: [UInt8], first: Int)? in
            let first = reader.count
            guard let items = try await reader.next(most: 2_048) else { return nil }
            guard reader.count <= expected.count else { throw ProtocolViolation(.wrongCount, by: sender) }
            guard partition.holds(items, width: width, part: reader.part) else {
                throw ProtocolViolation(.notIncreasing, by: sender, index: first)
            }
            if let violation = order.firstViolation(in: items, width: width) {
                throw ProtocolViolation(.notIncreasing, by: sender, index: first + violation)
            }
            return (items, first)
        } compute: { items, first in
            try Self.checkCapsules(of: items, first: first, layout, sender: sender)
            return (items, entries?.piece(of: items, register: index, first: firstItem + first))
        } take: { (items: [UInt8], piece: LinkEntries.Piece?) in
            try list?.append(items)
            if let piece { try linker?.add(register: index, piece) }
        }
        let run = try list?.finish()
        do {
            try ListSummary(count: reader.count, digest: reader.digest()).check(against: expected, by: sender)
        } catch {
            run?.discard()
            throw error
        }
        if let run { lists.append(TagList(register: index, count: reader.count, run: run)) }
    }

    private static func checkCapsules(
        of items: [UInt8], first: Int, _ layout: TaggedLayout, sender: ParticipantID
    ) throws {
        let (width, capsuleByteCount) = (layout.itemByteCount, layout.capsuleByteCount)
        guard capsuleByteCount > 0 else { return }
        let count = items.count / width
        var capsules: [UInt8] = []
        capsules.reserveCapacity(count * capsuleByteCount)
        for index in 1...count { capsules += items[(index * width - capsuleByteCount)..<(index * width)] }
        do { try Ristretto255.validate(ElementBatch(trusted: capsules)) } catch GroupError.invalidElement(let index) {
            throw ProtocolViolation(
                .invalidCapsule, by: sender,
                index: first + index / (capsuleByteCount / Ristretto255.elementByteCount))
        }
    }

    /// Links and evaluates; nothing can be added after.
    public consuming func matched() async throws -> MatchResult {
        if var linker = linker.take() {
            let linked = try await linker.linked(workers: workers)
            return try await result(
                linked.overlap, linked.people, linkage: agreement.linksInSeveralWays ? linked.counts : nil)
        }
        var overlap = RegisterSets(registerCount: agreement.registers.count)
        let merged = try TagMerge(lists: lists, layout: layout)
        defer { for list in lists { list.run.discard() } }
        guard try agreement.release == .rows || CohortEvaluator(agreement).needsPass else {
            while let registers = try merged.next() { overlap.count(registers) }
            return try await result(overlap, nil, linkage: nil)
        }
        var people = try PersonSpool.Writer(spool: spool, capsuleByteCount: layout.capsuleByteCount)
        while let registers = try merged.next() {
            overlap.count(registers)
            try merged.write(to: &people)
        }
        return try await result(overlap, try people.finish(), linkage: nil)
    }

    private func result(
        _ overlap: RegisterSets, _ people: PersonSpool?, linkage: LinkageCounts?
    ) async throws -> MatchResult {
        try await MatchResult(
            agreement: agreement, round: round, overlap: overlap.counts, people: people, spool: spool,
            linkage: linkage, workers: workers)
    }
}

/// The layout of an item behind the exit: tags, then the capsules.
struct TaggedLayout: Sendable {
    let tagCount: Int
    let capsuleByteCount: Int
    var itemByteCount: Int { tagCount * ExitSalt.tagByteCount + capsuleByteCount }

    init(agreement: Agreement) {
        tagCount = agreement.elementCount
        capsuleByteCount = ItemLayout(agreement).capsuleByteCount
    }
}
