/// How values of one column are asked for and understood.
struct PostgreSQLColumn {
    let name: String
    let form: Form

    enum Form: Equatable {
        case text
        case boolean
        case integer
        /// Any number of digits: an integer if it is written as one and fits 64 bits.
        case number
        case real
        /// Its content is not asked for.
        case binary
        /// Arrays, records, ranges: more than one value, by the type's name.
        case unsupported(String)
    }

    /// The expression whose text is read.
    let expression: String

    /// - Parameters:
    ///   - modifier: the type's, from which the limit of a `varchar(n)` is told.
    ///   - type: the name and kind that the catalogue has for the type, where it is none of the usual.
    init(name: String, typeID: UInt32, modifier: Int, type: PostgreSQLType?) {
        self.name = name
        let quoted = PostgreSQLName.quoted(name)
        switch typeID {
        case TypeID.boolean: (form, expression) = (.boolean, quoted)
        case TypeID.int2, TypeID.int4, TypeID.int8, TypeID.oid: (form, expression) = (.integer, quoted)
        case TypeID.numeric: (form, expression) = (.number, quoted)
        // Its own text has a currency's sign.
        case TypeID.money: (form, expression) = (.number, quoted + "::numeric")
        case TypeID.float4, TypeID.float8: (form, expression) = (.real, quoted)
        case TypeID.date, TypeID.timestamp, TypeID.timestampWithZone: (form, expression) = (.text, quoted)
        case TypeID.bytea: (form, expression) = (.binary, "CASE WHEN \(quoted) IS NULL THEN NULL ELSE '' END")
        default:
            if let type, type.isManyValues {
                (form, expression) = (.unsupported(type.name), "NULL")
            } else if typeID == TypeID.varchar || typeID == TypeID.bpchar, (1...1 << 16).contains(modifier) {
                // What fills a char(n) up is no part of the value and goes with the cast.
                (form, expression) = (.text, quoted + "::text")
            } else {
                // Cut beyond what is allowed, so that nobody need hold it; one character shows that it was longer.
                (form, expression) = (.text, "left(\(quoted)::text, \(RecordLimit.fieldByteCount + 1))")
            }
        }
    }
}

/// What the catalogue says of a type.
struct PostgreSQLType {
    let name: String
    let isManyValues: Bool
}

enum PostgreSQLName {
    static func quoted(_ name: String) -> String { SQLIdentifier.quoted(name) }
}

/// Types that every PostgreSQL has under these numbers (its `pg_type.dat`).
private enum TypeID {
    static let boolean: UInt32 = 16
    static let bytea: UInt32 = 17
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let oid: UInt32 = 26
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let money: UInt32 = 790
    static let bpchar: UInt32 = 1042
    static let varchar: UInt32 = 1043
    static let date: UInt32 = 1082
    static let timestamp: UInt32 = 1114
    static let timestampWithZone: UInt32 = 1184
    static let numeric: UInt32 = 1700
}
