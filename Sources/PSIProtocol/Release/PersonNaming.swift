internal import Agreement
internal import Values

/// Finds what each person of a round is called by, where pseudonyms last. [P-83]
///
/// Items come in any order with what their study capsules hold. They are sorted twice: by the round's tag, so that a
/// person's items are seen together, and by what lasts, so that two people of one name are. What is done follows from
/// how many items there are.
struct PersonNaming {
    private let agreement: Agreement
    private let spool: any Spool
    private var byTag: ExternalSorter

    /// Of a tag, and of a name.
    private static let nameByteCount = 16
    private static let memoryByteCount = 16 << 20

    init(_ agreement: Agreement, spool: any Spool) {
        self.agreement = agreement
        self.spool = spool
        byTag = ExternalSorter(spool: spool, memoryByteCount: Self.memoryByteCount)
    }

    /// - Parameters:
    ///   - item: under the person's tag.
    ///   - lasting: 16 bytes that follow from what its study capsule holds; nil where that is nothing.
    mutating func add(_ item: OpenedItem, register: Int, lasting: [UInt8]?) throws {
        try byTag.add(item.person + record(item, register: register, lasting: lasting))
    }

    /// Hands on every item under the name of its person.
    ///
    /// - Parameter doubt: is told the tag and the names of everybody in doubt, some of them several times.
    consuming func finish(
        doubt: ([UInt8], [UInt8]) throws -> Void = { _, _ in }, _ take: (OpenedItem, _ register: Int) throws -> Void
    ) throws {
        var byName = ExternalSorter(spool: spool, memoryByteCount: Self.memoryByteCount)
        var person: [Entry] = []
        func end() throws {
            let names = Set(person.compactMap(\.lasting))
            if names.count > 1, let tag = person.first?.item.person {
                for name in names { try doubt(tag, name) }
            }
            for entry in person {
                var item = entry.item
                item.name = names.count > 1 ? .doubtful : names.isEmpty ? .round : .lasting
                let lasting = names.count == 1 ? names.first : nil
                try byName.add(record(item, register: entry.register, lasting: lasting))
            }
            person = []
        }
        var tagged = try byTag.sorted()
        while let bytes = try tagged.next() {
            let entry = try Entry(bytes[Self.nameByteCount...], agreement)
            // One item of each register at most.
            if let last = person.last, last.item.person != entry.item.person { try end() }
            person.append(entry)
        }
        try end()
        try Self.settle(try byName.sorted(), agreement, doubt: doubt, take)
    }

    /// Gives people their lasting names, unless two people have one.
    private static func settle(
        _ records: consuming SortedRecords, _ agreement: Agreement, doubt: ([UInt8], [UInt8]) throws -> Void,
        _ take: (OpenedItem, Int) throws -> Void
    ) throws {
        var records = records
        /// Of the first person of a name, while nobody else of it has come.
        var waiting: [Entry] = []
        var shared: [UInt8]?
        func giveNames() throws {
            for entry in waiting {
                var item = entry.item
                if let lasting = entry.lasting { item.person = lasting }
                try take(item, entry.register)
            }
            waiting = []
        }
        while let bytes = try records.next() {
            let entry = try Entry(bytes[...], agreement)
            if let first = waiting.first, first.lasting == nil || first.lasting != entry.lasting { try giveNames() }
            if let first = waiting.first, first.item.person != entry.item.person {
                shared = entry.lasting
                for other in waiting {
                    if let shared { try doubt(other.item.person, shared) }
                    try take(other.item.doubted, other.register)
                }
                waiting = []
            }
            if let shared, entry.lasting == shared {
                try doubt(entry.item.person, shared)
                try take(entry.item.doubted, entry.register)
            } else {
                waiting.append(entry)
            }
        }
        try giveNames()
    }

    // MARK: Records

    /// whether something lasts (1) ‖ that (16), or zeros ‖ tag (16) ‖ register (1) ‖ item.
    private func record(_ item: OpenedItem, register: Int, lasting: [UInt8]?) -> [UInt8] {
        let name = lasting ?? [UInt8](repeating: 0, count: Self.nameByteCount)
        return [lasting == nil ? 0 : 1] + name + item.person + [UInt8(register)] + item.encoded(in: agreement)
    }

    private struct Entry {
        let item: OpenedItem
        let register: Int
        let lasting: [UInt8]?

        init(_ bytes: ArraySlice<UInt8>, _ agreement: Agreement) throws {
            let head = 2 * PersonNaming.nameByteCount + 2
            guard bytes.count > head,
                let item = OpenedItem(encoded: bytes.dropFirst(head), agreement: agreement)
            else { throw ExternalSortError.truncatedRun }
            self.item = item
            register = Int(bytes[bytes.startIndex + head - 1])
            lasting = bytes.first == 1 ? Array(bytes.dropFirst().prefix(PersonNaming.nameByteCount)) : nil
        }
    }
}

extension OpenedItem {
    /// The same under the round's tag.
    fileprivate var doubted: OpenedItem {
        var item = self
        item.name = .doubtful
        return item
    }
}
