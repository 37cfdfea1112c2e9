internal import Agreement
internal import Values

/// Links items by several match keys in the agreement's order, and then by tokens. [P-36]
///
/// A key counts only among registers in which its tag occurs once. Within a key, all links it makes are gathered before
/// any is accepted, and a group that would hold two records of one register is refused whole and counted: so the result
/// depends neither on the order of tags nor on that of registers. Memory: 14 bytes an item, and twice four while a key
/// is taken.
struct KeyLinker {
    private let agreement: Agreement
    private let layout: TaggedLayout
    private let positions: [MatchPosition]
    private let spool: any Spool
    /// One sorter a link: tag ‖ register ‖ item index ‖ whether it is a former code.
    private var sorters: [ExternalSorter]
    /// The link by former codes, which also looks at the codes of today.
    private let formerLink: Int?
    private let codeLink: Int?
    /// Items as they came: first tag ‖ capsule.
    private var items: FixedRecords.Writer
    private var registers: [UInt8] = []

    private static let memoryByteCount = 48 << 20

    init(agreement: Agreement, layout: TaggedLayout, spool: any Spool) throws {
        self.agreement = agreement
        self.layout = layout
        self.positions = agreement.positions
        self.spool = spool
        // By how many records of an item each of them gets.
        let positions = positions
        sorters = agreement.linkNames.indices.map { link in
            let share = max(1, positions.count { $0.link == link })
            return ExternalSorter(spool: spool, memoryByteCount: Self.memoryByteCount * share / positions.count)
        }
        formerLink = agreement.matchKeys.firstIndex { $0.content == .formerCode }
        codeLink = agreement.matchKeys.firstIndex { $0.content == .identityCode }
        items = try FixedRecords.Writer(spool: spool, byteCount: ExitSalt.tagByteCount + layout.capsuleByteCount)
    }

    mutating func add(register: Int, item: ArraySlice<UInt8>) throws {
        let holder = [UInt8(register)] + BigEndian.u32(registers.count)
        for (index, position) in positions.enumerated() {
            let start = item.startIndex + index * ExitSalt.tagByteCount
            let entry = Array(item[start..<(start + ExitSalt.tagByteCount)]) + holder
            guard let link = position.link else { continue }
            try sorters[link].add(entry + [link == formerLink ? 1 : 0])
            if link == codeLink, let formerLink { try sorters[formerLink].add(entry + [0]) }
        }
        registers.append(UInt8(register))
        try items.append(Array(item.prefix(ExitSalt.tagByteCount)) + item.suffix(layout.capsuleByteCount))
    }

    mutating func linked() throws -> LinkedPeople {
        var clusters = Clusters(registers: registers)
        var counts = LinkageCounts(agreement: agreement)
        for link in agreement.matchKeys.indices {
            var pass = clusters.beginPass()
            var tags = try TagGroups(try sorters[link].sorted())
            while let group = try tags.next() {
                try Task.checkCancellation()
                let formers = group.filter(\.isFormer)
                if formers.count > 1, Set(formers.map { clusters.root(of: $0.item) }).count > 1 {
                    counts.historyConflicts += 1
                    continue
                }
                let unique = group.unique
                for entry in unique.dropFirst() { pass.propose(unique[0].item, entry.item) }
            }
            counts.conflicts[link] += clusters.accept(pass, link: link)
        }
        if let tolerant = agreement.tolerantMatching {
            var linker = TolerantLinker(
                settings: tolerant, registers: registers, registerCount: agreement.registers.count, spool: spool)
            let link = agreement.matchKeys.count
            counts.conflicts[link] = try linker.link(&clusters, by: sorters[link], link: link)
            counts.tokens = linker.counts
        }
        for (register, link) in zip(registers, clusters.links) where link != Clusters.noLink {
            counts.linked[Int(register)][Int(link)] += 1
        }
        return LinkedPeople(people: try people(in: &clusters), counts: counts)
    }

    private mutating func people(in clusters: inout Clusters) throws -> PersonSpool {
        var sorter = ExternalSorter(spool: spool)
        let kept = try items.finish()
        var reader = try kept.reader()
        var index = 0
        while let item = try reader.next() {
            let root = BigEndian.u32(clusters.root(of: index))
            try sorter.add(root + [registers[index], clusters.links[index]] + item)
            index += 1
        }
        kept.discard()
        return try PersonSpool(writing: spool, capsuleByteCount: layout.capsuleByteCount) { writer in
            var records = try sorter.sorted()
            var root: [UInt8] = []
            var tag: [UInt8] = []
            var tags = ExternalSorter(spool: spool)
            var found: [MatchedPerson.Item] = []
            func close(_ writer: inout PersonSpool.Writer) throws {
                guard !found.isEmpty else { return }
                try tags.add(tag)
                try writer.append(MatchedPerson(tag: tag, items: found))
            }
            while let record = try records.next() {
                let itemTag = Array(record[6..<(6 + ExitSalt.tagByteCount)])
                if Array(record[..<4]) != root {
                    try close(&writer)
                    found = []
                    root = Array(record[..<4])
                    tag = itemTag
                }
                if itemTag.lexicographicallyPrecedes(tag) { tag = itemTag }
                found.append(
                    MatchedPerson.Item(
                        register: Int(record[4]), link: record[5],
                        capsule: Array(record[(6 + ExitSalt.tagByteCount)...])))
            }
            try close(&writer)
            var sorted = try tags.sorted()
            var order = IncreasingOrder(keyByteCount: ExitSalt.tagByteCount)
            while let tag = try sorted.next() {
                // An owner of two registers has begun different people's items alike.
                guard order.firstViolation(in: tag, width: ExitSalt.tagByteCount) == nil else {
                    throw ProtocolViolation(.notIncreasing)
                }
            }
        }
    }
}

/// What linking gave: people, and how they were found.
struct LinkedPeople {
    let people: PersonSpool
    let counts: LinkageCounts
}
