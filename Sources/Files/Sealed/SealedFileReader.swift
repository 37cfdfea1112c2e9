public import Crypto

/// Reads a sealed file from its beginning. Each piece it yields has been authenticated; that the file ends where it
/// ended when written is known when the end is reached.
public final class SealedFileReader {
    private let file: OpenFile
    private var opener: BlockOpener
    private var hash = SHA256()
    private var byteCount = 0
    /// Set at the end.
    public private(set) var contents: SealedFile.Contents?

    /// - Throws: `FileError`, of which `.altered` when it isn't a sealed file.
    public init(_ path: String, key: SymmetricKey, label: String) throws {
        file = try OpenFile(reading: path)
        let header = try file.read(SealedFile.headerByteCount, at: 0)
        guard header.count == SealedFile.headerByteCount, header.starts(with: SealedFile.mark) else {
            throw FileError.altered(path: path)
        }
        opener = BlockOpener(
            key: SealedFile.blockKey(key, salt: header[16...], label: label), path: path,
            start: SealedFile.headerByteCount,
            sealedByteCount: try file.status().byteCount - SealedFile.headerByteCount)
    }

    /// The next piece, up to 64 KiB, or nil at the end.
    ///
    /// - Throws: `FileError.altered` when the file was altered or cut short, or the key or label is another.
    public func next() throws -> [UInt8]? {
        let piece = try read(upTo: SealedBlocks.plainByteCount)
        return piece.isEmpty ? nil : piece
    }

    /// Up to `byteCount` bytes; empty at the end.
    public func read(upTo byteCount: Int) throws -> [UInt8] {
        let piece = try opener.read(upTo: byteCount) { try file.read($0, at: $1) }
        if piece.isEmpty {
            if contents == nil { contents = .init(byteCount: self.byteCount, digest: Array(hash.finalize())) }
        } else {
            hash.update(data: piece)
            self.byteCount += piece.count
        }
        return piece
    }
}
