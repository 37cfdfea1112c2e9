internal import Glibc

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
