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
        let (kind, bytes): (Int, [UInt8]) =
            switch self {
            case .code(let identity): (0, identity.bytes)
            case .name(let name): (1, name)
            case .fields(let fields): (2, fields)
            }
        SpoolBytes.append(kind << 24 | bytes.count, byteCount: 4, to: &record)
        record.append(contentsOf: bytes)
    }

    /// Reads what `append` wrote; nil for anything else.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var cursor = SpoolCursor(bytes)
        guard let kind = cursor.number(byteCount: 1), let content = cursor.bytes(lengthByteCount: 3) else { return nil }
        switch kind {
        case 0: self = .code(PersonIdentity(bytes: Array(content)))
        case 1: self = .name(Array(content))
        case 2: self = .fields(Array(content))
        default: return nil
        }
    }

    /// Without children, so that no reflection prints a person.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
