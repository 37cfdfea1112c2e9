internal import PSIProtocol

/// Reads people back.
final class PersonRunReader {
    private var reader: any SpoolReader
    private var block: [UInt8] = []
    private var position = 0
    private var isAtEnd = false
    /// People who are still to come.
    private var personCount: Int

    private static let headByteCount = 14

    init(reader: any SpoolReader, personCount: Int) {
        self.reader = reader
        self.personCount = personCount
    }

    /// - Throws: `SpoolDamage` if the run ends within a person or holds something else, and what the spool throws.
    func next(_ plan: MatchPlan, _ history: IdentityHistory?) throws -> PersonRows? {
        if isAtEnd { return nil }
        guard try fill(Self.headByteCount) else {
            if position < block.count || personCount != 0 { throw SpoolDamage() }
            isAtEnd = true
            return nil
        }
        // In a local: every access to the object's own would be checked for exclusivity.
        var head = SpoolCursor(block, at: position)
        guard let identityByteCount = head.number(byteCount: 2), let fieldsByteCount = head.number(byteCount: 3),
            let rowCount = head.number(byteCount: 4), let byteCount = head.number(byteCount: 4),
            let withheld = head.number(byteCount: 1), withheld <= 1, rowCount <= PersonGrouping.maxRowsOfPerson,
            byteCount <= PersonGrouping.maxBytesOfPerson
        else { throw SpoolDamage() }
        position = head.position
        guard try fill(identityByteCount + fieldsByteCount + byteCount) else { throw SpoolDamage() }
        var body = SpoolCursor(block, at: position)
        guard let identityBytes = body.bytes(identityByteCount), let fieldBytes = body.bytes(fieldsByteCount),
            let rows = body.bytes(byteCount),
            let fields = FieldCoding.split(fieldBytes, count: plan.fields.count)
        else { throw SpoolDamage() }
        position = body.position
        personCount -= 1
        let identity = identityBytes.isEmpty ? nil : PersonIdentity(bytes: identityBytes)
        return PersonRows(
            identity: identity, former: identity.flatMap { history?.former(of: $0) } ?? [],
            fields: zip(fields, plan.fields).map { FieldCoding.decode($0, as: $1.kind) }, rows: rows,
            rowCount: rowCount, isWithheld: withheld == 1)
    }

    /// Makes at least `count` unread bytes available; false when the run has fewer.
    private func fill(_ count: Int) throws -> Bool {
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
