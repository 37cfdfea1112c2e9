internal import PSIProtocol

/// People as a run has them, one after the other. Secret.
struct PeopleBlock: Sendable, CustomReflectable {
    var bytes: [UInt8] = []
    var count = 0

    /// Without children, so that no reflection prints a person.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Makes people of what a run has.
struct PeopleDecoder: Sendable {
    let plan: MatchPlan
    let history: IdentityHistory?

    /// - Throws: `SpoolDamage`.
    func people(_ block: PeopleBlock) throws -> [PersonRows] {
        try block.bytes.withUnsafeBytes { bytes in
            var people: [PersonRows] = []
            people.reserveCapacity(block.count)
            var cursor = SpoolCursor(bytes)
            for _ in 0..<block.count { people.append(try person(&cursor)) }
            return people
        }
    }

    private func person(_ cursor: inout SpoolCursor) throws -> PersonRows {
        guard let head = PersonHead(&cursor), let identityBytes = cursor.bytes(head.identityByteCount),
            let fieldBytes = cursor.bytes(head.fieldsByteCount), let rows = cursor.bytes(head.rowsByteCount),
            let fields = FieldCoding.split(Array(fieldBytes), count: plan.fields.count)
        else { throw SpoolDamage() }
        let identity = identityBytes.isEmpty ? nil : PersonIdentity(bytes: Array(identityBytes))
        return PersonRows(
            identity: identity, former: identity.flatMap { history?.former(of: $0) } ?? [],
            fields: zip(fields, plan.fields).map { FieldCoding.decode($0, as: $1.kind) }, rows: Array(rows),
            rowCount: head.rowCount, isWithheld: head.isWithheld)
    }
}
