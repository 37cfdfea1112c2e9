internal import Values

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
    private var tag = Tag(high: 0, low: 0)
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

    /// The person that `next` stands at, with its items in the registers' order.
    var person: MatchedPerson {
        let link: UInt8 = registers.nonzeroBitCount > 1 ? 0 : Clusters.noLink
        return MatchedPerson(
            tag: tag.bytes,
            items: cursors.filter { registers >> UInt32($0.register) & 1 == 1 }.map { cursor in
                MatchedPerson.Item(register: cursor.register, link: link, capsule: cursor.capsule(width))
            })
    }

    /// 16 bytes as two big-endian numbers.
    private struct Tag: Equatable {
        let high: UInt64
        let low: UInt64

        static func <= (left: Tag, right: Tag) -> Bool {
            left.high != right.high ? left.high < right.high : left.low <= right.low
        }

        var bytes: [UInt8] { BigEndian.u64(high) + BigEndian.u64(low) }
    }

    private struct Cursor {
        let register: Int
        private var reader: any SpoolReader
        private var block: [UInt8] = []
        private var position = 0
        private var remaining: Int
        private(set) var tag = Tag(high: 0, low: 0)

        init(_ list: TagList, width: Int) throws {
            register = list.register
            remaining = list.count
            reader = try list.run.makeReader()
            try load(width)
        }

        var isAtEnd: Bool { remaining == 0 }

        func capsule(_ width: Int) -> [UInt8] { Array(block[(position + ExitSalt.tagByteCount)..<(position + width)]) }

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
            tag = block.withUnsafeBytes { bytes in
                Tag(
                    high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)),
                    low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: position + 8, as: UInt64.self)))
            }
        }
    }
}
