internal import PSIProtocol

/// A row on its way through the sorts to its person. Secret; never leaves the node.
struct GatheredRow: Equatable, CustomReflectable {
    /// The row's code, by the owner's history that of today, or why it is not used; nil once it is known whose row it
    /// is.
    var code: Result<CodeIdentity, RefusalReason>?
    /// Never `outside`.
    var fate: RowFate
    /// Encoded match fields, see `FieldCoding`.
    var fields: [UInt8]
    /// What is to be counted once it is known that the person is not left out; nil if that was done before.
    var tally: RowTally?
    /// What `RowCodec` makes of the row; empty unless it is kept.
    var values: [UInt8]

    /// The identity of the row's code; nil where it has none that can be used.
    var identity: PersonIdentity? {
        guard case .success(let code)? = code else { return nil }
        return code.person
    }

    /// Bytes that it takes, but for a few.
    var byteCount: Int { values.count + fields.count + (identity?.bytes.count ?? 0) }

    /// u8 fate, u8 for the code, u24 length and code, u24 length and match fields, u16 length and tally, values. Equal
    /// rows have equal bytes.
    func append(to record: inout [UInt8]) {
        record.append(fate.rawValue)
        record.append(codeSign)
        SpoolBytes.append(identity?.bytes ?? [], lengthByteCount: 3, to: &record)
        SpoolBytes.append(fields, lengthByteCount: 3, to: &record)
        SpoolBytes.append(tally?.encoded ?? [], lengthByteCount: 2, to: &record)
        record.append(contentsOf: values)
    }

    /// 0 for none, 1 and 2 for an official and a temporary one, from 3 on for the reasons why it is not used.
    private var codeSign: UInt8 {
        switch code {
        case nil: 0
        case .success(let code)?: code.codeClass == .official ? 1 : 2
        case .failure(let reason)?: 3 + UInt8(RefusalReason.allCases.firstIndex(of: reason) ?? 0)
        }
    }

    init(
        code: Result<CodeIdentity, RefusalReason>?, fate: RowFate, fields: [UInt8], tally: RowTally? = nil,
        values: [UInt8] = []
    ) {
        self.code = code
        self.fate = fate
        self.fields = fields
        self.tally = tally
        self.values = values
    }

    /// Reads what `append` wrote, to the record's end; nil for anything else.
    init?(_ record: inout SpoolCursor) {
        guard let number = record.number(byteCount: 1), let fate = RowFate(rawValue: UInt8(number)),
            let sign = record.number(byteCount: 1), let codeBytes = record.bytes(lengthByteCount: 3),
            let fields = record.bytes(lengthByteCount: 3), let tallyBytes = record.bytes(lengthByteCount: 2)
        else { return nil }
        switch sign {
        case 0: code = nil
        case 1, 2: code = .success(CodeIdentity(PersonIdentity(bytes: codeBytes), sign == 1 ? .official : .temporary))
        case 3..<(3 + RefusalReason.allCases.count): code = .failure(RefusalReason.allCases[sign - 3])
        default: return nil
        }
        if tallyBytes.isEmpty {
            tally = nil
        } else {
            guard let read = RowTally(encoded: tallyBytes) else { return nil }
            tally = read
        }
        self.fate = fate
        self.fields = fields
        values = record.rest()
    }

    /// Without children, so that no reflection prints a row.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
