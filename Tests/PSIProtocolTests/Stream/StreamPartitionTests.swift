import Testing

@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// Into which part a record belongs. [P-58]
@Suite("Parts of streams")
struct StreamPartitionTests {
    /// The part by the words of the protocol: the first bits that are not the same in all keys, as a number.
    static func part(_ key: [UInt8], count: Int, fixed: Range<Int>) -> Int {
        var bits = (0..<32).map { Int(key[$0 / 8] >> (7 - UInt8($0 % 8)) & 1) }
        bits.removeSubrange(fixed)
        return bits.prefix(count.trailingZeroBitCount).reduce(0) { 2 * $0 + $1 }
    }

    static func part(_ key: [UInt8], _ partition: StreamPartition) -> Int {
        key.withUnsafeBytes { partition.part(of: $0) }
    }

    @Test(
        "The free bits decide", arguments: [0..<0, 7..<8, 0..<7, 0..<1, 3..<5, 0..<8],
        [1, 2, 8, 256, 1_024])
    func bits(fixed: Range<Int>, count: Int) {
        var random = SeededRandom(seed: UInt64(count))
        let partition = StreamPartition(count: count, fixed: fixed)
        for _ in 0..<300 {
            let key = (0..<5).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(Self.part(key, partition) == Self.part(key, count: count, fixed: fixed))
        }
    }

    @Test("Every suite's elements fall into all parts, as many into each, in ascending order")
    func suites() {
        Self.check(Ristretto255.self, 4_096)
        Self.check(P256.self, 4_096)
        Self.check(FFDHE3072.self, 1_024)
    }

    static func check<S: Suite>(_: S.Type, _ elementCount: Int) {
        let partition = StreamPartition(count: 64, fixed: S.fixedBits)
        let elements = S.randomElements(count: elementCount)
        let sorted = (0..<elementCount).map { Array(elements[$0]) }.sorted { $0.lexicographicallyPrecedes($1) }
        let parts = sorted.map { part($0, partition) }
        #expect(parts == parts.sorted(), "\(S.id)")
        let sizes = (0..<64).map { part in parts.count { $0 == part } }
        // Ten standard deviations.
        let mean = Double(elementCount) / 64
        #expect(sizes.allSatisfy { abs(Double($0) - mean) < 10 * mean.squareRoot() }, "\(S.id): \(sizes)")
    }

    @Test("Sorted records are cut where a part ends", arguments: [1, 2, 16, 1_024])
    func cuts(count: Int) {
        var random = SeededRandom(seed: 5)
        let partition = StreamPartition(count: count)
        for recordCount in [0, 1, 2, 3, 50, 700] {
            let records = (0..<recordCount).map { _ in (0..<6).map { _ in UInt8.random(in: 0...255, using: &random) } }
                .sorted { $0.lexicographicallyPrecedes($1) }
            let cuts = partition.cut(Array(records.joined()), width: 6)
            let grouped = Dictionary(grouping: records) { Self.part($0, partition) }
            #expect(cuts.map(\.part) == grouped.keys.sorted())
            let bytes = Array(records.joined())
            for cut in cuts {
                #expect(Array(bytes[cut.bytes]) == grouped[cut.part].map { Array($0.joined()) })
                #expect(partition.holds(Array(bytes[cut.bytes]), width: 6, part: cut.part))
                #expect(count == 1 || !partition.holds(Array(bytes[cut.bytes]), width: 6, part: cut.part + 1))
            }
        }
    }
}
