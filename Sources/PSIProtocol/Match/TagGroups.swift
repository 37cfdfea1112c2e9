/// Items that share a tag, one tag after the other.
///
/// Entries come sorted, in blocks that may end anywhere.
struct TagGroups {
    /// An item that has the tag.
    struct Entry: Equatable {
        let register: UInt8
        let item: Int
        var isFormer: Bool
    }

    /// Of an entry: tag ‖ register ‖ item index (4) ‖ whether a former code (1).
    static let entryByteCount = ExitSalt.tagByteCount + 6

    private let entryLimit: Int
    /// What the group under way shares.
    private var tag = Tag.zero
    private var group: [Entry] = []
    /// Entries of the register that the group ends with.
    private var ofRegister = (others: 0, formers: 0)

    /// - Parameter entryLimit: entries of one register that are handed on, former codes and others counted apart; more
    ///   tell no more than that there are more.
    init(entryLimit: Int = 2) { self.entryLimit = entryLimit }

    /// Hands on every group that is whole, its entries in the registers' order.
    ///
    /// - Parameter block: the next entries, sorted.
    mutating func add(_ block: [UInt8], _ take: ([Entry]) throws -> Void) throws {
        try block.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: Self.entryByteCount) {
                let next = Tag(bytes, at: start)
                if next != tag {
                    try finish(take)
                    tag = next
                }
                let rest = start + ExitSalt.tagByteCount
                add(
                    Entry(
                        register: bytes[rest],
                        item: Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: rest + 1, as: UInt32.self))),
                        isFormer: bytes[rest + 5] == 1))
            }
        }
    }

    /// Hands on the last group, if there is any.
    mutating func finish(_ take: ([Entry]) throws -> Void) throws {
        if !group.isEmpty { try take(group) }
        group.removeAll(keepingCapacity: true)
        ofRegister = (0, 0)
    }

    private mutating func add(_ entry: Entry) {
        if let last = group.last {
            if last.register != entry.register { ofRegister = (0, 0) }
            // An item that holds a value twice holds it once.
            if last.item == entry.item {
                group[group.count - 1].isFormer = last.isFormer || entry.isFormer
                return
            }
        }
        if (entry.isFormer ? ofRegister.formers : ofRegister.others) == entryLimit { return }
        if entry.isFormer { ofRegister.formers += 1 } else { ofRegister.others += 1 }
        group.append(entry)
    }
}

extension DistributionSorter {
    /// Hands on the groups of entries that share a tag, one after the other.
    consuming func groups(
        entryLimit: Int = 2, workers: Workers, take: ([TagGroups.Entry]) throws -> Void
    ) async throws {
        var groups = TagGroups(entryLimit: entryLimit)
        try await sorted(workers: workers) { try groups.add($0, take) }
        try groups.finish(take)
    }
}

extension [TagGroups.Entry] {
    /// The entries whose tag no other item of their register has.
    var unique: [TagGroups.Entry] {
        indices.filter { index in
            (index == startIndex || self[index - 1].register != self[index].register)
                && (index + 1 == endIndex || self[index + 1].register != self[index].register)
        }.map { self[$0] }
    }
}
