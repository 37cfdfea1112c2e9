internal import PSIProtocol

/// By what a person's rows are gathered. Secret; never leaves the node.
enum PersonKey: Hashable, CustomReflectable {
    /// What their code says, by the owner's history the code of today.
    case code(PersonIdentity)
    /// The owner's own name for them.
    case name([UInt8])
    /// Their match fields, where there is neither; see `FieldCoding`.
    case fields([UInt8])

    /// Of the code; nil for somebody who has none.
    var identity: PersonIdentity? {
        guard case .code(let identity) = self else { return nil }
        return identity
    }

    /// One byte for the kind, then u24 length and what it is.
    func append(to record: inout [UInt8]) {
        let (kind, bytes): (UInt8, [UInt8]) =
            switch self {
            case .code(let identity): (0, identity.bytes)
            case .name(let name): (1, name)
            case .fields(let fields): (2, fields)
            }
        record.append(kind)
        SpoolBytes.append(bytes, lengthByteCount: 3, to: &record)
    }

    /// Reads what `append` wrote; nil for anything else.
    init?(_ record: inout SpoolCursor) {
        guard let kind = record.number(byteCount: 1), let bytes = record.bytes(lengthByteCount: 3) else { return nil }
        switch kind {
        case 0: self = .code(PersonIdentity(bytes: bytes))
        case 1: self = .name(bytes)
        case 2: self = .fields(bytes)
        default: return nil
        }
    }

    /// Without children, so that no reflection prints a person.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
