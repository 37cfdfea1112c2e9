internal import Crypto

/// The coordinator's matching: tags to people, people to cohorts, cohorts to a selection. [P-36]
///
/// It sees tags, which say nothing of who anybody is, and in which registers each appears. Memory is bounded: lists are sorted
/// externally; with several match keys, twelve bytes an item are kept besides.
public struct TagMatcher {
    private let agreement: Agreement
    private let round: RoundID
    private let layout: TaggedLayout
    private let spool: any Spool
    private var linker: KeyLinker?
    private var sorter: ExternalSorter

    public init(record: RoundRecord, spool: any Spool) {
        self.agreement = record.agreement
        self.round = record.round
        self.layout = TaggedLayout(agreement: record.agreement)
        self.spool = spool
        self.sorter = ExternalSorter(spool: spool)
        self.linker = layout.keyCount > 1 ? KeyLinker(layout: layout, spool: spool) : nil
    }

    /// Adds a register's list as its last hop sent it.
    public mutating func add(
        register index: Int, input: some ByteSource, expected: StoredStream, sender: ParticipantID
    ) async throws {
        var reader = RecordReader(input, width: layout.itemByteCount, by: sender)
        var previous: [UInt8] = []
        while let block = try await reader.next(most: 4_096) {
            try Task.checkCancellation()
            guard reader.count <= expected.count else { throw ProtocolViolation(.wrongCount, by: sender) }
            let first = reader.count - block.count / layout.itemByteCount
            for position in 0..<(block.count / layout.itemByteCount) {
                let item = block[(position * layout.itemByteCount)..<((position + 1) * layout.itemByteCount)]
                let tag = item.prefix(ExitSalt.tagByteCount)
                guard previous.isEmpty || previous.lexicographicallyPrecedes(tag) else {
                    throw ProtocolViolation(.notIncreasing, by: sender, index: first + position)
                }
                previous = Array(tag)
                if linker != nil {
                    try linker?.add(register: index, item: item)
                } else {
                    try sorter.add(tag + [UInt8(index)] + item.dropFirst(ExitSalt.tagByteCount))
                }
            }
        }
        try ListSummary(count: reader.count, digest: reader.digest()).check(against: expected, by: sender)
    }

    /// Links and evaluates; nothing can be added after.
    public func matched() throws -> MatchResult {
        let people: PersonSpool
        var conflicts = 0
        if let linker {
            let linked = try linker.linked()
            people = linked.people
            conflicts = linked.conflictCount
        } else {
            people = try singleKeyPeople()
        }
        return try MatchResult(
            agreement: agreement, round: round, people: people, spool: spool, conflictCount: conflicts)
    }

    private func singleKeyPeople() throws -> PersonSpool {
        let capsuleByteCount = layout.capsuleByteCount
        let sorter = self.sorter
        return try PersonSpool(writing: spool, capsuleByteCount: capsuleByteCount) { writer in
            var records = try sorter.sorted()
            var current: MatchedPerson?
            while let record = try records.next() {
                let tag = Array(record[..<ExitSalt.tagByteCount])
                let item = MatchedPerson.Item(
                    register: Int(record[ExitSalt.tagByteCount]),
                    capsule: Array(record[(ExitSalt.tagByteCount + 1)...]))
                if current?.tag == tag {
                    current?.items.append(item)
                } else {
                    if let current { try writer.append(current) }
                    current = MatchedPerson(tag: tag, items: [item])
                }
            }
            if let current { try writer.append(current) }
        }
    }
}

/// The layout of an item behind the exit: κ tags, then the capsule.
struct TaggedLayout: Sendable {
    let keyCount: Int
    let capsuleByteCount: Int
    var itemByteCount: Int { keyCount * ExitSalt.tagByteCount + capsuleByteCount }

    init(agreement: Agreement) {
        keyCount = agreement.matchKeys.count
        capsuleByteCount = agreement.release == .rows ? Capsule.byteCount : 0
    }
}
