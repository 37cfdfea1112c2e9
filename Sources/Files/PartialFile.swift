internal import Glibc

/// A file on its way to `destination`: written under another name until it is whole, and removed if it is let go of
/// before.
struct PartialFile: ~Copyable, Sendable {
    let file: OpenFile
    private let destination: String
    /// Given at the end: until then only the owner can read what is half written.
    private let mode: UInt32
    private var isPlaced = false

    init(for destination: String, mode: UInt32 = 0o600) throws(FileError) {
        let split = SplitPath(destination)
        guard split.isNameable else { throw .notRegularFile(path: destination) }
        let mark = String(UInt32.random(in: .min ... .max), radix: 16)
        file = try OpenFile(creating: split.sibling(".\(split.name)\(AtomicFile.partialMark)\(mark)"))
        self.destination = destination
        self.mode = mode & 0o777
    }

    deinit { if !isPlaced { _ = unlink(file.path) } }

    /// Sets the mode, flushes, renames into place and flushes the directory.
    mutating func commit(replacing: Bool = true) throws(FileError) {
        try file.setMode(mode)
        try file.sync()
        if replacing {
            try Directory.move(file.path, to: destination)
        } else {
            // A hard link fails when the name is taken; a rename would replace it.
            guard link(file.path, destination) == 0 else { throw .current("linking into place", destination) }
            try AtomicFile.remove(file.path)
        }
        isPlaced = true
        try Directory.sync(SplitPath(destination).parent)
    }
}
