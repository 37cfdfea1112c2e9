internal import Values

/// The secret permutation of a stage, as files have it: for each output the number of its input, from 0, in 4 bytes.
enum ShuffleOrder {
    static let byteCount = 4

    /// Numbers of inputs.
    static func inputs(_ order: [UInt8]) -> [Int] {
        order.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: byteCount).map {
                Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
            }
        }
    }

    /// Bytes of a point behind the number of the input that it is of.
    static let pointByteCount = 36

    /// Such points. Numbers are shifted to the left as far as `count` allows, so that their leading bits differ, as
    /// those of keys do.
    static func joined(_ inputs: [Int], of count: Int, points: [UInt8]) -> [UInt8] {
        let shift = UInt32(truncatingIfNeeded: max(count - 1, 1)).leadingZeroBitCount
        var records: [UInt8] = []
        records.reserveCapacity(inputs.count * pointByteCount)
        for (index, input) in inputs.enumerated() {
            withUnsafeBytes(of: (UInt32(truncatingIfNeeded: input) << UInt32(shift)).bigEndian) { records += $0 }
            records += points[(32 * index)..<(32 * index + 32)]
        }
        return records
    }

    /// The points of such records.
    static func points(_ records: [UInt8]) -> [UInt8] {
        Records.column(4..<pointByteCount, of: records, width: pointByteCount)
    }
}

extension ProofCoefficients {
    /// u' of outputs: the coefficients of their inputs, which are secret as long as the permutation is.
    func ofInputs(_ order: [UInt8]) -> ScalarList { ScalarList(short: of(ShuffleOrder.inputs(order).map { $0 + 1 })) }
}
