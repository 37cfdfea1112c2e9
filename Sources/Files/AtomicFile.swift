internal import Glibc

/// Replaces a file whole or not at all, even if the process is killed or the machine loses power half-way.
public enum AtomicFile {
    /// Beside a file while it is being written: `.NAME.partial-XXXXXXXX`.
    public static let partialMark = ".partial-"

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
        let partial = try PartialFile(for: path, mode: mode)
        do throws(FileError) {
            try partial.file.write(bytes)
            try partial.commit(replacing: replacing)
        } catch {
            partial.abandon()
            throw error
        }
    }

    /// Removes what killed writers left in a directory that this process alone writes to.
    public static func removePartials(in directory: PrivateDirectory) throws(FileError) {
        for name in try directory.names() where name.hasPrefix(".") && name.contains(partialMark) {
            try removeFile(directory.file(name))
        }
    }
}

/// A file on its way to `destination`: written under another name until it is whole.
public struct PartialFile: ~Copyable, Sendable {
    public let file: OpenFile
    public let destination: String
    /// Given at the end: until then only the owner can read what is half written.
    private let mode: UInt32

    public init(for destination: String, mode: UInt32) throws(FileError) {
        let (directory, name) = splitPath(destination)
        guard !name.isEmpty, name != ".", name != ".." else { throw .notRegularFile(path: destination) }
        let mark = String(UInt32.random(in: .min ... .max), radix: 16)
        let path = (directory == "/" ? "" : directory) + "/.\(name)\(AtomicFile.partialMark)\(mark)"
        file = try OpenFile(path, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
        self.destination = destination
        self.mode = mode & 0o777
    }

    /// Sets the mode, flushes, renames into place and flushes the directory. After an error the caller abandons.
    public func commit(replacing: Bool = true) throws(FileError) {
        try file.setMode(mode)
        try file.sync()
        if replacing {
            guard rename(file.path, destination) == 0 else { throw .current("renaming into place", destination) }
        } else {
            // A hard link fails when the name is taken; a rename would replace it.
            guard link(file.path, destination) == 0 else { throw .current("linking into place", destination) }
            try removeFile(file.path)
        }
        try syncDirectory(splitPath(destination).directory)
    }

    public func abandon() { _ = unlink(file.path) }
}

extension AtomicFile {
    /// Removes a file; one that is not there is no error.
    public static func remove(_ path: String) throws(FileError) {
        do { try removeFile(path) } catch FileError.notFound { return }
    }
}
