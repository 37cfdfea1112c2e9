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

    static func open(_ cells: [[UInt8]], _ keys: CellKeys) throws -> [[UInt8]] {
        try cells.enumerated().map { try keys.open($1, index: $0) }
    }

    @Test("rows come back, however many cells they need", arguments: [0, 1, 80, 82, 83, 96, 178, 5_000])
    func roundTrip(count: Int) throws {
        let sealer = Self.sealer()
        let secret = SymmetricKey(size: .bits256)
        let rows = Self.random(count)
        let cells = try sealer.seal(rows: rows, rowCount: min(count, 3), secret: secret, maxCells: 64)
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

    @Test("a dummy is one cell and says so")
    func dummy() throws {
        let sealer = Self.sealer()
        let secret = SymmetricKey(size: .bits256)
        let cells = try sealer.seal(rows: nil, rowCount: 0, secret: secret, maxCells: 1)
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
            _ = try sealer.seal(rows: Self.random(500), rowCount: 1, secret: secret, maxCells: 5)
        }
        #expect(try sealer.seal(rows: Self.random(500), rowCount: 1, secret: secret, maxCells: 6).count == 6)
        let swollen = [UInt8](repeating: 0, count: CellSealer.maxRowByteCount + 1)
        #expect(throws: VaultError.tooManyCells) {
            _ = try sealer.seal(rows: swollen, rowCount: 1, secret: secret, maxCells: .max)
        }
    }

    @Test("nothing opens under another secret, register, round, index, or once altered")
    func tampering() throws {
        let sealer = Self.sealer()
        let secret = SymmetricKey(size: .bits256)
        let cells = try sealer.seal(rows: Self.random(300), rowCount: 1, secret: secret, maxCells: 9)
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

    @Test("headers that lie are refused")
    func lies() throws {
        let sealer = Self.sealer()
        let stream = try Deflate.compress([1, 2, 3])
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
        let stream = try Deflate.compress([UInt8](repeating: 0, count: 8 << 20))
        #expect(stream.count < 20_000)
        var payload = [1, 0] + BigEndian.u32(1) + BigEndian.u32(64) + BigEndian.u32(stream.count) + stream
        payload += [UInt8](repeating: 0, count: sealer.cellPayloadByteCount - payload.count)
        #expect(throws: VaultError.malformedCell) { _ = try sealer.rows(from: [payload]) }
    }

    @Test("random payloads never trap")
    func fuzz() throws {
        let sealer = Self.sealer()
        let stream = try Deflate.compress(Self.random(40))
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
