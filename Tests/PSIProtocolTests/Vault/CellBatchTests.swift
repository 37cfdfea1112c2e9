import COpenSSL
import Crypto
import Testing

@testable import PSIProtocol

/// Many people's cells at once are what each person's are alone. [P-46]
@Suite("Cells of many people")
struct CellBatchTests {
    static let sealer = CellSealerTests.sealer(size: 256)

    static func secrets(_ count: Int) -> [[UInt8]] {
        (0..<count).map { index in (0..<32).map { UInt8(truncatingIfNeeded: index &* 31 &+ $0) } }
    }

    /// Rows of every kind: none, few, as many as fit, compressed into one cell or several, and dummies.
    static func people(_ count: Int) -> [CellContent] {
        (0..<count).map { index in
            switch index % 6 {
            case 0: CellContent(rows: CellSealerTests.random(20, seed: UInt64(index)), rowCount: 1)
            case 1: .dummy
            case 2: CellContent(rows: [], rowCount: 0)
            case 3: CellContent(rows: CellSealerTests.random(600 + index, seed: UInt64(index)), rowCount: 4)
            case 4: CellContent(rows: [UInt8](repeating: 5, count: 2_000), rowCount: 9)
            default: CellContent(rows: CellSealerTests.random(199, seed: UInt64(index)), rowCount: 2)
            }
        }
    }

    @Test("a batch opens person by person, and payloads, handles and counts are the same", arguments: [0, 1, 17, 300])
    func sealed(count: Int) throws {
        let (secrets, people) = (Self.secrets(count), Self.people(count))
        let cells = try Self.sealer.seal(people, secrets: SecretBytes(joining: secrets), maxCells: 9)
        var position = 0
        var firsts: [[UInt8]?] = []
        var payloads: [[UInt8]?] = []
        for (secret, person) in zip(secrets, people) {
            let keys = Self.sealer.keys(for: SymmetricKey(data: secret))
            let cellCount = try CellSealer.cellCount(ofRows: person.rows ?? [], cellByteCount: 256)
            let own = (0..<cellCount).map { Array(cells[(position + $0 * 256)..<(position + ($0 + 1) * 256)]) }
            position += cellCount * 256
            let opened = try own.enumerated().map { try keys.open($1, index: $0) }
            let header = try Self.sealer.header(of: opened[0])
            #expect(header.isDummy == (person.rows == nil) && header.rowCount == person.rowCount)
            #expect(header.cellCount == cellCount)
            #expect(try Self.sealer.rows(from: opened) == person.rows ?? [])
            for (index, cell) in own.enumerated() { #expect(Array(cell[..<16]) == keys.handle(index)) }
            firsts.append(own[0])
            payloads.append(opened[0])
        }
        #expect(position == cells.count)
        #expect(Self.sealer.openFirst(firsts, secrets: SecretBytes(joining: secrets)) == payloads)
    }

    @Test("what is missing, altered, of another person or another length opens to nil, its neighbours open")
    func damaged() throws {
        let secrets = Self.secrets(12)
        let people = [CellContent](repeating: CellContent(rows: [1, 2, 3], rowCount: 1), count: 12)
        let all = try Self.sealer.seal(people, secrets: SecretBytes(joining: secrets), maxCells: 1)
        var cells: [[UInt8]?] = (0..<12).map { Array(all[($0 * 256)..<(($0 + 1) * 256)]) }
        let whole = Self.sealer.openFirst(cells, secrets: SecretBytes(joining: secrets))
        #expect(whole.allSatisfy { $0?.count == 224 })
        cells[0] = nil
        cells[3]?[16] ^= 1
        cells[4]?[255] ^= 1
        cells[6]?.removeLast()
        cells[7] = cells[8]
        cells[9]?.append(0)
        let opened = Self.sealer.openFirst(cells, secrets: SecretBytes(joining: secrets))
        for index in 0..<12 {
            #expect(opened[index] == ([0, 3, 4, 6, 7, 9].contains(index) ? nil : whole[index]), "cell \(index)")
        }
        #expect(Self.sealer.openFirst([nil, nil], secrets: SecretBytes(joining: Self.secrets(2))) == [nil, nil])
    }

    @Test("one who needs too many cells fails the batch")
    func tooMany() {
        #expect(throws: VaultError.tooManyCells) {
            _ = try Self.sealer.seal(Self.people(6), secrets: SecretBytes(joining: Self.secrets(6)), maxCells: 2)
        }
    }

    @Test("handles of many people, also of more cells than are derived at once", arguments: [0, 1, 3, 40, 256, 600])
    func handles(cellCount: Int) {
        for count in [0, 1, 20] {
            let secrets = Self.secrets(count)
            let expected = secrets.flatMap { secret in
                let keys = Self.sealer.keys(for: SymmetricKey(data: secret))
                return (0..<cellCount).flatMap { keys.handle($0) }
            }
            #expect(Self.sealer.handles(of: SecretBytes(joining: secrets), count: cellCount) == expected)
        }
    }

    @Test("the cipher refuses pieces that would overlap, and leaves nothing of them")
    func refusals() {
        var pieces = [UInt8](repeating: 7, count: 200)
        var isOpen = [UInt8](repeating: 1, count: 2)
        let (keys, additional) = ([UInt8](repeating: 1, count: 64), [UInt8](repeating: 2, count: 8))
        let failure = Int(bitPattern: UInt.max)
        #expect(sidos_aes256gcm_seal_batch(&pieces, 80, 65, keys, 32, additional, 4, 2) == failure)
        // Two of 65 bytes, 80 apart.
        let wiped = (0..<200).map { UInt8($0 < 65 || (80..<145).contains($0) ? 0 : 7) }
        #expect(pieces == wiped)
        pieces = [UInt8](repeating: 7, count: 200)
        #expect(sidos_aes256gcm_open_batch(&pieces, 80, 65, &isOpen, keys, 32, additional, 4, 2) == failure)
        #expect(isOpen == [0, 0])
        #expect(pieces == wiped)
        #expect(sidos_aes256gcm_seal_batch(&pieces, 80, 64, keys, 32, additional, 4, 2) == 2)
        #expect(sidos_aes256gcm_open_batch(&pieces, 80, 64, &isOpen, keys, 32, additional, 4, 2) == 2)
        #expect(isOpen == [1, 1])
    }
}
