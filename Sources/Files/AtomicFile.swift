internal import Glibc

/// Replaces a file whole or not at all, even if the process is killed or the machine loses power half-way.
public enum AtomicFile {
    /// Beside a file while it is being written: `.NAME.partial-XXXXXXXX`.
    static let partialMark = ".partial-"

    /// Writes the bytes beside `path`, flushes them to the disk, renames them into place and flushes the directory.
    ///
    /// - Parameters:
    ///   - mode: permission bits of the new file, whatever the process's file mode mask is.
    ///   - replacing: false refuses an existing file with `FileError.exists`, without a gap between asking and writing.
    /// - Throws: `FileError`; the old file, if any, is then untouched and nothing is left beside it.
    public static func write(
        _ bytes: some Collection<UInt8>, to path: String, mode: UInt32 = 0o600, replacing: Bool = true
    ) throws(FileError) {
        let copied = Array(bytes)
        var failure: FileError?
        copied.withUnsafeBytes { buffer in
            do throws(FileError) {
                try write(contentsOf: buffer, to: path, mode: mode, replacing: replacing)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// The same for bytes that must not be copied because they are secret.
    public static func write(
        contentsOf bytes: UnsafeRawBufferPointer, to path: String, mode: UInt32 = 0o600, replacing: Bool = true
    ) throws(FileError) {
        var partial = try PartialFile(for: path, mode: mode)
        try partial.file.write(bytes)
        try partial.commit(replacing: replacing)
    }

    /// Removes what killed writers left in a directory that this process alone writes to.
    ///
    /// - Throws: `FileError`.
    public static func removePartials(in directory: PrivateDirectory) throws(FileError) {
        for name in try directory.names() where name.hasPrefix(".") && name.contains(partialMark) {
            try remove(directory.file(name))
        }
    }

    /// Removes a file, or a link and not where it leads; one that is not there is no error.
    ///
    /// - Throws: `FileError.noPermission`, `.notDirectory`, `.failed`, of a directory too.
    public static func remove(_ path: String) throws(FileError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw .current("removing", path) }
    }
}
