/// Appends to one run.
public final class SealedRunWriter {
    private let run: SealedRun
    private let sealer: BlockSealer
    private var isFinished = false

    /// Makes an empty run.
    ///
    /// - Parameter directory: where its file lies without a name.
    /// - Throws: `FileError`.
    public convenience init(in directory: PrivateDirectory) throws(FileError) {
        let path = directory.file(".run-\(String(UInt64.random(in: .min ... .max), radix: 16))")
        let file = try OpenFile(creating: path)
        try AtomicFile.remove(path)
        self.init(run: SealedRun(consume file, path: directory.path))
    }

    init(run: SealedRun) {
        self.run = run
        sealer = BlockSealer(key: run.key)
    }

    /// - Throws: `FileError`, of which `.diskFull`, and `.finished` after `finish`.
    public func append(_ bytes: [UInt8]) throws {
        guard !isFinished else { throw FileError.finished }
        try sealer.append(bytes) { try run.write($0) }
    }

    /// Ends the run; nothing can be appended after.
    ///
    /// - Throws: as `append`.
    public func finish() throws -> SealedRun {
        guard !isFinished else { throw FileError.finished }
        isFinished = true
        try sealer.finish { try run.write($0) }
        return run
    }
}
