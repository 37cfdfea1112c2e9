internal import Values

/// Items that share a tag, one tag after the other.
struct TagGroups {
    struct Entry {
        let register: UInt8
        let item: Int
        var isFormer: Bool
    }

    private var records: SortedRecords
    private var pending: [UInt8]?
    private let entryLimit: Int

    /// - Parameter records: tag ‖ register ‖ item index (4) ‖ whether a former code (1), sorted.
    /// - Parameter entryLimit: entries of one register that are handed on, former codes and others counted apart; more
    ///   tell no more than that there are more.
    init(_ records: SortedRecords, entryLimit: Int = 2) throws {
        self.records = records
        self.entryLimit = entryLimit
        pending = try self.records.next()
    }

    /// The entries of the next tag, in the registers' order; nil at the end.
    mutating func next() throws -> [Entry]? {
        guard let first = pending else { return nil }
        var group: [Entry] = []
        var ofRegister = (others: 0, formers: 0)
        while let record = pending, record[..<ExitSalt.tagByteCount] == first[..<ExitSalt.tagByteCount] {
            let register = record[ExitSalt.tagByteCount]
            let item = Int(BigEndian.read(record[(ExitSalt.tagByteCount + 1)..<(ExitSalt.tagByteCount + 5)]))
            pending = try records.next()
            let isFormer = record[ExitSalt.tagByteCount + 5] == 1
            if group.last?.register != register { ofRegister = (0, 0) }
            // An item that holds a value twice holds it once.
            if let last = group.last, last.item == item {
                group[group.count - 1].isFormer = last.isFormer || isFormer
                continue
            }
            if (isFormer ? ofRegister.formers : ofRegister.others) == entryLimit { continue }
            if isFormer { ofRegister.formers += 1 } else { ofRegister.others += 1 }
            group.append(Entry(register: register, item: item, isFormer: isFormer))
        }
        return group
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
