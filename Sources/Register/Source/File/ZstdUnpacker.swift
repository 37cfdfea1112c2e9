internal import CZstd

/// Zstandard (RFC 8878), of one frame or several. A frame's checksum is checked where it has one.
final class ZstdUnpacker: Unpacker {
    private let context: OpaquePointer
    /// Between frames, and before the first.
    private(set) var isComplete = true
    let compression = FileCompression.zstd

    /// Logarithm of the memory that a frame may ask for: 128 MiB, what the zstd program allows too.
    private static let windowLogarithm: Int32 = 27

    init() throws(TextFileFailure) {
        guard let context = ZSTD_createDCtx() else { throw .unpackerFailed }
        self.context = context
        if ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowLogarithm)) != 0 {
            throw .unpackerFailed
        }
    }

    deinit { ZSTD_freeDCtx(context) }

    func unpack(
        _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) throws(TextFileFailure) -> (taken: Int, given: Int) {
        // Nothing is waiting, so that the library would ask for a next frame.
        if isComplete, input.isEmpty { return (0, 0) }
        var from = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var to = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let left = ZSTD_decompressStream(context, &to, &from)
        if ZSTD_isError(left) != 0 {
            switch ZSTD_getErrorCode(left) {
            case ZSTD_error_frameParameter_windowTooLarge: throw .windowTooLarge
            case ZSTD_error_memory_allocation: throw .unpackerFailed
            default: throw .corrupt(.zstd)
            }
        }
        isComplete = left == 0
        return (from.pos, to.pos)
    }
}
