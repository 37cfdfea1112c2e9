internal import Agreement

/// Cuts items into what links look at; on any core. [P-36]
struct LinkEntries: Sendable {
    /// What some items give.
    struct Piece: Sendable {
        let count: Int
        /// By link, entries as `TagGroups` reads them.
        let entries: [[UInt8]]
        /// Of each item the first tag and the capsule.
        let kept: [UInt8]
    }

    /// Where an entry's tag lies in an item, and whether it is a former code.
    private struct Source: Sendable {
        let start: Int
        let isFormer: Bool
    }

    private let layout: TaggedLayout
    /// By link.
    private let sources: [[Source]]

    var keptByteCount: Int { ExitSalt.tagByteCount + layout.capsuleByteCount }

    init(agreement: Agreement, layout: TaggedLayout) {
        self.layout = layout
        // The link by former codes also looks at the codes of today.
        let former = agreement.matchKeys.firstIndex { $0.content == .formerCode }
        let code = agreement.matchKeys.firstIndex { $0.content == .identityCode }
        var sources = [[Source]](repeating: [], count: agreement.linkNames.count)
        for (index, position) in agreement.positions.enumerated() {
            guard let link = position.link else { continue }
            let start = index * ExitSalt.tagByteCount
            sources[link].append(Source(start: start, isFormer: link == former))
            if link == code, let former { sources[former].append(Source(start: start, isFormer: false)) }
        }
        self.sources = sources
    }

    /// By link, how many entries an item gives.
    var counts: [Int] { sources.map(\.count) }

    /// - Parameters:
    ///   - items: whole items of one register, one after the other.
    ///   - first: the first one's index among all items.
    func piece(of items: [UInt8], register: Int, first: Int) -> Piece {
        let count = items.count / layout.itemByteCount
        return items.withUnsafeBytes { bytes in
            Piece(
                count: count,
                entries: sources.map { entries(bytes, count, $0, register: UInt8(register), first: first) },
                kept: kept(bytes, count))
        }
    }

    private func entries(
        _ items: UnsafeRawBufferPointer, _ count: Int, _ sources: [Source], register: UInt8, first: Int
    ) -> [UInt8] {
        let total = count * sources.count * TagGroups.entryByteCount
        return [UInt8](unsafeUninitializedCapacity: total) { buffer, filled in
            let output = UnsafeMutableRawBufferPointer(buffer)
            for index in 0..<count {
                for source in sources {
                    Tag(items, at: index * layout.itemByteCount + source.start).store(in: output, at: filled)
                    let rest = filled + ExitSalt.tagByteCount
                    output[rest] = register
                    output.storeBytes(of: UInt32(first + index).bigEndian, toByteOffset: rest + 1, as: UInt32.self)
                    output[rest + 5] = source.isFormer ? 1 : 0
                    filled += TagGroups.entryByteCount
                }
            }
        }
    }

    private func kept(_ items: UnsafeRawBufferPointer, _ count: Int) -> [UInt8] {
        var kept: [UInt8] = []
        kept.reserveCapacity(count * keptByteCount)
        for index in 0..<count {
            let (start, end) = (index * layout.itemByteCount, (index + 1) * layout.itemByteCount)
            kept += items[start..<(start + ExitSalt.tagByteCount)]
            kept += items[(end - layout.capsuleByteCount)..<end]
        }
        return kept
    }
}
