public import Agreement

/// Into which part of a stream a record belongs: by the leading bits of its key that are not the same in all keys.
/// [P-58]
///
/// Keys are uniformly distributed behind those bits, so parts are of like size, whatever they hold.
public struct StreamPartition: Sendable, Equatable {
    /// Parts of the stream, a power of two.
    public let count: Int
    private let bitCount: Int
    /// Bits that all keys have alike, counted from the first.
    private let fixed: Range<Int>

    /// Bytes at the beginning of a key that decide.
    static let prefixByteCount = 4

    /// - Parameters:
    ///   - count: parts; a power of two, at most 1,024.
    ///   - fixed: bits that all keys have alike, counted from the first; within the first byte.
    public init(count: Int, fixed: Range<Int> = 0..<0) {
        precondition(count > 0 && count <= 1_024 && count & (count - 1) == 0 && fixed.upperBound <= 8)
        self.count = count
        self.bitCount = count.trailingZeroBitCount
        self.fixed = fixed
    }

    /// Of records that begin with an encoding of `S`.
    static func elements<S: Suite>(of _: S.Type, count: Int) -> StreamPartition {
        StreamPartition(count: count, fixed: S.fixedBits)
    }

    /// The part of a record that begins with `key`, of four bytes or more.
    public func part(of key: UnsafeRawBufferPointer) -> Int {
        guard bitCount > 0 else { return 0 }
        let word = UInt32(bigEndian: key.loadUnaligned(as: UInt32.self))
        return Int(free(word) >> UInt32(32 - bitCount))
    }

    /// The word without its fixed bits: those before them, then those behind.
    private func free(_ word: UInt32) -> UInt32 {
        guard !fixed.isEmpty else { return word }
        let head = fixed.lowerBound == 0 ? 0 : word & ~(UInt32.max >> UInt32(fixed.lowerBound))
        return head | (word << UInt32(fixed.upperBound)) >> UInt32(fixed.lowerBound)
    }

    /// Cuts records in ascending order where a part ends.
    ///
    /// - Returns: for each part that has any of them, in order, its number and its bytes.
    func cut(_ records: [UInt8], width: Int) -> [(part: Int, bytes: Range<Int>)] {
        records.withUnsafeBytes { bytes in
            func part(at index: Int) -> Int {
                self.part(of: UnsafeRawBufferPointer(rebasing: bytes[(index * width)...]))
            }
            let recordCount = bytes.count / width
            var cuts: [(part: Int, bytes: Range<Int>)] = []
            var start = 0
            while start < recordCount {
                let current = part(at: start)
                // The first record behind that is in another part.
                var (low, high) = (start + 1, recordCount)
                if part(at: recordCount - 1) == current { low = recordCount }
                while low < high {
                    let middle = low + (high - low) / 2
                    if part(at: middle) == current { low = middle + 1 } else { high = middle }
                }
                cuts.append((current, (start * width)..<(low * width)))
                start = low
            }
            return cuts
        }
    }

    /// Whether records in ascending order all belong into `part`.
    func holds(_ records: [UInt8], width: Int, part: Int) -> Bool {
        guard bitCount > 0, records.count >= width else { return true }
        return records.withUnsafeBytes { bytes in
            self.part(of: bytes) == part
                && self.part(of: UnsafeRawBufferPointer(rebasing: bytes[(bytes.count - width)...])) == part
        }
    }
}

extension StreamPartition {
    /// Of lists between hops, by their first element.
    static func items(of agreement: Agreement) -> StreamPartition {
        StreamPartition(count: agreement.parts, fixed: agreement.suite.type.fixedBits)
    }

    /// Of lists behind the exit, by their first tag, and of vaults, by their handles.
    public static func tagsOrHandles(of agreement: Agreement) -> StreamPartition {
        StreamPartition(count: agreement.parts)
    }

    /// Of requests, the selection and shares, by A.
    static func selection(of agreement: Agreement) -> StreamPartition {
        StreamPartition(count: agreement.parts, fixed: Ristretto255.fixedBits)
    }
}
