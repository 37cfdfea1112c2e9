internal import PSIProtocol

/// Cuts a run of people into people, and leaves what they hold to others.
struct PersonRunReader {
    private var reader: any SpoolReader
    private var block: [UInt8] = []
    private var position = 0
    /// People who are still to come.
    private var personCount: Int

    static let headByteCount = 14

    init(reader: any SpoolReader, personCount: Int) {
        self.reader = reader
        self.personCount = personCount
    }

    /// Appends people until there are `most` or about `byteCount` bytes of them; none after the last.
    ///
    /// - Throws: `SpoolDamage` if the run ends within a person or holds something else, and what the spool throws.
    mutating func read(into people: inout PeopleBlock, most: Int, byteCount: Int) throws {
        while people.count < most, people.bytes.count < byteCount {
            guard try fill(Self.headByteCount) else {
                if position < block.count || personCount != 0 { throw SpoolDamage() }
                return
            }
            let head = block.withUnsafeBytes { [position] block in
                var cursor = SpoolCursor(block, at: position)
                return PersonHead(&cursor)
            }
            guard personCount > 0, let head else { throw SpoolDamage() }
            let count = Self.headByteCount + head.byteCount
            guard try fill(count) else { throw SpoolDamage() }
            people.bytes.append(contentsOf: block[position..<(position + count)])
            people.count += 1
            position += count
            personCount -= 1
        }
    }

    /// Makes at least `count` unread bytes available; false when the run has fewer.
    private mutating func fill(_ count: Int) throws -> Bool {
        while block.count - position < count {
            let more = try reader.read(upTo: max(PersonRunWriter.blockByteCount, count - (block.count - position)))
            if more.isEmpty { return false }
            block.removeSubrange(..<position)
            position = 0
            block += more
        }
        return true
    }
}

/// What stands before a person on a run, see `PersonRunWriter`.
struct PersonHead {
    let identityByteCount: Int
    let fieldsByteCount: Int
    let rowCount: Int
    let rowsByteCount: Int
    let isWithheld: Bool

    /// Of what follows.
    var byteCount: Int { identityByteCount + fieldsByteCount + rowsByteCount }

    /// Nil for bytes that are none.
    init?(_ cursor: inout SpoolCursor) {
        guard let identityByteCount = cursor.number(byteCount: 2), let fieldsByteCount = cursor.number(byteCount: 3),
            let rowCount = cursor.number(byteCount: 4), let rowsByteCount = cursor.number(byteCount: 4),
            let withheld = cursor.number(byteCount: 1), withheld <= 1, rowCount <= PersonGrouping.maxRowsOfPerson,
            rowsByteCount <= PersonGrouping.maxBytesOfPerson
        else { return nil }
        self.identityByteCount = identityByteCount
        self.fieldsByteCount = fieldsByteCount
        self.rowCount = rowCount
        self.rowsByteCount = rowsByteCount
        isWithheld = withheld == 1
    }
}
