internal import Glibc

/// Reads a public file of bounded size, such as a configuration or a certificate.
public enum PublicFile {
    /// - Throws: `FileError.notFound`, `.notRegularFile`, `.tooLarge`, `.noPermission`.
    public static func read(_ path: String, maxByteCount: Int) throws(FileError) -> [UInt8] {
        try readWithMode(path, maxByteCount: maxByteCount).bytes
    }

    /// The same with the permission bits it has.
    public static func readWithMode(
        _ path: String, maxByteCount: Int
    ) throws(FileError) -> (bytes: [UInt8], mode: UInt32) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .notFound(path: path) }
        // A configuration or certificate may well be reached through a link; only secrets may not.
        guard let real = realpath(path, nil) else { throw .current("opening", path) }
        defer { free(real) }
        let file = try OpenFile(String(cString: real), O_RDONLY | O_NONBLOCK)
        let status = try file.status()
        guard status.kind == S_IFREG else { throw .notRegularFile(path: path) }
        guard status.byteCount <= maxByteCount else { throw .tooLarge(path: path, maxByteCount: maxByteCount) }
        return (try file.read(status.byteCount, at: 0), status.mode)
    }
}
