internal import Crypto
internal import Files
public import PSIProtocol
public import Values

/// Writes a disk beside its name; it appears, whole and flushed, when finished, and never if not. Every call blocks.
///
/// It asks the file system for names, bytes and a flush only, since disks that are carried often know no rights of
/// users.
public final class CourierDiskWriter {
    private let target: SplitPath
    private let partial: String
    private var files: [CourierManifest.File] = []
    private var isFinished = false

    /// - Throws: `CourierError.exists`; `FileError`.
    public init(_ path: String) throws {
        target = SplitPath(ofDirectory: path)
        guard target.isNameable else { throw FileError.notDirectory(path: path) }
        guard try FileStatus.at(target.path) == nil else { throw CourierError.exists(path: target.shown) }
        let mark = String(UInt32.random(in: .min ... .max), radix: 16)
        partial = target.sibling(".\(target.name).partial-\(mark)")
        try Directory.make(partial)
    }

    deinit { if !isFinished { try? Directory.removeTree(partial) } }

    /// How much is on it so far, and in how many files.
    public var byteCount: Int { files.reduce(0) { $0 + $1.byteCount } }
    public var fileCount: Int { files.count }

    public func add(_ bytes: [UInt8], as path: CourierPath) throws {
        try write(bytes, as: path.description)
        files.append(
            .init(path: path, byteCount: bytes.count, digest: Array(SHA256.hash(data: bytes))))
    }

    private func write(_ bytes: [UInt8], as path: String) throws(FileError) {
        let parent = SplitPath(path).parent
        if parent != "." { try Directory.make(parent, below: partial) }
        let file = try OpenFile(creating: "\(partial)/\(path)")
        try file.write(bytes)
        try file.sync()
    }

    /// Signs the list of what was added, and gives the disk its name.
    ///
    /// - Returns: the manifest.
    @discardableResult
    public func finish(
        from: CourierManifest.Party, to: CourierManifest.Party, made: Int64, follows: [RoundID] = [],
        holds: [CourierManifest.Held] = [], key: any MessageSigner
    ) throws -> CourierManifest {
        let manifest = CourierManifest(from: from, to: to, made: made, follows: follows, holds: holds, files: files)
        let text = manifest.text
        guard text.count <= CourierManifest.byteCountLimit else {
            throw FileError.tooLarge(path: target.shown, maxByteCount: CourierManifest.byteCountLimit)
        }
        let signature = try key.sign(CourierManifest.message(text))
        try write(text, as: CourierManifest.name)
        try write(signature, as: CourierManifest.signatureName)
        try Directory.syncTree(partial)
        guard try FileStatus.at(target.path) == nil else { throw CourierError.exists(path: target.shown) }
        try Directory.move(partial, to: target.path)
        isFinished = true
        try Directory.sync(target.parent)
        return manifest
    }
}
