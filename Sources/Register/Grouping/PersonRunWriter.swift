internal import PSIProtocol

/// Writes people to one run: u16 identity length, u24 length of match fields, u32 number of rows, u32 their bytes, one
/// byte 1 for somebody who is never to be released and else 0, identity, match fields, rows. A person without a code
/// has an empty identity.
struct PersonRunWriter {
    private var writer: any SpoolWriter
    private var block: [UInt8] = []
    private var personCount = 0

    static let blockByteCount = 1 << 16

    init(spool: any Spool) throws { writer = try spool.makeRun() }

    /// - Parameters:
    ///   - fields: encoded match fields, see `FieldCoding`.
    ///   - rows: what `RowCodec` makes of them, one after the other.
    mutating func append(
        identity: [UInt8], fields: [UInt8], rowCount: Int = 0, rows: [UInt8] = [], isWithheld: Bool = false
    ) throws {
        SpoolBytes.append(identity.count, byteCount: 2, to: &block)
        SpoolBytes.append(fields.count, byteCount: 3, to: &block)
        SpoolBytes.append(rowCount, byteCount: 4, to: &block)
        SpoolBytes.append(rows.count, byteCount: 4, to: &block)
        block.append(isWithheld ? 1 : 0)
        block.append(contentsOf: identity)
        block.append(contentsOf: fields)
        block.append(contentsOf: rows)
        personCount += 1
        if block.count >= Self.blockByteCount {
            try writer.append(block)
            block.removeAll(keepingCapacity: true)
        }
    }

    mutating func finish() throws -> PersonRun {
        if !block.isEmpty { try writer.append(block) }
        return PersonRun(run: try writer.finish(), personCount: personCount)
    }
}
