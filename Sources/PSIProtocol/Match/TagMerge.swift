/// A register's list of tagged items on the spool, in the order of tags.
struct TagList {
    /// Index in the agreement.
    let register: Int
    let count: Int
    let run: any SpoolRun
}

/// Goes through several lists at once, a tag at a time. Items with equal tags are one person.
final class TagMerge {
    private let width: Int
    private var cursors: [Cursor]
    /// The person that `next` stands at.
    private var tag = Tag.zero
    private var registers: UInt32 = 0

    init(lists: [TagList], layout: TaggedLayout) throws {
        width = layout.itemByteCount
        cursors = try lists.map { try Cursor($0, width: layout.itemByteCount) }
    }

    /// The registers of the next person, bit i for register i; nil at the end.
    ///
    /// - Throws: `ExternalSortError.truncatedRun` for a list that is shorter or longer than it was.
    func next() throws -> UInt32? {
        // What the person before took is left behind only now, as long as its items could be asked for.
        for index in cursors.indices where registers >> UInt32(cursors[index].register) & 1 == 1 {
            try cursors[index].advance(width)
        }
        var least: Tag?
        for index in cursors.indices where !cursors[index].isAtEnd {
            if let tag = least, tag <= cursors[index].tag { continue }
            least = cursors[index].tag
        }
        guard let least else { return nil }
        tag = least
        registers = 0
        for index in cursors.indices where !cursors[index].isAtEnd && cursors[index].tag == least {
            registers |= 1 << UInt32(cursors[index].register)
        }
        return registers
    }

    /// Writes the person that `next` stands at, with its items in the registers' order.
    func write(to people: inout PersonSpool.Writer) throws {
        let link: UInt8 = registers.nonzeroBitCount > 1 ? 0 : Clusters.noLink
        people.begin()
        for index in cursors.indices where registers >> UInt32(cursors[index].register) & 1 == 1 {
            cursors[index].withCapsule(width) {
                people.add(register: UInt8(cursors[index].register), link: link, capsule: $0)
            }
        }
        try people.end(tag: tag)
    }

    private struct Cursor {
        let register: Int
        private var reader: any SpoolReader
        private var block: [UInt8] = []
        private var position = 0
        private var remaining: Int
        private(set) var tag = Tag.zero

        init(_ list: TagList, width: Int) throws {
            register = list.register
            remaining = list.count
            reader = try list.run.makeReader()
            try load(width)
        }

        var isAtEnd: Bool { remaining == 0 }

        func withCapsule(_ width: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
            block.withUnsafeBytes { bytes in
                body(UnsafeRawBufferPointer(rebasing: bytes[(position + ExitSalt.tagByteCount)..<(position + width)]))
            }
        }

        mutating func advance(_ width: Int) throws {
            position += width
            remaining -= 1
            try load(width)
        }

        /// Has the item at `position` in memory, or finds that there is none when there should be none.
        private mutating func load(_ width: Int) throws {
            while block.count - position < width {
                let more = try reader.read(upTo: SortedRecords.blockByteCount)
                if more.isEmpty { break }
                block.removeSubrange(..<position)
                position = 0
                block += more
            }
            guard remaining > 0 ? block.count - position >= width : block.count == position else {
                throw ExternalSortError.truncatedRun
            }
            guard remaining > 0 else { return }
            tag = block.withUnsafeBytes { Tag($0, at: position) }
        }
    }
}
