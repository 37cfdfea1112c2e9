/// Writes numbers and bytes one after the other, for the spool.
enum SpoolBytes {
    /// A number, the most significant byte first.
    static func append(_ number: Int, byteCount: Int, to record: inout [UInt8]) {
        withUnsafeBytes(of: UInt64(truncatingIfNeeded: number).bigEndian) {
            record.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[(8 - byteCount)...]))
        }
    }

    /// How many bytes there are, as a number of `lengthByteCount` bytes, then the bytes.
    static func append(_ bytes: [UInt8], lengthByteCount: Int, to record: inout [UInt8]) {
        append(bytes.count, byteCount: lengthByteCount, to: &record)
        record.append(contentsOf: bytes)
    }
}
