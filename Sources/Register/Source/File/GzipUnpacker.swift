internal import CZlib

/// gzip (RFC 1952), of one member or several. Each member's checksum and length are checked.
final class GzipUnpacker: Unpacker {
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var isReady = false
    /// Between members, and before the first.
    private(set) var isComplete = true
    let compression = FileCompression.gzip

    init() throws(TextFileFailure) {
        stream.initialize(to: z_stream())
        // 15 for the largest window there is, and 16 for gzip and nothing else.
        guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .unpackerFailed
        }
        isReady = true
    }

    deinit {
        if isReady { inflateEnd(stream) }
        stream.deallocate()
    }

    func unpack(
        _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) throws(TextFileFailure) -> (taken: Int, given: Int) {
        if isComplete {
            guard !input.isEmpty else { return (0, 0) }
            guard inflateReset(stream) == Z_OK else { throw .unpackerFailed }
            isComplete = false
        }
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(output.count)
        switch inflate(stream, Z_NO_FLUSH) {
        // The second: neither more input nor more room, which is told by the counts.
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: isComplete = true
        case Z_MEM_ERROR: throw .unpackerFailed
        default: throw .corrupt(.gzip)
        }
        return (input.count - Int(stream.pointee.avail_in), output.count - Int(stream.pointee.avail_out))
    }
}
