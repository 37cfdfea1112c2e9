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
        linkage: LinkageCounts?
    ) throws {
        var evaluator = try CohortEvaluator(agreement)
        let orders = SampleOrder(round: round, isNeeded: evaluator.needsPass)
        while evaluator.needsPass {
            try people?.forEachPerson { evaluator.observe(registers: $0.registers, order: orders[$0.tag]) }
            evaluator.nextPass()
        }

        var counts = [Int](repeating: 0, count: agreement.cohorts.count)
        func count(_ member: UInt64, _ people: Int) {
            for index in counts.indices where member >> UInt64(index) & 1 == 1 { counts[index] += people }
        }
        if orders.isNeeded {
            try people?.forEachPerson { count(evaluator.cohorts(registers: $0.registers, order: orders[$0.tag]), 1) }
        } else {
            for (registers, people) in overlap { count(evaluator.cohorts(registers: registers, order: []), people) }
        }
        self.overlap = overlap
        self.cohortCounts = counts
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

    /// Writes the nodes' requests (A, 32 bytes each) and the research environment's selection, both in the order of A.
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
        var sorter = DistributionSorter(
            spool: spool, width: SelectedItem.byteCount, fixed: Ristretto255.fixedBits)
        let scalars = ScalarGenerator(seed: seed, name: "rho")
        var reader = try people?.makeReader()
        var selectedCount = 0
        try await Pipeline(workers: workers).run { () async throws -> SelectedBlock? in
            var chosen = SelectedBlock(first: selectedCount)
            while chosen.count < SelectedBlock.fullCount, let person = try reader?.next() {
                let member = evaluator.cohorts(registers: person.registers, order: orders[person.tag])
                guard member != 0 else { continue }
                let items = person.items.filter { disclosed[$0.register] & member != 0 }
                for (item, link) in zip(items, Self.shownLinks(items)) {
                    chosen.add(item, tag: person.tag, cohorts: member, link: link)
                }
            }
            selectedCount += chosen.count
            return chosen.count > 0 ? chosen : nil
        } compute: {
            try $0.rerandomized(for: key, by: scalars)
        } take: {
            try sorter.add($0)
        }
        people?.discard()
        let (width, pointByteCount) = (SelectedItem.byteCount, Ristretto255.elementByteCount)
        var requestWriter = RecordWriter(.selection(of: agreement))
        var selectionWriter = RecordWriter(.selection(of: agreement))
        try await sorter.sorted(workers: workers) { items in
            var points: [UInt8] = []
            points.reserveCapacity(items.count / width * pointByteCount)
            for start in stride(from: 0, to: items.count, by: width) {
                points += items[start..<(start + pointByteCount)]
            }
            try await requestWriter.write(points, width: pointByteCount, to: &requests)
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

/// Selected items whose capsules are still those that the last hops made.
private struct SelectedBlock: Sendable {
    static let fullCount = 1_024

    private var capsules: [UInt8] = []
    /// What follows the capsule in an encoded item.
    private var rests: [UInt8] = []
    private(set) var count = 0
    /// Number of the first item among all that are selected.
    private let first: Int

    init(first: Int) { self.first = first }

    mutating func add(_ item: MatchedPerson.Item, tag: [UInt8], cohorts: UInt64, link: UInt8) {
        capsules += item.capsule
        rests += SelectedItem.rest(register: item.register, tag: tag, cohorts: cohorts, link: link)
        count += 1
    }

    /// Encoded items, each with a capsule of the same secret that nobody has seen before.
    ///
    /// - Throws: `GroupError` for a capsule that is none, although it was checked when its list was read.
    func rerandomized(for key: CapsuleKey, by scalars: ScalarGenerator) throws -> [UInt8] {
        let width = Capsule.byteCount
        let fresh = try Capsule.rerandomize(capsules, for: key, by: scalars.scalars(first..<(first + count)))
        let restByteCount = SelectedItem.byteCount - width
        var items: [UInt8] = []
        items.reserveCapacity(count * SelectedItem.byteCount)
        for index in 0..<count {
            items += fresh[(index * width)..<((index + 1) * width)]
            items += rests[(index * restByteCount)..<((index + 1) * restByteCount)]
        }
        return items
    }
}

/// Where a sample puts a person: a keyed order over tags, which anybody who has the tags can recompute.
private struct SampleOrder {
    let isNeeded: Bool
    private let code: RepeatedHMAC

    init(round: RoundID, isNeeded: Bool) {
        self.isNeeded = isNeeded
        code = RepeatedHMAC(
            key: HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: round.bytes), info: Label.sample.bytes, outputByteCount: 32))
    }

    /// 32 bytes; none where there are no samples.
    subscript(tag: [UInt8]) -> [UInt8] { isNeeded ? tag.withUnsafeBytes { Array(code.code(of: $0)) } : [] }
}
