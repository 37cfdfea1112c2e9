internal import PSIProtocol

/// Whom a row names, as the row's record has it before its values. Secret; only links leave the node.
///
/// 16 random bytes, by which a person's rows are sorted, so that their order says nothing of the codes; then of each
/// column that names people: u8 for the code as in `GatheredRow`, u8 whether it was repaired, and, where there is one,
/// the link and u16 length and identity.
enum RelationCoding {
    /// - Parameter history: by which the code of today is found.
    static func append(_ relations: [RowRelation], history: IdentityHistory?, to bytes: inout [UInt8]) {
        guard !relations.isEmpty else { return }
        bytes.append(contentsOf: RowRelation.freshLink())
        for relation in relations {
            switch relation.code {
            case .success(let reading):
                let code = history?.current(of: reading.code) ?? reading.code
                bytes.append(code.codeClass == .official ? 1 : 2)
                bytes.append(reading.isRepaired ? 1 : 0)
                bytes.append(contentsOf: relation.link)
                SpoolBytes.append(code.person.bytes, lengthByteCount: 2, to: &bytes)
            case .failure(let reason):
                bytes.append(reason == .missing ? 0 : UInt8(3 + (RefusalReason.allCases.firstIndex(of: reason) ?? 0)))
                bytes.append(0)
            }
        }
    }

    /// What `append` wrote of one column.
    enum Entry {
        case nobody
        case unusable(RefusalReason)
        case person(identity: PersonIdentity, link: [UInt8], tally: RowTally)
    }

    private static let linkByteCount = 16

    /// Reads the entries of some rows, one row after the other, column by column.
    ///
    /// - Throws: `SpoolDamage`, and what `take` throws.
    static func forEach(
        in bytes: [UInt8], columnCount: Int, _ take: (_ column: Int, Entry) throws -> Void
    ) throws {
        try bytes.withUnsafeBytes { bytes in
            var cursor = SpoolCursor(bytes)
            while cursor.position < bytes.count {
                guard cursor.bytes(linkByteCount) != nil else { throw SpoolDamage() }
                for column in 0..<columnCount { try take(column, entry(&cursor)) }
            }
        }
    }

    /// How many bytes of a record's values are not the row's own.
    ///
    /// - Throws: `SpoolDamage`.
    static func byteCount(in record: UnsafeRawBufferPointer, columnCount: Int) throws -> Int {
        guard columnCount > 0 else { return 0 }
        var cursor = SpoolCursor(record)
        guard cursor.bytes(linkByteCount) != nil else { throw SpoolDamage() }
        for _ in 0..<columnCount { _ = try entry(&cursor) }
        return cursor.position
    }

    private static func entry(_ cursor: inout SpoolCursor) throws -> Entry {
        guard let sign = cursor.number(byteCount: 1), let repaired = cursor.number(byteCount: 1) else {
            throw SpoolDamage()
        }
        if sign == 0 { return .nobody }
        if sign > 2 {
            guard sign - 3 < RefusalReason.allCases.count else { throw SpoolDamage() }
            return .unusable(RefusalReason.allCases[sign - 3])
        }
        guard let link = cursor.bytes(linkByteCount), let identity = cursor.bytes(lengthByteCount: 2) else {
            throw SpoolDamage()
        }
        let person = PersonIdentity(bytes: Array(identity))
        let code = CodeIdentity(person, sign == 1 ? .official : .temporary)
        return .person(
            identity: person, link: Array(link),
            tally: RowTally(.success(IdentityReading(code, isRepaired: repaired == 1)), QualityValues()))
    }
}
