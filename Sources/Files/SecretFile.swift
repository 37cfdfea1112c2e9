internal import Glibc

/// Reads files that only this user may read.
public enum SecretFile {
    /// Hands over the file's bytes in a buffer that is wiped when `body` returns.
    ///
    /// - Throws: `FileError.looseMode` when group or others have any right to the file, `.foreignOwner`,
    ///   `.symbolicLink`, `.notRegularFile`, `.tooLarge`; whatever `body` throws.
    public static func read<Result>(
        _ path: String, maxByteCount: Int = 1 << 16, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        let file = try OpenFile(reading: path)
        let status = try file.regularStatus()
        guard status.isOwn else {
            throw FileError.foreignOwner(path: path, owner: status.owner, expected: geteuid())
        }
        guard status.mode & 0o177 == 0 else {
            throw FileError.looseMode(path: path, mode: status.mode, wanted: 0o600)
        }
        guard status.byteCount <= maxByteCount else {
            throw FileError.tooLarge(path: path, maxByteCount: maxByteCount)
        }
        let bytes = WipedBuffer(byteCount: status.byteCount)
        let count = try bytes.withMutableBytes { buffer in try file.read(into: buffer, at: 0) }
        return try bytes.withBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
}
