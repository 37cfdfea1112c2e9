/// Disjoint sets of items, at most one of each register, and by which link each item came into its set. [P-36]
struct Clusters {
    private var parent: [UInt32]
    /// Registers of the cluster, at its root.
    private var masks: [UInt32]
    /// Index among the agreement's `linkNames` of what first joined the item to another; `noLink` while nothing has.
    private(set) var links: [UInt8]

    /// Of an item that stands alone.
    static let noLink: UInt8 = 0xFF

    init(registers: [UInt8]) {
        parent = (0..<registers.count).map { UInt32($0) }
        masks = registers.map { 1 << UInt32($0) }
        links = [UInt8](repeating: Self.noLink, count: registers.count)
    }

    mutating func root(of item: Int) -> Int { Self.find(item, in: &parent) }

    /// Registers of the cluster that the item is in, bit i for register i.
    mutating func registers(of item: Int) -> UInt32 { masks[root(of: item)] }

    /// Links that are proposed together, on a copy of the clusters so far.
    struct Pass {
        fileprivate var parent: [UInt32]

        mutating func propose(_ first: Int, _ second: Int) {
            let a = Clusters.find(first, in: &parent)
            let b = Clusters.find(second, in: &parent)
            if a != b { parent[max(a, b)] = UInt32(min(a, b)) }
        }
    }

    func beginPass() -> Pass { Pass(parent: parent) }

    /// Accepts the proposed groups that hold each register at most once.
    ///
    /// - Returns: how many groups were refused.
    mutating func accept(_ pass: Pass, link: Int) -> Int {
        var pass = pass
        var combined = [UInt32](repeating: 0, count: parent.count)
        var refused = Set<Int>()
        for item in parent.indices where parent[item] == UInt32(item) {
            let target = Self.find(item, in: &pass.parent)
            if combined[target] & masks[item] != 0 { refused.insert(target) }
            combined[target] |= masks[item]
        }
        for item in parent.indices where parent[item] == UInt32(item) {
            let target = Self.find(item, in: &pass.parent)
            if target == item || refused.contains(target) { continue }
            // A cluster of one is the item itself; in larger ones every item has its link.
            if masks[item].nonzeroBitCount == 1 { links[item] = UInt8(link) }
            if masks[target].nonzeroBitCount == 1 { links[target] = UInt8(link) }
            parent[item] = UInt32(target)
            masks[target] |= masks[item]
        }
        return refused.count
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
