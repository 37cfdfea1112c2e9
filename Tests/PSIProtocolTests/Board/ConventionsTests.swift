import Agreement
import Testing

@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// What every clause takes for granted: how numbers and bytes are written and compared, and who counts as what.
/// [P-01] [P-02]
@Suite("Conventions")
struct ConventionsTests {
    @Test("Integers have their most significant byte first")
    func integers() {
        #expect(BigEndian.u16(0x0102) == [1, 2] && BigEndian.u16(0xFFFE) == [0xFF, 0xFE])
        #expect(BigEndian.u32(0x0102_0304) == [1, 2, 3, 4] && BigEndian.u32(1) == [0, 0, 0, 1])
        #expect(BigEndian.u64(0x0102_0304_0506_0708) == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(BigEndian.u64(.max) == [UInt8](repeating: 0xFF, count: 8))
        for value: UInt64 in [0, 1, 0x80, 0xFF00, 0x8000_0000_0000_0000, .max] {
            #expect(BigEndian.read(BigEndian.u64(value)) == value)
        }
    }

    /// A sender that compares signed bytes, whole words of its machine, or shorter strings last, is found out.
    @Test("Bytes are compared unsigned from the left", arguments: [1, 2, 7, 8, 9, 16, 32])
    func comparison(byteCount: Int) {
        func key(_ first: UInt8, _ last: UInt8) -> [UInt8] {
            [first] + [UInt8](repeating: 0, count: max(0, byteCount - 2)) + (byteCount > 1 ? [last] : [])
        }
        func isRefused(_ keys: [[UInt8]]) -> Bool {
            var whole = IncreasingOrder(keyByteCount: byteCount)
            var apart = IncreasingOrder(keyByteCount: byteCount)
            let place = whole.firstViolation(in: keys.flatMap { $0 }, width: byteCount)
            let places = keys.map { apart.firstViolation(in: $0, width: byteCount) }
            #expect((place == nil) == places.allSatisfy { $0 == nil })
            return place != nil
        }
        #expect(!isRefused([key(0x7F, 0xFF), key(0x80, 0)]))
        // Signed bytes: 0x80 is -128.
        #expect(isRefused([key(0x80, 0), key(0x7F, 0xFF)]))
        #expect(isRefused([key(1, 1), key(1, 1)]))
        guard byteCount > 1 else { return }
        // The least significant byte first.
        #expect(isRefused([key(2, 1), key(1, 2)]))
        #expect(!isRefused([key(1, 2), key(2, 1)]))
    }

    /// The coordinator and the research environment are in no place of the ring, wherever an agreement names them.
    @Test("The ring is the authorities and mixers in the agreement's order, and key holders follow from it")
    func ring() async throws {
        for (fixture, releasesRows) in [(BoardFixture.rows, true), (BoardFixture.counts, false)] {
            let fixture = try await fixture.value
            let named = fixture.study.agreement.participants
            let others = named.filter { $0.role == .coordinator || $0.role == .research }
            let nodes = named.filter { $0.role == .authority || $0.role == .mixer }
            for order in [nodes, nodes.reversed(), Array(nodes.dropFirst() + nodes.prefix(1))] {
                for place in 0...order.count {
                    var agreement = fixture.study.agreement
                    agreement.participants = order.prefix(place) + others + order.dropFirst(place)
                    let record = try RoundRecord(
                        opening: fixture.board[0], agreement: agreement, file: fixture.study.file)
                    let ring = order.map(\.id)
                    #expect(agreement.ring.map(\.id) == ring && record.ring == ring)
                    #expect(record.keyHolders == ring + (releasesRows ? ["research"] : []))
                    for register in agreement.registers {
                        let owner = try #require(ring.firstIndex(of: register.owner))
                        let stages = ring.indices.map { record.node(forStage: $0, of: register) }
                        #expect(stages == Array(ring[owner...] + ring[..<owner]))
                        #expect(record.node(forStage: ring.count, of: register) == nil)
                        #expect(record.node(forStage: -1, of: register) == nil)
                    }
                }
            }
        }
    }
}
