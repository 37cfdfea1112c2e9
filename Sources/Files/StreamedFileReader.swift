/// Reads a file piece by piece from its beginning.
public final class StreamedFileReader {
    private let file: OpenFile
    private var offset = 0

    private static let pieceByteCount = 1 << 18

    /// - Throws: `FileError`.
    public init(_ path: String) throws(FileError) {
        file = try OpenFile(reading: path)
        _ = try file.regularStatus()
    }

    /// The next piece, up to 256 KiB, or nil at the end.
    ///
    /// - Throws: `FileError`.
    public func next() throws(FileError) -> [UInt8]? {
        let piece = try file.read(Self.pieceByteCount, at: offset)
        offset += piece.count
        return piece.isEmpty ? nil : piece
    }
}
