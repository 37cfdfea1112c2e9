/// Whom the owner names so, with all the rows that do. Secret.
struct NamedPerson {
    let key: PersonKey
    /// The key as it is written.
    let keyBytes: [UInt8]
    private(set) var rows: [GatheredRow] = []
    private var byteCount = 0

    init(_ key: PersonKey, bytes: [UInt8]) {
        self.key = key
        keyBytes = bytes
    }

    /// - Throws: `tooManyRowsOfPerson`, `personTooLarge`.
    mutating func add(_ row: GatheredRow) throws(RegisterError.Kind) {
        byteCount += row.byteCount
        try PersonLimit.check(rowCount: rows.count + 1, byteCount: byteCount)
        rows.append(row)
    }

    /// The codes in any of the rows. An official code goes before temporary ones, which people have until they get it.
    /// Where there are different official codes none is used, since nobody knows which is right.
    var codes: Set<CodeIdentity> {
        let codes = Set(rows.compactMap { try? $0.code?.get() })
        let official = codes.filter { $0.codeClass == .official }
        return official.isEmpty ? codes : official
    }
}
