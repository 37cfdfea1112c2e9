import Crypto
import Testing

@testable import PSIProtocol
@testable import Values

/// A person's rows in sealed cells. [P-46]
@Suite("Cells")
struct CellSealerTests {
    static let round = RoundID(bytes: [UInt8](repeating: 9, count: 32))!
    static let registerSecret = SymmetricKey(size: .bits256)

    static func sealer(
        register: RegisterID = "visits", round: RoundID = round, secret: SymmetricKey = registerSecret, size: Int = 128
    ) -> CellSealer {
        CellSealer(round: round, register: register, cellByteCount: size, registerSecret: secret)
    }

    static func random(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    /// A person's cells one by one.
    static func seal(
        _ rows: [UInt8]?, rowCount: Int, _ secret: SymmetricKey, maxCells: Int, by sealer: CellSealer
    ) throws -> [[UInt8]] {
        var cells: [UInt8] = [7]
        let count = try sealer.seal(rows: rows, rowCount: rowCount, secret: secret, maxCells: maxCells, into: &cells)
        #expect(cells.count == 1 + count * sealer.cellByteCount && cells[0] == 7)
        return (0..<count).map { Array(cells[(1 + $0 * sealer.cellByteCount)...].prefix(sealer.cellByteCount)) }
    }

    static func open(_ cells: [[UInt8]], _ keys: CellKeys) throws -> [[UInt8]] {
        try cells.enumerated().map { try keys.open($1, index: $0) }
    }

    @Test("rows come back, however many cells they need", arguments: [0, 1, 80, 82, 83, 96, 178, 5_000])
    func roundTrip(count: Int) throws {
        let sealer = Self.sealer()
        let secret = SymmetricKey(size: .bits256)
        let rows = Self.random(count)
        let cells = try Self.seal(rows, rowCount: min(count, 3), secret, maxCells: 64, by: sealer)
        #expect(cells.allSatisfy { $0.count == 128 })
        let keys = sealer.keys(for: secret)
        let payloads = try Self.open(cells, keys)
        let header = try sealer.header(of: payloads[0])
        #expect(!header.isDummy)
        #expect(header.cellCount == cells.count)
        #expect(header.rowCount == min(count, 3))
        #expect(header.rowByteCount == count)
        #expect(try sealer.rows(from: payloads) == rows)
        #expect(Set(cells.map { Array($0[..<16]) }).count == cells.count)
        for (index, cell) in cells.enumerated() { #expect(Array(cell[..<16]) == keys.handle(index)) }
    }

    @Test("keys and handles are those of HKDF, however long the register's name is", arguments: [1, 10, 64])
    func derivation(nameLength: Int) throws {
        let register = String(repeating: "r", count: nameLength)
        let secret = SymmetricKey(size: .bits256)
        let context = Array("SIDOS-V1 cell\0".utf8) + Self.round.bytes + Array(register.utf8) + [0]
        let material = [secret, Self.registerSecret].flatMap { key in key.withUnsafeBytes { Array($0) } }
        let root = HKDF<SHA256>.extract(inputKeyMaterial: SymmetricKey(data: material), salt: context)
        func expand(_ words: String, _ index: Int, _ count: Int) -> SymmetricKey {
            HKDF<SHA256>.expand(
                pseudoRandomKey: root, info: Array(words.utf8) + BigEndian.u32(index), outputByteCount: count)
        }
        let sealer = Self.sealer(register: register)
        let cells = try Self.seal(Self.random(300), rowCount: 1, secret, maxCells: 9, by: sealer)
        #expect(cells.count == 4)
        for (index, cell) in cells.enumerated() {
            #expect(cell[..<16].elementsEqual(expand("handle", index, 16).withUnsafeBytes { Array($0) }))
            let box = try AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)), ciphertext: cell[16..<112],
                tag: cell[112...])
            let payload = try AES.GCM.open(
                box, using: expand("key", index, 32), authenticating: context + BigEndian.u32(index))
            #expect(try Array(payload) == sealer.keys(for: secret).open(cell, index: index))
        }
    }

    @Test("rows that fit a cell as they are go as they are, others compressed, and both take as few cells as they can")
    func stored() throws {
        let sealer = Self.sealer()
        let secret = SymmetricKey(size: .bits256)
        for count in 0...2_000 {
            let rows = [UInt8](repeating: 5, count: count)
            let cells = try Self.seal(rows, rowCount: min(1, count), secret, maxCells: 9, by: sealer)
            // Of equal bytes even 2,000 fit one cell of 96 when they are compressed.
            #expect(cells.count == 1)
            #expect(try CellSealer.cellCount(ofRows: rows, cellByteCount: 128) == 1)
            #expect(try sealer.rows(from: Self.open(cells, sealer.keys(for: secret))) == rows)
        }
        for count in [1, 255, 256, 65_534, 65_535] {
            let rows = Self.random(count)
            let stream = Deflate.stored(rows)
            #expect(stream.count == Deflate.storedByteCount(count))
            #expect(try Deflate.decompress(stream, byteCount: count) == rows)
        }
        #expect(try Deflate.decompress(Deflate.stored([]), byteCount: 0).isEmpty)
    }

    @Test("a dummy is one cell and says so")
    func dummy() throws {
        let sealer = Self.sealer()
        let secret = SymmetricKey(size: .bits256)
        let cells = try Self.seal(nil, rowCount: 0, secret, maxCells: 1, by: sealer)
        #expect(cells.count == 1)
        let payloads = try Self.open(cells, sealer.keys(for: secret))
        #expect(try sealer.header(of: payloads[0]).isDummy)
        #expect(try sealer.rows(from: payloads).isEmpty)
        #expect(sealer.randomCell().count == 128)
        #expect(sealer.randomCell() != sealer.randomCell())
    }

    @Test("more cells than the agreement allows are refused")
    func tooMany() throws {
        let sealer = Self.sealer()
        let secret = SymmetricKey(size: .bits256)
        #expect(throws: VaultError.tooManyCells) {
            _ = try Self.seal(Self.random(500), rowCount: 1, secret, maxCells: 5, by: sealer)
        }
        #expect(try Self.seal(Self.random(500), rowCount: 1, secret, maxCells: 6, by: sealer).count == 6)
        let swollen = [UInt8](repeating: 0, count: CellSealer.maxRowByteCount + 1)
        #expect(throws: VaultError.tooManyCells) {
            _ = try Self.seal(swollen, rowCount: 1, secret, maxCells: .max, by: sealer)
        }
    }

    @Test("nothing opens under another secret, register, round, index, or once altered")
    func tampering() throws {
        let sealer = Self.sealer()
        let secret = SymmetricKey(size: .bits256)
        let cells = try Self.seal(Self.random(300), rowCount: 1, secret, maxCells: 9, by: sealer)
        let keys = sealer.keys(for: secret)
        let otherRound = try #require(RoundID(bytes: [UInt8](repeating: 8, count: 32)))
        let wrong = [
            sealer.keys(for: SymmetricKey(size: .bits256)), Self.sealer(register: "visit").keys(for: secret),
            Self.sealer(register: "visits2").keys(for: secret), Self.sealer(round: otherRound).keys(for: secret),
            Self.sealer(secret: SymmetricKey(size: .bits256)).keys(for: secret),
        ]
        for other in wrong {
            #expect(throws: VaultError.cellDoesNotOpen) { _ = try other.open(cells[0], index: 0) }
            #expect(other.handle(0) != keys.handle(0))
        }
        #expect(throws: VaultError.cellDoesNotOpen) { _ = try keys.open(cells[1], index: 0) }
        #expect(throws: VaultError.cellDoesNotOpen) { _ = try keys.open(cells[0], index: 1) }
        for position in [16, 60, 111, 112, 127] {
            var altered = cells[0]
            altered[position] ^= 1
            #expect(throws: VaultError.cellDoesNotOpen) { _ = try keys.open(altered, index: 0) }
        }
        #expect(throws: VaultError.cellDoesNotOpen) { _ = try keys.open(cells[0].dropLast(), index: 0) }
        for count in [0, 1, 16, 32] {
            #expect(throws: VaultError.malformedCell) { _ = try keys.open(cells[0].prefix(count), index: 0) }
        }
    }

    /// A first cell's payload as an owner who lies could write it.
    static func payload(
        version: UInt8 = 1, flags: UInt8 = 0, rows: Int, bytes: Int, compressed: Int, _ stream: [UInt8]
    ) -> [UInt8] {
        let head = [version, flags] + BigEndian.u32(rows) + BigEndian.u32(bytes) + BigEndian.u32(compressed)
        return head + stream + [UInt8](repeating: 0, count: max(0, 96 - head.count - stream.count))
    }

    @Test("what is compressed does not depend on what was compressed before")
    func deflater() throws {
        let used = Deflater()
        for count in [0, 1, 300, 100_000, 0, 5_000] {
            for rows in [Self.random(count), [UInt8](repeating: 7, count: count)] {
                let stream = try used.compress(rows)
                #expect(try stream == Deflater().compress(rows))
                #expect(try Deflate.decompress(stream, byteCount: count) == rows)
            }
        }
    }

    @Test("headers that lie are refused")
    func lies() throws {
        let sealer = Self.sealer()
        let stream = try Deflater().compress([1, 2, 3])
        let honest = Self.payload(rows: 1, bytes: 3, compressed: stream.count, stream)
        #expect(try sealer.rows(from: [honest]) == [1, 2, 3])
        let refused: [[UInt8]] = [
            Self.payload(version: 2, rows: 1, bytes: 3, compressed: stream.count, stream),
            Self.payload(version: 0, rows: 1, bytes: 3, compressed: stream.count, stream),
            Self.payload(flags: 2, rows: 1, bytes: 3, compressed: stream.count, stream),
            Self.payload(rows: 4, bytes: 3, compressed: stream.count, stream),
            Self.payload(rows: 1, bytes: CellSealer.maxRowByteCount + 1, compressed: stream.count, stream),
            Self.payload(rows: 1, bytes: 3, compressed: 2 * CellSealer.maxRowByteCount + 1, stream),
            Self.payload(rows: 0xffff_ffff, bytes: 3, compressed: stream.count, stream),
            Self.payload(rows: 0, bytes: 3, compressed: stream.count, stream),
            // A dummy has no rows, nor anything else.
            Self.payload(flags: 1, rows: 1, bytes: 3, compressed: stream.count, stream),
            Self.payload(flags: 1, rows: 0, bytes: 3, compressed: stream.count, stream),
            Self.payload(flags: 1, rows: 0, bytes: 0, compressed: stream.count, stream),
            Self.payload(flags: 1, rows: 0, bytes: 0, compressed: 200, []),
            Self.payload(flags: 1, rows: 0, bytes: 0, compressed: 0, []),
            Array(honest.dropLast()), honest + [0], [],
        ]
        for payload in refused {
            #expect(throws: VaultError.malformedCell) { _ = try sealer.header(of: payload) }
            #expect(throws: VaultError.malformedCell) { _ = try sealer.rows(from: [payload]) }
        }
        // The header holds, what follows does not.
        let wrong: [[[UInt8]]] = [
            [], [honest, honest],
            [Self.payload(rows: 1, bytes: 2, compressed: stream.count, stream)],
            [Self.payload(rows: 1, bytes: 4, compressed: stream.count, stream)],
            [Self.payload(rows: 1, bytes: 3, compressed: stream.count - 1, stream)],
            [Self.payload(rows: 1, bytes: 3, compressed: stream.count, stream + [7])],
            [Self.payload(rows: 1, bytes: 3, compressed: stream.count + 1, stream + [7])],
            [Self.payload(rows: 1, bytes: 3, compressed: stream.count + 1, stream)],
            [Self.payload(rows: 1, bytes: 3, compressed: 200, stream)],
            [Self.payload(rows: 0, bytes: 0, compressed: 0, [])],
            [Self.payload(rows: 1, bytes: 3, compressed: 12, [UInt8](repeating: 0x5a, count: 12))],
        ]
        for payloads in wrong {
            #expect(throws: VaultError.malformedCell) { _ = try sealer.rows(from: payloads) }
        }
    }

    @Test("a stream that swells beyond what its header promises is refused")
    func bomb() throws {
        let sealer = Self.sealer(size: 65_536)
        let stream = try Deflater().compress([UInt8](repeating: 0, count: 8 << 20))
        #expect(stream.count < 20_000)
        var payload = [1, 0] + BigEndian.u32(1) + BigEndian.u32(64) + BigEndian.u32(stream.count) + stream
        payload += [UInt8](repeating: 0, count: sealer.cellPayloadByteCount - payload.count)
        #expect(throws: VaultError.malformedCell) { _ = try sealer.rows(from: [payload]) }
    }

    @Test("random payloads never trap")
    func fuzz() throws {
        let sealer = Self.sealer()
        let stream = try Deflater().compress(Self.random(40))
        let honest = Self.payload(rows: 2, bytes: 40, compressed: stream.count, stream)
        var random = SeededRandom(seed: 46)
        var refused = 0
        for _ in 0..<2_000 {
            var payload = honest
            payload[Int.random(in: 0..<16, using: &random)] = UInt8.random(in: 0...255, using: &random)
            payload[Int.random(in: payload.indices, using: &random)] ^= UInt8.random(in: 0...255, using: &random)
            do { _ = try sealer.rows(from: [payload]) } catch VaultError.malformedCell { refused += 1 }
        }
        #expect(refused > 1_000)
    }
}
