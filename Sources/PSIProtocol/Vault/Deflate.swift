internal import CZlib
internal import Values

/// zlib's compression of one person's rows.
enum Deflate {
    /// RFC 1950 stream of `bytes`.
    static func compress(_ bytes: [UInt8]) throws(VaultError) -> [UInt8] {
        var count = compressBound(UInt(bytes.count))
        var output = [UInt8](repeating: 0, count: Int(count))
        guard compress2(&output, &count, bytes, UInt(bytes.count), Z_DEFAULT_COMPRESSION) == Z_OK else {
            throw .compressionFailed
        }
        output.removeLast(output.count - Int(count))
        return output
    }

    /// RFC 1950 stream that holds `bytes` as they are, at most 65,535 of them.
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: storedByteCount(bytes.count)) { output, filled in
            filled = writeStored(bytes, to: UnsafeMutableRawBufferPointer(output))
        }
    }

    /// Writes what `stored` makes to the beginning of `output`, which has room for it.
    ///
    /// - Returns: how many bytes these are.
    static func writeStored(_ bytes: [UInt8], to output: UnsafeMutableRawBufferPointer) -> Int {
        let count = bytes.count
        precondition(count <= 0xFFFF, "a stored block has at most 65,535 bytes")
        precondition(output.count >= storedByteCount(count), "a stored stream fits where it is written")
        guard count > 0 else {
            // Nothing takes less room compressed than stored.
            output.storeBytes(of: UInt64(0x789C_0300_0000_0001).bigEndian, as: UInt64.self)
            return 8
        }
        // Deflate with a window of 32 KiB at its fastest; one last block; its length, and the complement.
        output.storeBytes(of: UInt16(0x7801).bigEndian, as: UInt16.self)
        output[2] = 1
        output.storeBytes(of: UInt16(count).littleEndian, toByteOffset: 3, as: UInt16.self)
        output.storeBytes(of: (~UInt16(count)).littleEndian, toByteOffset: 5, as: UInt16.self)
        bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: output[7...]).copyMemory(from: $0) }
        let check = UInt32(truncatingIfNeeded: adler32(1, bytes, UInt32(count)))
        output.storeBytes(of: check.bigEndian, toByteOffset: 7 + count, as: UInt32.self)
        return count + 11
    }

    /// What `stored` makes of so many bytes; more than there are numbers for where it can't.
    static func storedByteCount(_ count: Int) -> Int { count == 0 ? 8 : count <= 0xFFFF ? count + 11 : .max / 2 }

    /// The `byteCount` bytes that `stream` encodes; anything more or less is refused, so nothing can swell, and so are
    /// bytes behind the stream's end.
    static func decompress(_ stream: [UInt8], byteCount: Int) throws(VaultError) -> [UInt8] {
        var count = UInt(byteCount)
        var output = [UInt8](repeating: 0, count: max(byteCount, 1))
        var consumed = UInt(stream.count)
        guard uncompress2(&output, &count, stream, &consumed) == Z_OK, Int(count) == byteCount,
            Int(consumed) == stream.count
        else { throw .malformedCell }
        output.removeLast(output.count - byteCount)
        return output
    }
}
