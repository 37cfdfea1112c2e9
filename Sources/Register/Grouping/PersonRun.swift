internal import PSIProtocol
internal import Values

/// The run ended within a person or holds something else.
struct PersonRunDamage: Error {}

/// Writes people to one run: u16 identity length, u24 length of match fields, u32 number of rows, u32 their bytes, one
/// byte 1 for somebody who is never to be released and else 0, identity, match fields, rows. A person without a code has an empty identity.
struct PersonRunWriter {
    private var writer: any SpoolWriter
    private var block: [UInt8] = []
    private var personCount = 0

    static let blockByteCount = 1 << 16

    init(spool: any Spool) throws { writer = try spool.makeRun() }

    mutating func append(
        identity: PersonIdentity?, fields: [UInt8], rowCount: Int, rows: [UInt8], isWithheld: Bool
    ) throws {
        let identity = identity?.bytes ?? []
        BigEndian.append(UInt64(identity.count), byteCount: 2, to: &block)
        BigEndian.append(UInt64(fields.count), byteCount: 3, to: &block)
        BigEndian.append(UInt64(rowCount), byteCount: 4, to: &block)
        BigEndian.append(UInt64(rows.count), byteCount: 4, to: &block)
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

/// A register's people on the spool, to be read as often as needed. Discarded when it is dropped.
final class PersonRun {
    private let run: any SpoolRun
    private let personCount: Int

    init(run: any SpoolRun, personCount: Int) {
        self.run = run
        self.personCount = personCount
    }

    deinit { run.discard() }

    func makeReader() throws -> PersonRunReader {
        PersonRunReader(reader: try run.makeReader(), personCount: personCount)
    }
}

/// Reads people back.
final class PersonRunReader {
    private var reader: any SpoolReader
    private var block: [UInt8] = []
    private var position = 0
    private var isAtEnd = false
    /// People who are still to come.
    private var personCount: Int

    private static let headByteCount = 14

    init(reader: any SpoolReader, personCount: Int) {
        self.reader = reader
        self.personCount = personCount
    }

    func next(columnCount: Int, plan: MatchPlan, history: IdentityHistory?) throws -> PersonRows? {
        if isAtEnd { return nil }
        guard try fill(Self.headByteCount) else {
            if position < block.count || personCount != 0 { throw PersonRunDamage() }
            isAtEnd = true
            return nil
        }
        // In locals: every access to the object's own would be checked for exclusivity.
        var reading = position
        guard let identityByteCount = BigEndian.value(block, byteCount: 2, at: &reading),
            let fieldsByteCount = BigEndian.value(block, byteCount: 3, at: &reading),
            let rowCount = BigEndian.value(block, byteCount: 4, at: &reading),
            let byteCount = BigEndian.value(block, byteCount: 4, at: &reading),
            let withheld = BigEndian.value(block, byteCount: 1, at: &reading), withheld <= 1,
            rowCount <= UInt64(PersonGrouping.maxRowsOfPerson), byteCount <= UInt64(PersonGrouping.maxBytesOfPerson)
        else { throw PersonRunDamage() }
        position = reading
        guard try fill(Int(identityByteCount) + Int(fieldsByteCount) + Int(byteCount)) else { throw PersonRunDamage() }
        let block = block
        reading = position + Int(identityByteCount)
        let identity = identityByteCount == 0 ? nil : PersonIdentity(bytes: Array(block[position..<reading]))
        let fieldBytes = Array(block[reading..<(reading + Int(fieldsByteCount))])
        reading += fieldBytes.count
        guard let fields = FieldCoding.split(fieldBytes, count: plan.fields.count) else { throw PersonRunDamage() }
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
        personCount -= 1
        return PersonRows(
            identity: identity, former: identity.flatMap { history?.former(of: $0) } ?? [],
            fields: zip(fields, plan.fields).map { FieldCoding.decode($0, as: $1.kind) }, rows: rows,
            isWithheld: withheld == 1)
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
}
