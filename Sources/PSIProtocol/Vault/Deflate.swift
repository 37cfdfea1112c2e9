internal import CZlib
internal import Values

/// Compresses one person's rows after the other's, in memory that is taken once: a quarter of a MiB.
///
/// It is taken when first needed, since most rows fit their cell as they are.
final class Deflater {
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var isReady = false

    init() { stream.initialize(to: z_stream()) }

    deinit {
        if isReady { deflateEnd(stream) }
        stream.deallocate()
    }

    /// RFC 1950 stream of `bytes`; the same whatever was compressed before.
    func compress(_ bytes: [UInt8]) throws(VaultError) -> [UInt8] {
        try begin()
        let limit = Int(deflateBound(stream, UInt(bytes.count)))
        var status = Z_OK
        let output = [UInt8](unsafeUninitializedCapacity: limit) { output, filled in
            bytes.withUnsafeBufferPointer { bytes in
                stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
                stream.pointee.avail_in = UInt32(bytes.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(limit)
                status = deflate(stream, Z_FINISH)
                filled = limit - Int(stream.pointee.avail_out)
            }
        }
        guard status == Z_STREAM_END else { throw .compressionFailed }
        return output
    }

    private func begin() throws(VaultError) {
        if isReady {
            guard deflateReset(stream) == Z_OK else { throw .compressionFailed }
            return
        }
        guard
            deflateInit_(stream, Z_DEFAULT_COMPRESSION, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw .compressionFailed }
        isReady = true
    }
}

/// zlib streams of one person's rows.
enum Deflate {

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
