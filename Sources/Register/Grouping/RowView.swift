internal import PSIProtocol

/// A row and its person's key as a sorted record has them, without a copy: it ends with the record. Secret.
struct RowView: CustomReflectable {
    /// As `PersonKey` wrote it: rows of one person have the same.
    let key: UnsafeRawBufferPointer
    let fate: RowFate
    /// See `GatheredRow.append`.
    let codeSign: Int
    let code: UnsafeRawBufferPointer
    let fields: UnsafeRawBufferPointer
    let tally: RowTally?
    let values: UnsafeRawBufferPointer

    /// Nil if the bytes are no key and row.
    init?(_ record: UnsafeRawBufferPointer) {
        var cursor = SpoolCursor(record)
        guard let kind = cursor.number(byteCount: 1), kind <= 2, cursor.bytes(lengthByteCount: 3) != nil else {
            return nil
        }
        key = UnsafeRawBufferPointer(rebasing: record[..<cursor.position])
        guard let number = cursor.number(byteCount: 1), let fate = RowFate(rawValue: UInt8(number)),
            let sign = cursor.number(byteCount: 1), sign < 3 + RefusalReason.allCases.count,
            let code = cursor.bytes(lengthByteCount: 3), let fields = cursor.bytes(lengthByteCount: 3),
            let tally = cursor.bytes(lengthByteCount: 2)
        else { return nil }
        if tally.isEmpty {
            self.tally = nil
        } else {
            guard let read = RowTally(encoded: Array(tally)) else { return nil }
            self.tally = read
        }
        self.fate = fate
        codeSign = sign
        self.code = code
        self.fields = fields
        values = cursor.rest()
    }

    /// Without children, so that no reflection prints a row.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
