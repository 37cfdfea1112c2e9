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
        // Nothing takes less room compressed than stored.
        if bytes.isEmpty { return [0x78, 0x9C, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01] }
        precondition(bytes.count <= 0xFFFF, "a stored block has at most 65,535 bytes")
        var output: [UInt8] = []
        output.reserveCapacity(storedByteCount(bytes.count))
        // Deflate with a window of 32 KiB at its fastest; one last block; its length, and the complement.
        output += [0x78, 0x01, 0x01]
        for length in [UInt16(bytes.count), ~UInt16(bytes.count)] {
            output += [UInt8(truncatingIfNeeded: length), UInt8(length >> 8)]
        }
        output += bytes
        output += BigEndian.u32(Int(adler32(1, bytes, UInt32(bytes.count))))
        return output
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
