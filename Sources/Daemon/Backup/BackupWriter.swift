public import Files
internal import Values

/// Writes a backup beside its name; it appears, whole and flushed, when finished, and never if not.
public final class BackupWriter {
    /// As the operator named it.
    let path: String
    private let partial: PrivateDirectory
    private(set) var files: [BackupManifest.File] = []
    private var isFinished = false

    /// - Throws: `BackupError.exists` if anything has the name; `FileError`.
    init(_ path: String) throws {
        let split = SplitPath(ofDirectory: path)
        guard split.isNameable else { throw FileError.notDirectory(path: path) }
        guard try FileStatus.at(split.parent) != nil else { throw FileError.notFound(path: split.parent) }
        guard try FileStatus.at(split.path) == nil else { throw BackupError.exists(path: split.shown) }
        let mark = String(UInt32.random(in: .min ... .max), radix: 16)
        self.path = split.shown
        partial = try PrivateDirectory(creating: split.sibling(".\(split.name).partial-\(mark)"))
    }

    deinit { if !isFinished { try? Directory.removeTree(partial.path) } }

    /// Where a file is to be written that `add` takes in. Directories above it are made.
    public func place(_ path: String) throws(FileError) -> String {
        let parent = SplitPath(path).parent
        if parent != "." { try Directory.make(parent, below: partial.path) }
        return partial.file(path)
    }

    /// Takes in a file that was written to its place.
    public func add(_ path: String) throws(FileError) { note(path, try FileCopy.contents(of: partial.file(path))) }

    /// Copies a file; one that is not there, or is gone meanwhile, is left out.
    ///
    /// - Parameter linking: whether it may be the same file under a second name: only for files that never change.
    /// - Returns: whether it was there.
    @discardableResult
    public func copy(_ source: String, as path: String, linking: Bool = false) throws(FileError) -> Bool {
        let target = try place(path)
        do throws(FileError) {
            note(path, try linking ? FileCopy.link(of: source, at: target) : FileCopy.make(of: source, at: target))
            return true
        } catch .notFound {
            return false
        }
    }

    /// Copies what is below a directory, links and half-written files aside; nothing where there is none.
    ///
    /// - Parameter order: puts names of one directory in the order in which they are copied.
    public func copyTree(
        _ source: String, as path: String, linking: Bool = false, order: ([String]) -> [String] = { $0 }
    ) throws(FileError) {
        let names: [String]
        do throws(FileError) { names = try Directory.names(in: source) } catch {
            if case .notFound = error { return }
            throw error
        }
        for name in order(names) where !Self.isPassing(name) {
            let child = "\(source)/\(name)"
            switch try FileStatus.at(child)?.kind {
            case .directory: try copyTree(child, as: "\(path)/\(name)", linking: linking, order: order)
            case .regular: try copy(child, as: "\(path)/\(name)", linking: linking)
            default: continue
            }
        }
    }

    /// Whether it is being written, or says only that a process is at work.
    private static func isPassing(_ name: String) -> Bool {
        name.hasPrefix(".") || name.hasSuffix(".part") || name == "lock"
    }

    private func note(_ path: String, _ contents: FileCopy.Contents) {
        files.append(.init(path: path, bytes: contents.byteCount, digest: HexBytes(contents.digest)))
    }

    /// A directory of the backup, made if need be.
    func directory(_ path: String) throws(FileError) -> PrivateDirectory {
        try Directory.make(path, below: partial.path)
        return try PrivateDirectory(partial.file(path))
    }

    /// Flushes everything and gives the backup its name.
    ///
    /// - Parameter seal: what is written last, made of the list of files.
    /// - Parameter before: done when nothing is missing but the name.
    func finish(
        _ seal: ([BackupManifest.File]) throws -> (manifest: [UInt8], signature: [UInt8]), before: () throws -> Void
    ) throws {
        let (manifest, signature) = try seal(files.sorted { $0.path < $1.path })
        try AtomicFile.write(manifest, to: partial.file(BackupManifest.name))
        try AtomicFile.write(signature, to: partial.file(BackupManifest.signatureName))
        try Directory.syncTree(partial.path)
        guard try FileStatus.at(path) == nil else { throw BackupError.exists(path: path) }
        try before()
        try Directory.move(partial.path, to: path)
        isFinished = true
        try Directory.sync(SplitPath(path).parent)
    }
}
