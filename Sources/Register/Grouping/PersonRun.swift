internal import PSIProtocol

/// The run ended within a person or holds something else.
struct PersonRunDamage: Error {}

/// Writes people to one run: u16 identity length, u32 number of rows, u32 their bytes, identity, rows.
struct PersonRunWriter {
    private var writer: any SpoolWriter
    private var block: [UInt8] = []

    static let blockByteCount = 1 << 16

    init(spool: any Spool) throws { writer = try spool.makeRun() }

    mutating func append(identity: ArraySlice<UInt8>, rowCount: Int, rows: [UInt8]) throws {
        BigEndian.append(UInt64(identity.count), byteCount: 2, to: &block)
        BigEndian.append(UInt64(rowCount), byteCount: 4, to: &block)
        BigEndian.append(UInt64(rows.count), byteCount: 4, to: &block)
        block.append(contentsOf: identity)
        block.append(contentsOf: rows)
        if block.count >= Self.blockByteCount {
            try writer.append(block)
            block.removeAll(keepingCapacity: true)
        }
    }

    mutating func finish() throws -> PersonRunReader {
        if !block.isEmpty { try writer.append(block) }
        return try PersonRunReader(run: try writer.finish())
    }
}

/// Reads people back. The run is discarded at its end, or when the reader is dropped.
final class PersonRunReader {
    private let run: any SpoolRun
    private var reader: any SpoolReader
    private var block: [UInt8] = []
    private var position = 0
    private var isDiscarded = false

    private static let headByteCount = 10

    init(run: any SpoolRun) throws {
        self.run = run
        do {
            reader = try run.makeReader()
        } catch {
            run.discard()
            throw error
        }
    }

    deinit { discard() }

    func next(columnCount: Int) throws -> PersonRows? {
        if isDiscarded { return nil }
        guard try fill(Self.headByteCount) else {
            if position < block.count { throw PersonRunDamage() }
            discard()
            return nil
        }
        // In locals: every access to the object's own would be checked for exclusivity.
        var reading = position
        guard let identityByteCount = BigEndian.value(block, byteCount: 2, at: &reading),
            let rowCount = BigEndian.value(block, byteCount: 4, at: &reading),
            let byteCount = BigEndian.value(block, byteCount: 4, at: &reading),
            rowCount <= UInt64(PersonGrouping.maxRowsOfPerson), byteCount <= UInt64(PersonGrouping.maxBytesOfPerson)
        else { throw PersonRunDamage() }
        position = reading
        guard try fill(Int(identityByteCount) + Int(byteCount)) else { throw PersonRunDamage() }
        let block = block
        reading = position + Int(identityByteCount)
        let identity = Array(block[position..<reading])
        let end = reading + Int(byteCount)
        var rows: [[FieldValue]] = []
        rows.reserveCapacity(Int(rowCount))
        for _ in 0..<rowCount {
            guard let row = SortableRow.decode(block, columnCount: columnCount, at: &reading), reading <= end else {
                throw PersonRunDamage()
            }
            rows.append(row)
        }
        guard reading == end else { throw PersonRunDamage() }
        position = end
        return PersonRows(identity: identity, rows: rows)
    }

    /// Makes at least `count` unread bytes available; false when the run has fewer.
    private func fill(_ count: Int) throws -> Bool {
        while block.count - position < count {
            let more = try reader.read(upTo: max(PersonRunWriter.blockByteCount, count - (block.count - position)))
            if more.isEmpty { return false }
            block.removeSubrange(..<position)
            position = 0
            block += more
        }
        return true
    }

    private func discard() {
        if isDiscarded { return }
        isDiscarded = true
        block = []
        position = 0
        run.discard()
    }
}
