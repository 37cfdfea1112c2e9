internal import Agreement

/// Links items by several match keys in the agreement's order, and then by tokens. [P-36]
///
/// A key counts only among registers in which its tag occurs once. Within a key, all links it makes are gathered before
/// any is accepted, and a group that would hold two records of one register is refused whole and counted: so the result
/// depends neither on the order of tags nor on that of registers. Memory: 18 bytes an item, up to 4 more while links
/// are proposed, and what `DistributionSorter` takes.
struct KeyLinker {
    private let agreement: Agreement
    private let layout: TaggedLayout
    private let spool: any Spool
    /// Cuts items for `add`.
    let entries: LinkEntries
    /// By link; nil once it was looked at.
    private var sorters: [DistributionSorter?]
    /// Items as they came: first tag ‖ capsule.
    private var items: FixedRecords.Writer
    private var registers: [UInt8] = []

    /// For blocks of entries that wait, of all links together.
    private static let memoryByteCount = 32 << 20

    init(agreement: Agreement, layout: TaggedLayout, spool: any Spool) throws {
        self.agreement = agreement
        self.layout = layout
        self.spool = spool
        let entries = LinkEntries(agreement: agreement, layout: layout)
        self.entries = entries
        // By how many entries of an item each of them gets.
        let total = entries.counts.reduce(0, +)
        sorters = entries.counts.map { count in
            DistributionSorter(
                spool: spool, width: TagGroups.entryByteCount, bucketCount: count > 1 ? 1_024 : 256,
                memoryByteCount: Self.memoryByteCount * count / max(1, total))
        }
        items = try FixedRecords.Writer(spool: spool, byteCount: entries.keptByteCount)
    }

    /// Items that were added.
    var itemCount: Int { registers.count }

    /// - Parameter piece: of the items that follow those that were added.
    mutating func add(register: Int, _ piece: LinkEntries.Piece) throws {
        for (link, entries) in piece.entries.enumerated() { try sorters[link]?.add(entries) }
        registers.append(contentsOf: repeatElement(UInt8(register), count: piece.count))
        try items.append(piece.kept)
    }

    mutating func linked(workers: Workers) async throws -> LinkedPeople {
        var clusters = Clusters(registers: registers)
        var counts = LinkageCounts(agreement: agreement)
        for link in agreement.matchKeys.indices {
            guard let sorter = sorters[link].take() else { continue }
            try await sorter.groups(workers: workers) { group in
                Self.propose(group, to: &clusters, historyConflicts: &counts.historyConflicts)
            }
            counts.conflicts[link] += clusters.accept(link: link)
        }
        let tolerant = agreement.matchKeys.count
        if let settings = agreement.tolerantMatching, let sorter = sorters[tolerant].take() {
            var linker = TolerantLinker(
                settings: settings, registers: registers, registerCount: agreement.registers.count, spool: spool)
            counts.conflicts[tolerant] = try await linker.link(&clusters, by: sorter, link: tolerant, workers: workers)
            counts.tokens = linker.counts
        }
        for (register, link) in zip(registers, clusters.links) where link != Clusters.noLink {
            counts.linked[Int(register)][Int(link)] += 1
        }
        var overlap = RegisterSets(registerCount: agreement.registers.count)
        let people = try await people(in: &clusters, workers, &overlap)
        return LinkedPeople(people: people, overlap: overlap, counts: counts)
    }

    /// - Parameter group: the items that share a tag.
    private static func propose(_ group: [TagGroups.Entry], to clusters: inout Clusters, historyConflicts: inout Int) {
        guard group.count > 1 else { return }
        var former: Int?
        for entry in group where entry.isFormer {
            let root = clusters.root(of: entry.item)
            if let former, former != root {
                historyConflicts += 1
                return
            }
            former = root
        }
        let unique = group.unique
        for entry in unique.dropFirst() { clusters.propose(unique[0].item, entry.item) }
    }

    /// Gathers the items of each cluster.
    private mutating func people(
        in clusters: inout Clusters, _ workers: Workers, _ overlap: inout RegisterSets
    ) async throws -> PersonSpool {
        let sorter = try byCluster(&clusters)
        var writer = try PersonSpool.Writer(spool: spool, capsuleByteCount: layout.capsuleByteCount)
        var tags = DistributionSorter(spool: spool, width: ExitSalt.tagByteCount)
        /// Of the person under way: the cluster, the registers and the smallest first tag.
        var person: (cluster: UInt32, registers: UInt32, tag: Tag)?
        func end(_ found: inout [UInt8]) throws {
            guard let person else { return }
            overlap.count(person.registers)
            try writer.end(tag: person.tag)
            person.tag.append(to: &found)
        }
        try await sorter.sorted(workers: workers) { block in
            var found: [UInt8] = []
            try block.withUnsafeBytes { bytes in
                for start in stride(from: 0, to: bytes.count, by: Self.headByteCount + entries.keptByteCount) {
                    let cluster = bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)
                    let register = bytes[start + 4]
                    let tag = Tag(bytes, at: start + Self.headByteCount)
                    if person?.cluster != cluster {
                        try end(&found)
                        person = (cluster, 0, tag)
                        writer.begin()
                    }
                    person?.registers |= 1 << UInt32(register)
                    if let least = person?.tag, tag < least { person?.tag = tag }
                    let capsule = start + Self.headByteCount + ExitSalt.tagByteCount
                    writer.add(
                        register: register, link: bytes[start + 5],
                        capsule: UnsafeRawBufferPointer(rebasing: bytes[capsule..<(capsule + layout.capsuleByteCount)]))
                }
            }
            try tags.add(found)
        }
        var last: [UInt8] = []
        try end(&last)
        try tags.add(last)
        try await Self.checkAllDiffer(tags, workers)
        return try writer.finish()
    }

    /// cluster ‖ register ‖ link, before an item's first tag and capsule.
    private static let headByteCount = 6

    /// Items by the cluster that they are in, and by register. A cluster's number is its root's, moved to the left so
    /// far that all bits differ.
    private mutating func byCluster(_ clusters: inout Clusters) throws -> DistributionSorter {
        let (keptByteCount, width) = (entries.keptByteCount, Self.headByteCount + entries.keptByteCount)
        var sorter = DistributionSorter(spool: spool, width: width, bucketCount: 1_024)
        let shift = UInt32(UInt32(clamping: registers.count).leadingZeroBitCount)
        let kept = try items.finish()
        var index = 0
        try kept.forEachBlock { items in
            let count = items.count / keptByteCount
            let records = [UInt8](unsafeUninitializedCapacity: count * width) { buffer, filled in
                let output = UnsafeMutableRawBufferPointer(buffer)
                for item in 0..<count {
                    let cluster = UInt32(clusters.root(of: index)) << shift
                    output.storeBytes(of: cluster.bigEndian, toByteOffset: filled, as: UInt32.self)
                    output[filled + 4] = registers[index]
                    output[filled + 5] = clusters.links[index]
                    UnsafeMutableRawBufferPointer(rebasing: output[(filled + Self.headByteCount)..<(filled + width)])
                        .copyMemory(
                            from: UnsafeRawBufferPointer(
                                rebasing: items[(item * keptByteCount)..<((item + 1) * keptByteCount)]))
                    filled += width
                    index += 1
                }
            }
            try sorter.add(records)
        }
        kept.discard()
        return sorter
    }

    /// - Throws: `ProtocolViolation` where two people have one tag: an owner of two registers has begun different
    ///   people's items alike.
    private static func checkAllDiffer(_ tags: consuming DistributionSorter, _ workers: Workers) async throws {
        var order = IncreasingOrder(keyByteCount: ExitSalt.tagByteCount)
        try await tags.sorted(workers: workers) { block in
            guard order.firstViolation(in: block, width: ExitSalt.tagByteCount) == nil else {
                throw ProtocolViolation(.notIncreasing)
            }
        }
    }
}

/// What linking gave: people, in which registers they are, and how they were found.
struct LinkedPeople {
    let people: PersonSpool
    let overlap: RegisterSets
    let counts: LinkageCounts
}
