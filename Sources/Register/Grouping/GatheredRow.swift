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
        Self.append(code: code, fate: fate, fields: fields, tally: tally, values: values, to: &record)
    }

    static func append(
        code: Result<CodeIdentity, RefusalReason>?, fate: RowFate, fields: [UInt8], tally: RowTally?, values: [UInt8],
        to record: inout [UInt8]
    ) {
        let (codeSign, codeBytes): (Int, [UInt8]) =
            switch code {
            case nil: (0, [])
            case .success(let code)?: (code.codeClass == .official ? 1 : 2, code.person.bytes)
            case .failure(let reason)?: (3 + (RefusalReason.allCases.firstIndex(of: reason) ?? 0), [])
            }
        let head = (Int(fate.rawValue) << 8 | codeSign) << 24 | codeBytes.count
        if codeBytes.isEmpty, fields.isEmpty, tally == nil {
            // Nearly all rows: the lengths of fields and tally are zeros.
            SpoolBytes.append(head, byteCount: 5, to: &record)
            SpoolBytes.append(0, byteCount: 5, to: &record)
            record.append(contentsOf: values)
            return
        }
        SpoolBytes.append(head, byteCount: 5, to: &record)
        record.append(contentsOf: codeBytes)
        SpoolBytes.append(fields, lengthByteCount: 3, to: &record)
        SpoolBytes.append(tally?.encoded ?? [], lengthByteCount: 2, to: &record)
        record.append(contentsOf: values)
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

    /// A copy of what a record holds.
    init(_ view: RowView) {
        let official = view.codeSign == 1
        code =
            switch view.codeSign {
            case 0: nil
            case 1, 2:
                .success(
                    CodeIdentity(PersonIdentity(bytes: Array(view.code)), official ? .official : .temporary))
            default: .failure(RefusalReason.allCases[view.codeSign - 3])
            }
        fate = view.fate
        fields = Array(view.fields)
        tally = view.tally
        values = Array(view.values)
    }

    /// Without children, so that no reflection prints a row.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
