internal import Values

/// What goes into one person's cells. Secret.
public struct CellContent: Sendable {
    /// Encoded rows, one after the other; nil makes a dummy.
    let rows: [UInt8]?
    let rowCount: Int

    public init(rows: [UInt8]?, rowCount: Int) {
        self.rows = rows
        self.rowCount = rowCount
    }

    static let dummy = CellContent(rows: nil, rowCount: 0)
}

/// A person's payload before it is sealed: header, zlib stream, zeros. [P-46]
struct CellPayload {
    private let person: CellContent
    private let cellPayloadByteCount: Int
    /// The compressed rows. Nil for rows that fit one cell as they are: those would gain nothing by being made smaller,
    /// since all cells have one size.
    private let compressed: [UInt8]?
    private let streamByteCount: Int
    /// Cells that it takes.
    let cellCount: Int

    /// - Parameter deflater: compresses many people's rows, one after the other.
    init(_ person: CellContent, cellPayloadByteCount: Int, deflater: Deflater) throws(VaultError) {
        let rows = person.rows ?? []
        guard rows.count <= CellSealer.maxRowByteCount else { throw .tooManyCells }
        let stored = Deflate.storedByteCount(rows.count)
        let isStored = CellSealer.headerByteCount + stored <= cellPayloadByteCount
        compressed = isStored ? nil : try deflater.compress(rows)
        streamByteCount = compressed?.count ?? stored
        cellCount = (CellSealer.headerByteCount + streamByteCount + cellPayloadByteCount - 1) / cellPayloadByteCount
        self.person = person
        self.cellPayloadByteCount = cellPayloadByteCount
    }

    /// Writes the payload where its `cellCount` cells will be, each behind the room for its handle.
    func write(to cells: UnsafeMutableRawBufferPointer, cellByteCount: Int) {
        let header = CellSealer.headerByteCount
        func payload(_ index: Int) -> UnsafeMutableRawBufferPointer {
            let start = index * cellByteCount + CellSealer.handleByteCount
            return UnsafeMutableRawBufferPointer(rebasing: cells[start..<(start + cellPayloadByteCount)])
        }
        let first = payload(0)
        first[0] = 1
        first[1] = person.rows == nil ? CellSealer.dummyFlag : 0
        let rows = person.rows ?? []
        for (place, number) in [person.rowCount, rows.count, streamByteCount].enumerated() {
            first.storeBytes(
                of: UInt32(truncatingIfNeeded: number).bigEndian, toByteOffset: 2 + 4 * place, as: UInt32.self)
        }
        guard let compressed else {
            let rest = UnsafeMutableRawBufferPointer(rebasing: first[header...])
            let end = Deflate.writeStored(rows, to: rest)
            UnsafeMutableRawBufferPointer(rebasing: rest[end...]).initializeMemory(as: UInt8.self, repeating: 0)
            return
        }
        compressed.withUnsafeBytes { stream in
            var done = 0
            for index in 0..<cellCount {
                let room = index == 0 ? UnsafeMutableRawBufferPointer(rebasing: first[header...]) : payload(index)
                let some = min(room.count, stream.count - done)
                room.copyMemory(from: UnsafeRawBufferPointer(rebasing: stream[done..<(done + some)]))
                UnsafeMutableRawBufferPointer(rebasing: room[some...]).initializeMemory(as: UInt8.self, repeating: 0)
                done += some
            }
        }
    }
}
