public import Agreement
internal import Crypto
public import PSIProtocol
internal import Values

/// Counts of each match key how many people have a value, and how many share one with somebody else of the register.
///
/// Memory: a bit a person and key, and what sorting takes. Only keyed hashes are written to the spool.
public struct KeyCensus {
    private let keys: [MatchKey]
    private let keyed = RepeatedHMAC(key: SymmetricKey(size: .bits256))
    private var sorter: ExternalSorter
    private var present: [Int]
    private var peopleCount = 0

    private static let hashByteCount = 16

    /// - Parameter memoryByteCount: bytes of hashes held before they go to the spool.
    public init(keys: [MatchKey], spool: any Spool, memoryByteCount: Int = 24 << 20) {
        self.keys = keys
        sorter = ExternalSorter(spool: spool, memoryByteCount: memoryByteCount)
        present = [Int](repeating: 0, count: keys.count)
    }

    /// - Parameter identities: of one person, see `PersonValues.identities`. Secret.
    public mutating func add(_ identities: [PersonIdentity?]) throws {
        var position = 0
        let person = BigEndian.u32(peopleCount)
        for (index, key) in keys.enumerated() {
            var isPresent = false
            for value in identities[position..<min(position + key.valueCount, identities.count)] {
                guard let value else { continue }
                isPresent = true
                let hash = value.bytes.withUnsafeBytes { keyed.code(of: $0) }.prefix(Self.hashByteCount)
                try sorter.add([UInt8(index)] + hash + person)
            }
            if isPresent { present[index] += 1 }
            position += key.valueCount
        }
        peopleCount += 1
    }

    /// By key, in order.
    public consuming func counts() throws -> [SourceSurvey.KeyCounts] {
        var shared = keys.map { _ in [UInt64](repeating: 0, count: (peopleCount + 63) / 64) }
        var records = try sorter.sorted()
        var value: ArraySlice<UInt8> = []
        var first = 0
        while let record = try records.next() {
            let person = Int(BigEndian.read(record[(1 + Self.hashByteCount)...]))
            guard record[...Self.hashByteCount] == value else {
                value = record[...Self.hashByteCount]
                first = person
                continue
            }
            if person == first { continue }
            for someone in [first, person] { shared[Int(record[0])][someone / 64] |= 1 << UInt64(someone % 64) }
        }
        return zip(present, shared).map { present, shared in
            var counts = SourceSurvey.KeyCounts()
            counts.present = present
            counts.shared = shared.reduce(0) { $0 + $1.nonzeroBitCount }
            return counts
        }
    }
}
