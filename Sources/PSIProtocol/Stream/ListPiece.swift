internal import Values

/// Records of a list as they came, and the number of the first.
struct ListPiece: Sendable {
    let records: [UInt8]
    let first: Int
}

extension ListPiece {
    /// The number as 8 bytes, then the records.
    var encoded: [UInt8] { BigEndian.u64(UInt64(first)) + records }

    /// - Parameter width: of a record.
    init(encoded bytes: [UInt8], width: Int) throws(StepTaskError) {
        guard bytes.count >= 8, (bytes.count - 8).isMultiple(of: width),
            let first = Int(exactly: BigEndian.read(bytes[..<8])), first <= 1 << 48
        else { throw .malformed }
        self.init(records: Array(bytes[8...]), first: first)
    }
}
