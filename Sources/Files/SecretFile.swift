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
        try read(path, maxByteCount, isCredential: false, body)
    }

    /// The same for a credential of systemd's. It may be root's, and then let a group of root's read it: systemd adds
    /// the service's account to a file by an access list, whose mask stands where the group's rights do.
    public static func readCredential<Result>(
        _ path: String, maxByteCount: Int = 1 << 16, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        try read(path, maxByteCount, isCredential: true, body)
    }

    private static func read<Result>(
        _ path: String, _ maxByteCount: Int, isCredential: Bool,
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        let file = try OpenFile(reading: path)
        let status = try file.regularStatus()
        let isRoots = isCredential && status.owner == 0 && geteuid() != 0
        guard isRoots || status.owner == geteuid() else {
            throw FileError.foreignOwner(path: path, owner: status.owner, expected: geteuid())
        }
        guard status.mode & (isRoots ? 0o137 : 0o177) == 0 else {
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
