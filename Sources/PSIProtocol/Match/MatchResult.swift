internal import Agreement
internal import Crypto
internal import Values

/// What the coordinator found: how many people are where, and who is selected. [P-37]
public struct MatchResult {
    /// People by the exact set of registers they are in: bit i for the agreement's register i. Dummies count in the
    /// sets of one register.
    public let overlap: [UInt32: Int]
    /// People of each cohort, in the agreement's order; dummies count.
    public let cohortCounts: [Int]
    /// How people were found; nil where there is one way only.
    public let linkage: LinkageCounts?

    let agreement: Agreement
    /// Nil where counts are all that is wanted.
    private let people: PersonSpool?
    private let spool: any Spool
    /// By register: bit i is set if its items are opened for people of cohort i.
    private let disclosed: [UInt64]
    let evaluator: CohortEvaluator
    private let orders: SampleOrder

    /// - Parameter people: needed to release rows and to draw samples.
    init(
        agreement: Agreement, round: RoundID, overlap: [UInt32: Int], people: PersonSpool?, spool: any Spool,
        linkage: LinkageCounts?, workers: Workers
    ) async throws {
        var evaluator = try CohortEvaluator(agreement)
        let orders = SampleOrder(round: round, isNeeded: evaluator.needsPass)
        while evaluator.needsPass {
            let fresh = evaluator
            try await people?.work(workers) { block in
                var part = fresh
                orders.forEachPerson(of: block) { part.observe(registers: $0.registers, order: $1) }
                return part
            } take: {
                evaluator.add(observedBy: $0)
            }
            evaluator.nextPass()
        }

        var counts = CohortCounts(count: agreement.cohorts.count)
        if orders.isNeeded {
            let (drawn, none) = (evaluator, counts)
            try await people?.work(workers) { block in
                var part = none
                orders.forEachPerson(of: block) {
                    part.add(1, to: drawn.cohorts(registers: $0.registers, order: $1))
                }
                return part
            } take: {
                counts.add($0)
            }
        } else {
            for (registers, people) in overlap {
                counts.add(people, to: evaluator.cohorts(registers: registers, order: []))
            }
        }
        self.overlap = overlap
        self.cohortCounts = counts.people
        self.linkage = linkage
        self.agreement = agreement
        self.people = people
        self.spool = spool
        self.disclosed = agreement.disclosedCohorts
        self.evaluator = evaluator
        self.orders = orders
    }

    /// What must stop the release: a cohort over its cap, or one below the smallest cell.
    public var obstacle: AbortCode? {
        for (cohort, count) in zip(agreement.cohorts, cohortCounts) where count > cohort.maxPeople {
            return .releasedPeopleCap
        }
        for (cohort, count) in zip(agreement.cohorts, cohortCounts)
        where agreement.smallestCell > 1 && count < agreement.smallestCell {
            if agreement.registers.contains(where: { $0.releasedFor.contains(cohort.id) }) { return .smallestCell }
        }
        return nil
    }

    /// Writes the nodes' requests (A, 32 bytes each; where pseudonyms last A ‖ U) and the research environment's
    /// selection, both in the order of A.
    ///
    /// Every selected capsule is re-randomised first: the hop that made it finds nothing of it among the requests, and
    /// they increase whatever it made.
    ///
    /// - Parameters:
    ///   - key: Y of the round.
    ///   - seed: 32 secret bytes that the scalars follow from. Whoever has them makes the same selection.
    func select(
        for key: CapsuleKey, seed: SymmetricKey, workers: Workers, requests: inout some ByteSink,
        selection: inout some ByteSink
    ) async throws -> (requests: ListSummary, selection: ListSummary) {
        let (width, capsuleCount) = (SelectedItem.byteCount(in: agreement), ItemLayout(agreement).capsuleCount)
        let (evaluator, orders, disclosed) = (evaluator, orders, disclosed)
        let work = SelectWork(key: key, capsuleCount: capsuleCount, seed: seed) { block in
            var chosen = SelectedBlock(capsuleCount: capsuleCount)
            orders.forEachPerson(of: block) { person, order in
                let member = evaluator.cohorts(registers: person.registers, order: order)
                guard member != 0 else { return }
                let items = person.items.filter { disclosed[$0.register] & member != 0 }
                for (item, link) in zip(items, Self.shownLinks(items)) {
                    chosen.add(item, tag: person.tag, cohorts: member, link: link)
                }
            }
            return chosen
        }
        let step = try await workers.sorting(work, [work.output], spool: spool)
        if let people {
            var reader = try people.makeReader()
            try await step.add { try reader.nextBlock().map { .people($0) } }
        }
        people?.discard()
        let requestByteCount = capsuleCount * Ristretto255.elementByteCount
        var requestWriter = RecordWriter(.selection(of: agreement))
        var selectionWriter = RecordWriter(.selection(of: agreement))
        try await step.sorted(0) { items in
            // The first half of each capsule.
            let points = (0..<capsuleCount).map {
                Records.column(($0 * Capsule.byteCount)..<($0 * Capsule.byteCount + 32), of: items, width: width)
            }
            try await requestWriter.write(
                Records.joined(points, count: items.count / width), width: requestByteCount, to: &requests)
            try await selectionWriter.write(items, width: width, to: &selection)
        }
        return (try await requestWriter.finish(to: &requests), try await selectionWriter.finish(to: &selection))
    }

    /// What may be told of how a person's disclosed items were found: nothing of items that are not disclosed. An item
    /// is told to have been joined by no stronger link than some other disclosed item was, and to stand alone if there
    /// is no other.
    static func shownLinks(_ items: [MatchedPerson.Item]) -> [UInt8] {
        items.indices.map { index in
            let others = items.indices.filter { $0 != index }.map { items[$0].link }
            return others.min().map { max(items[index].link, $0) } ?? Clusters.noLink
        }
    }
}

/// Where a sample puts a person: a keyed order over tags, which anybody who has the tags can recompute.
private struct SampleOrder: Sendable {
    private static let byteCount = 32

    let isNeeded: Bool
    private let code: RepeatedHMAC

    init(round: RoundID, isNeeded: Bool) {
        self.isNeeded = isNeeded
        code = RepeatedHMAC(
            key: HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: round.bytes), info: Label.sample.bytes, outputByteCount: 32))
    }

    /// Goes through people, each with an order of 32 bytes, or none where there are no samples.
    func forEachPerson(of block: PersonSpool.Block, _ body: (MatchedPerson, [UInt8]) -> Void) {
        guard isNeeded else { return block.forEachPerson { body($0, []) } }
        var tags: [UInt8] = []
        block.forEachPerson { tags += $0.tag }
        let orders = codes(of: tags)
        var start = 0
        block.forEachPerson {
            body($0, Array(orders[start..<(start + Self.byteCount)]))
            start += Self.byteCount
        }
    }

    private func codes(of tags: [UInt8]) -> [UInt8] {
        let (width, count) = (ExitSalt.tagByteCount, tags.count / ExitSalt.tagByteCount)
        return [UInt8](unsafeUninitializedCapacity: count * Self.byteCount) { output, filled in
            tags.withUnsafeBytes {
                code.codes(
                    of: $0, every: width, width: width, count: count, byteCount: Self.byteCount,
                    into: UnsafeMutableRawBufferPointer(output), every: Self.byteCount)
            }
            filled = count * Self.byteCount
        }
    }
}

/// People of each cohort, in the agreement's order.
private struct CohortCounts: Sendable {
    private(set) var people: [Int]

    init(count: Int) { people = [Int](repeating: 0, count: count) }

    /// - Parameter member: bit i for cohort i.
    mutating func add(_ count: Int, to member: UInt64) {
        var rest = member
        while rest != 0 {
            people[rest.trailingZeroBitCount] += count
            rest &= rest - 1
        }
    }

    mutating func add(_ other: CohortCounts) {
        for index in people.indices { people[index] += other.people[index] }
    }
}
