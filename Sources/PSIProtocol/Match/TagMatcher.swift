internal import Agreement
public import Values

/// The coordinator's matching: tags to people, people to cohorts, cohorts to a selection. [P-36]
///
/// It sees tags, which say nothing of who anybody is, and in which registers each appears. Memory is bounded: lists
/// come sorted and wait in the spool to be merged; with several match keys, some twenty bytes an item are kept besides.
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
        let layout = layout
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
            return items
        } take: { items in
            try list?.append(items)
            if linker != nil {
                for start in stride(from: 0, to: items.count, by: width) {
                    try linker?.add(register: index, item: items[start..<(start + width)])
                }
            }
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
            // Two elements a capsule.
            throw ProtocolViolation(.invalidCapsule, by: sender, index: first + index / 2)
        }
    }

    /// Links and evaluates; nothing can be added after.
    public consuming func matched() throws -> MatchResult {
        var overlap = RegisterSets(registerCount: agreement.registers.count)
        if var linker = linker.take() {
            let linked = try linker.linked()
            try linked.people.forEachPerson { overlap.count($0.registers) }
            return try result(overlap, linked.people, linkage: agreement.linksInSeveralWays ? linked.counts : nil)
        }
        let merged = try TagMerge(lists: lists, layout: layout)
        defer { for list in lists { list.run.discard() } }
        guard try agreement.release == .rows || CohortEvaluator(agreement).needsPass else {
            while let registers = try merged.next() { overlap.count(registers) }
            return try result(overlap, nil, linkage: nil)
        }
        let people = try PersonSpool(writing: spool, capsuleByteCount: layout.capsuleByteCount) { writer in
            while let registers = try merged.next() {
                overlap.count(registers)
                try writer.append(merged.person)
            }
        }
        return try result(overlap, people, linkage: nil)
    }

    private func result(
        _ overlap: RegisterSets, _ people: PersonSpool?, linkage: LinkageCounts?
    ) throws -> MatchResult {
        try MatchResult(
            agreement: agreement, round: round, overlap: overlap.counts, people: people, spool: spool,
            linkage: linkage)
    }
}

/// How many people are in exactly which registers.
private struct RegisterSets {
    /// By set, while registers are few; else in the dictionary.
    private var few: [Int]
    private var many: [UInt32: Int] = [:]

    init(registerCount: Int) { few = [Int](repeating: 0, count: registerCount <= 12 ? 1 << registerCount : 0) }

    mutating func count(_ registers: UInt32) {
        if Int(registers) < few.count { few[Int(registers)] += 1 } else { many[registers, default: 0] += 1 }
    }

    var counts: [UInt32: Int] {
        var counts = many
        for (registers, people) in few.enumerated() where people > 0 { counts[UInt32(registers)] = people }
        return counts
    }
}

/// The layout of an item behind the exit: tags, then the capsule.
struct TaggedLayout: Sendable {
    let tagCount: Int
    let capsuleByteCount: Int
    var itemByteCount: Int { tagCount * ExitSalt.tagByteCount + capsuleByteCount }

    init(agreement: Agreement) {
        tagCount = agreement.elementCount
        capsuleByteCount = agreement.release == .rows ? Capsule.byteCount : 0
    }
}
