internal import PSIProtocol

/// Encoded rows, dealt into parts by the first bits of their hashes: u32 length, then hash, key and row. Secret.
struct PartedRows: Sendable, CustomReflectable {
    /// How many parts there are. All rows of a person are in one.
    static let partCount = 128

    private let bytes: [UInt8]
    /// Where each part begins, and where the last ends.
    private let starts: [Int]
    /// Rows of each part.
    let counts: [Int]

    /// - Parameter places: of each row, its part and where it is in `encoded`.
    fileprivate init(_ encoded: [UInt8], places: [(part: UInt8, range: Range<Int>)]) {
        var counts = [Int](repeating: 0, count: Self.partCount)
        var starts = [Int](repeating: 0, count: Self.partCount + 1)
        for place in places {
            counts[Int(place.part)] += 1
            starts[Int(place.part) + 1] += place.range.count
        }
        for part in 0..<Self.partCount { starts[part + 1] += starts[part] }
        var ends = starts
        bytes = [UInt8](unsafeUninitializedCapacity: encoded.count) { dealt, count in
            encoded.withUnsafeBytes { encoded in
                let dealt = UnsafeMutableRawBufferPointer(dealt)
                for place in places {
                    let start = ends[Int(place.part)]
                    ends[Int(place.part)] = start + place.range.count
                    UnsafeMutableRawBufferPointer(rebasing: dealt[start..<(start + place.range.count)])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: encoded[place.range]))
                }
            }
            count = encoded.count
        }
        self.starts = starts
        self.counts = counts
    }

    var byteCount: Int { bytes.count }

    func byteCount(of part: Int) -> Int { starts[part + 1] - starts[part] }

    func append(_ part: Int, to record: inout [UInt8]) {
        record.append(contentsOf: bytes[starts[part]..<starts[part + 1]])
    }

    /// Without children, so that no reflection prints a row.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Encodes rows and deals them. Secret.
struct RowDealer: CustomReflectable {
    private let keyed: KeyedHash
    private var bytes: [UInt8] = []
    private var places: [(part: UInt8, range: Range<Int>)] = []

    static let hashByteCount = 16
    /// Of length and hash, which are written last.
    private static let blank = [UInt8](repeating: 0, count: 4 + hashByteCount)

    init(keyed: KeyedHash) { self.keyed = keyed }

    var byteCount: Int { bytes.count }

    /// - Parameter encode: appends the row.
    /// - Throws: `ExternalSortError.recordTooLong`.
    mutating func add(_ key: PersonKey, _ encode: (inout [UInt8]) -> Void) throws {
        let start = bytes.count
        bytes.append(contentsOf: Self.blank)
        key.append(to: &bytes)
        let keyEnd = bytes.count
        encode(&bytes)
        let byteCount = bytes.count - start - 4
        guard byteCount <= ExternalSorter.maxRecordByteCount else {
            throw ExternalSortError.recordTooLong(byteCount: byteCount)
        }
        let part = bytes.withUnsafeMutableBytes { bytes in
            let body = start + Self.blank.count
            let hash = keyed.hash(of: UnsafeRawBufferPointer(rebasing: bytes[body..<keyEnd]))
            bytes.storeBytes(of: UInt32(byteCount).bigEndian, toByteOffset: start, as: UInt32.self)
            hash.withUnsafeBytes { hash in
                UnsafeMutableRawBufferPointer(rebasing: bytes[(start + 4)..<body])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: hash[..<Self.hashByteCount]))
            }
            return bytes[start + 4] / UInt8(256 / PartedRows.partCount)
        }
        places.append((part, start..<bytes.count))
    }

    /// What was added since the last time.
    mutating func deal() -> PartedRows {
        defer {
            bytes.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
        }
        return PartedRows(bytes, places: places)
    }

    /// Without children, so that no reflection prints a row.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
