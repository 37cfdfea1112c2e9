public import Agreement
internal import Crypto
public import PSIProtocol
internal import Values

/// Counts of each match key how many people have a value, and how many share one with somebody else of the register.
///
/// Memory: a bit a person and key, and what sorting takes. Only keyed hashes are written to the spool.
public struct KeyCensus {
    /// Makes what is added, on any core.
    public let hasher: Hasher
    private var sorter: ExternalSorter
    private var present: [Int]
    private var peopleCount = 0

    fileprivate static let hashByteCount = 16
    /// Key's number, hash, person's number.
    fileprivate static let recordByteCount = 1 + hashByteCount + 4

    /// - Parameter memoryByteCount: bytes of hashes held before they go to the spool.
    public init(keys: [MatchKey], spool: any Spool, memoryByteCount: Int = 24 << 20) {
        hasher = Hasher(keys: keys)
        sorter = ExternalSorter(spool: spool, memoryByteCount: memoryByteCount)
        present = [Int](repeating: 0, count: keys.count)
    }

    /// What some people have under each key.
    public struct Hashes: Sendable {
        fileprivate var peopleCount = 0
        fileprivate var present: [Int]
        /// With the people numbered from 0 on.
        fileprivate var records: [UInt8] = []
    }

    /// Hashes values of keys.
    public struct Hasher: Sendable {
        fileprivate let keys: [MatchKey]
        private let keyed = RepeatedHMAC(key: SymmetricKey(size: .bits256))

        fileprivate init(keys: [MatchKey]) { self.keys = keys }

        /// - Parameter people: of each their identities, see `PersonValues.identities`. Secret.
        public func hashes(of people: some Sequence<[PersonIdentity?]>) -> Hashes {
            var hashes = Hashes(present: [Int](repeating: 0, count: keys.count))
            for identities in people {
                var position = 0
                for (index, key) in keys.enumerated() {
                    var isPresent = false
                    for value in identities[position..<min(position + key.valueCount, identities.count)] {
                        guard let value else { continue }
                        isPresent = true
                        hashes.records.append(UInt8(index))
                        value.bytes.withUnsafeBytes { keyed.code(of: $0) }.withUnsafeBytes {
                            hashes.records.append(contentsOf: $0[..<KeyCensus.hashByteCount])
                        }
                        SpoolBytes.append(hashes.peopleCount, byteCount: 4, to: &hashes.records)
                    }
                    if isPresent { hashes.present[index] += 1 }
                    position += key.valueCount
                }
                hashes.peopleCount += 1
            }
            return hashes
        }
    }

    /// Adds one person.
    public mutating func add(_ identities: [PersonIdentity?]) throws { try add(hasher.hashes(of: [identities])) }

    /// Adds people whom no other hashes are of.
    public mutating func add(_ hashes: Hashes) throws {
        var records = hashes.records
        records.withUnsafeMutableBytes { records in
            for end in stride(from: Self.recordByteCount, through: records.count, by: Self.recordByteCount) {
                let number = UInt32(bigEndian: records.loadUnaligned(fromByteOffset: end - 4, as: UInt32.self))
                records.storeBytes(
                    of: UInt32(truncatingIfNeeded: peopleCount + Int(number)).bigEndian, toByteOffset: end - 4,
                    as: UInt32.self)
            }
        }
        try sorter.add(records: records, width: Self.recordByteCount)
        for (index, count) in hashes.present.enumerated() { present[index] += count }
        peopleCount += hashes.peopleCount
    }

    /// By key, in order.
    public consuming func counts() throws -> [SourceSurvey.KeyCounts] {
        var shared = present.map { _ in [UInt64](repeating: 0, count: (peopleCount + 63) / 64) }
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
