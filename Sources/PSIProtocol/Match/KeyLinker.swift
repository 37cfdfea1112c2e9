/// Links items by several match keys in the agreement's order. [P-36]
///
/// A key counts only among registers in which its tag occurs once. Within a key, all links it makes are gathered before any is
/// accepted, and a group that would hold two records of one register is refused whole and counted: so the result depends
/// neither on the order of tags nor on that of registers.
struct KeyLinker {
    private let layout: TaggedLayout
    private let spool: any Spool
    /// One sorter a key: tag ‖ register ‖ item index.
    private var keySorters: [ExternalSorter]
    /// Items as they came: register ‖ first tag ‖ capsule.
    private var items: [UInt8] = []
    private var itemRuns: [any SpoolRun] = []
    private var registers: [UInt8] = []

    private static let itemBlockByteCount = 1 << 22

    init(layout: TaggedLayout, spool: any Spool) {
        self.layout = layout
        self.spool = spool
        self.keySorters = (0..<layout.keyCount).map { _ in
            ExternalSorter(spool: spool, memoryByteCount: (24 << 20) / layout.keyCount)
        }
    }

    private var storedByteCount: Int { 1 + ExitSalt.tagByteCount + layout.capsuleByteCount }

    mutating func add(register: Int, item: ArraySlice<UInt8>) throws {
        let index = BigEndian.u32(registers.count)
        for key in 0..<layout.keyCount {
            let start = item.startIndex + key * ExitSalt.tagByteCount
            try keySorters[key].add(item[start..<(start + ExitSalt.tagByteCount)] + [UInt8(register)] + index)
        }
        registers.append(UInt8(register))
        items += [UInt8(register)] + item.prefix(ExitSalt.tagByteCount)
        items += item.suffix(layout.capsuleByteCount)
        if items.count >= Self.itemBlockByteCount { try flushItems() }
    }

    private mutating func flushItems() throws {
        guard !items.isEmpty else { return }
        var writer = try spool.makeRun()
        try writer.append(items)
        itemRuns.append(try writer.finish())
        items.removeAll(keepingCapacity: true)
    }

    consuming func linked() throws -> (people: PersonSpool, conflictCount: Int) {
        try flushItems()
        var clusters = Clusters(registers: registers)
        for sorter in keySorters { try Self.link(&clusters, by: sorter) }
        let people = try people(in: &clusters)
        return (people, clusters.conflictCount)
    }

    private static func link(_ clusters: inout Clusters, by sorter: ExternalSorter) throws {
        var records = try sorter.sorted()
        var pass = clusters.beginPass()
        var tag: [UInt8] = []
        var group: [(register: UInt8, item: Int)] = []
        func close(_ pass: inout Clusters.Pass) {
            let unique = group.filter { entry in group.filter { $0.register == entry.register }.count == 1 }
            for entry in unique.dropFirst() { pass.propose(unique[0].item, entry.item) }
        }
        while let record = try records.next() {
            let next = Array(record[..<ExitSalt.tagByteCount])
            if next != tag {
                close(&pass)
                group.removeAll(keepingCapacity: true)
                tag = next
            }
            // More than two of one register tell no more than two; so the group stays small.
            let register = record[ExitSalt.tagByteCount]
            if group.filter({ $0.register == register }).count < 2 {
                group.append((register, Int(BigEndian.read(record[(ExitSalt.tagByteCount + 1)...]))))
            }
        }
        close(&pass)
        clusters.accept(pass)
    }

    private func people(in clusters: inout Clusters) throws -> PersonSpool {
        var sorter = ExternalSorter(spool: spool)
        var index = 0
        for run in itemRuns {
            var reader = try run.makeReader()
            var pending: [UInt8] = []
            while true {
                let more = try reader.read(upTo: 1 << 16)
                if more.isEmpty { break }
                pending += more
                var start = 0
                while pending.count - start >= storedByteCount, index < registers.count {
                    let root = BigEndian.u32(clusters.root(of: index))
                    try sorter.add(root + pending[start..<(start + storedByteCount)])
                    start += storedByteCount
                    index += 1
                }
                pending.removeSubrange(..<start)
            }
            guard pending.isEmpty else { throw ExternalSortError.truncatedRun }
            run.discard()
        }
        guard index == registers.count else { throw ExternalSortError.truncatedRun }
        return try PersonSpool(writing: spool, capsuleByteCount: layout.capsuleByteCount) { writer in
            var records = try sorter.sorted()
            var root: [UInt8] = []
            var tag: [UInt8] = []
            var found: [MatchedPerson.Item] = []
            func close(_ writer: inout PersonSpool.Writer) throws {
                if !found.isEmpty { try writer.append(MatchedPerson(tag: tag, items: found)) }
            }
            while let record = try records.next() {
                let itemTag = Array(record[5..<(5 + ExitSalt.tagByteCount)])
                if Array(record[..<4]) != root {
                    try close(&writer)
                    found = []
                    root = Array(record[..<4])
                    tag = itemTag
                }
                if itemTag.lexicographicallyPrecedes(tag) { tag = itemTag }
                found.append(
                    MatchedPerson.Item(
                        register: Int(record[4]), capsule: Array(record[(5 + ExitSalt.tagByteCount)...])))
            }
            try close(&writer)
        }
    }
}

/// Disjoint sets of items, at most one of each register.
struct Clusters {
    private var parent: [UInt32]
    /// Registers of the cluster, at its root.
    private var masks: [UInt32]
    private(set) var conflictCount = 0

    init(registers: [UInt8]) {
        parent = (0..<registers.count).map { UInt32($0) }
        masks = registers.map { 1 << UInt32($0) }
    }

    mutating func root(of item: Int) -> Int { Self.find(item, in: &parent) }

    /// Links that one key proposes, on a copy of the clusters so far.
    struct Pass {
        fileprivate var parent: [UInt32]

        mutating func propose(_ first: Int, _ second: Int) {
            let a = Clusters.find(first, in: &parent)
            let b = Clusters.find(second, in: &parent)
            if a != b { parent[max(a, b)] = UInt32(min(a, b)) }
        }
    }

    func beginPass() -> Pass { Pass(parent: parent) }

    /// Accepts the proposed groups that hold each register at most once; counts the others.
    mutating func accept(_ pass: Pass) {
        var pass = pass
        var combined = [UInt32](repeating: 0, count: parent.count)
        var refused = Set<Int>()
        for item in parent.indices where parent[item] == UInt32(item) {
            let target = Self.find(item, in: &pass.parent)
            if combined[target] & masks[item] != 0 { refused.insert(target) }
            combined[target] |= masks[item]
        }
        conflictCount += refused.count
        for item in parent.indices where parent[item] == UInt32(item) {
            let target = Self.find(item, in: &pass.parent)
            if target == item || refused.contains(target) { continue }
            parent[item] = UInt32(target)
            masks[target] |= masks[item]
        }
    }

    fileprivate static func find(_ item: Int, in parent: inout [UInt32]) -> Int {
        var root = item
        while Int(parent[root]) != root { root = Int(parent[root]) }
        var step = item
        while Int(parent[step]) != root {
            let next = Int(parent[step])
            parent[step] = UInt32(root)
            step = next
        }
        return root
    }
}
