public import Crypto

/// Writes one sealed file beside its name; it appears, whole, when finished, and never if not.
public final class SealedFileWriter {
    private var partial: PartialFile?
    private let sealer: BlockSealer
    private var hash = SHA256()

    /// - Parameter label: what the file is, such as its stream's name; the reader must give the same.
    /// - Throws: `FileError`.
    public init(_ path: String, key: SymmetricKey, label: String) throws {
        let salt = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        sealer = BlockSealer(key: SealedFile.blockKey(key, salt: salt, label: label))
        partial = try PartialFile(for: path)
        try partial?.file.write(SealedFile.mark + salt)
    }

    /// - Throws: `FileError`, of which `.diskFull`; the writer is then of no further use and the file won't appear.
    public func append(_ bytes: [UInt8]) throws {
        guard partial != nil else { throw FileError.finished }
        hash.update(data: bytes)
        try sealer.append(bytes) { try partial?.file.write($0) }
    }

    /// Flushes the file to the disk and gives it its name, in the place of any earlier one.
    public func finish() throws -> SealedFile.Contents {
        guard partial != nil else { throw FileError.finished }
        try sealer.finish { try partial?.file.write($0) }
        try partial?.commit()
        partial = nil
        return SealedFile.Contents(byteCount: sealer.plainByteCount, digest: Array(hash.finalize()))
    }
}
