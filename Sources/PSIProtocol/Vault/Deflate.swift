internal import CZlib

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
