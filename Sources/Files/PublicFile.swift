/// Reads a public file of bounded size, such as a configuration or a certificate.
public enum PublicFile {
    /// - Throws: `FileError.notFound`, `.notRegularFile`, `.tooLarge`, `.noPermission`.
    public static func read(_ path: String, maxByteCount: Int) throws(FileError) -> [UInt8] {
        // A configuration or certificate may well be reached through a link; only secrets may not.
        let file = try OpenFile(reading: path, followingLinks: true)
        let status = try file.regularStatus()
        guard status.byteCount <= maxByteCount else { throw .tooLarge(path: path, maxByteCount: maxByteCount) }
        return try file.read(status.byteCount, at: 0)
    }
}
