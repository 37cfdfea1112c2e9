/// Disjoint sets of items, at most one of each register, and by which link each item came into its set. [P-36]
///
/// Links are proposed together, on top of the sets so far, and accepted or refused together. That costs what is
/// proposed, however many items there are. Memory: 17 bytes an item, and four for each that is proposed to be joined.
struct Clusters {
    private var parent: [UInt32]
    /// Registers of the cluster, at its root.
    private var masks: [UInt32]
    /// Index among the agreement's `linkNames` of what first joined the item to another; `noLink` while nothing has.
    private(set) var links: [UInt8]

    /// What the clusters' roots would be joined to, were everything accepted that is proposed; each to itself while
    /// nothing is.
    private var proposed: [UInt32]
    /// Registers of a proposed group, at its root, while it is looked at; else 0.
    private var combined: [UInt32]
    /// The roots of clusters that are proposed to be joined to another.
    private var joining: [UInt32] = []

    /// Of an item that stands alone.
    static let noLink: UInt8 = 0xFF

    init(registers: [UInt8]) {
        parent = (0..<registers.count).map { UInt32($0) }
        masks = registers.map { 1 << UInt32($0) }
        links = [UInt8](repeating: Self.noLink, count: registers.count)
        proposed = parent
        combined = [UInt32](repeating: 0, count: registers.count)
    }

    mutating func root(of item: Int) -> Int { Self.find(item, in: &parent) }

    /// Registers of the cluster that the item is in, bit i for register i.
    mutating func registers(of item: Int) -> UInt32 { masks[root(of: item)] }

    var hasProposals: Bool { !joining.isEmpty }

    /// The same of every item.
    mutating func registersOfItems() -> [UInt32] { parent.indices.map { registers(of: $0) } }

    /// Proposes that the clusters of two items are one.
    mutating func propose(_ first: Int, _ second: Int) {
        let a = Self.find(root(of: first), in: &proposed)
        let b = Self.find(root(of: second), in: &proposed)
        guard a != b else { return }
        proposed[max(a, b)] = UInt32(min(a, b))
        joining.append(UInt32(max(a, b)))
    }

    /// Accepts the proposed groups that hold each register at most once. Then nothing is proposed.
    ///
    /// - Returns: how many groups were refused.
    mutating func accept(link: Int) -> Int {
        var refused = Set<Int>()
        for item in joining.lazy.map({ Int($0) }) {
            let target = Self.find(item, in: &proposed)
            if combined[target] == 0 { combined[target] = masks[target] }
            if combined[target] & masks[item] != 0 { refused.insert(target) }
            combined[target] |= masks[item]
        }
        for item in joining.lazy.map({ Int($0) }) {
            let target = Self.find(item, in: &proposed)
            combined[target] = 0
            if refused.contains(target) { continue }
            // A cluster of one is the item itself; in larger ones every item has its link.
            if masks[item].nonzeroBitCount == 1 { links[item] = UInt8(link) }
            if masks[target].nonzeroBitCount == 1 { links[target] = UInt8(link) }
            parent[item] = UInt32(target)
            masks[target] |= masks[item]
        }
        for item in joining { proposed[Int(item)] = item }
        joining.removeAll(keepingCapacity: true)
        return refused.count
    }

    private static func find(_ item: Int, in parent: inout [UInt32]) -> Int {
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
