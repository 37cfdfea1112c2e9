/// Writes a file piece by piece beside its name; it appears, whole, when finished, and never if not.
public final class StreamedFileWriter {
    private var partial: PartialFile?

    /// - Throws: `FileError`.
    public init(_ path: String) throws(FileError) { partial = try PartialFile(for: path) }

    /// - Throws: `FileError`, of which `.diskFull`; the file then won't appear.
    public func append(_ bytes: [UInt8]) throws(FileError) {
        guard partial != nil else { throw .finished }
        try partial?.file.write(bytes)
    }

    /// Flushes the file to the disk and gives it its name, in the place of any earlier one.
    public func finish() throws(FileError) {
        guard partial != nil else { throw .finished }
        try partial?.commit()
        partial = nil
    }
}
