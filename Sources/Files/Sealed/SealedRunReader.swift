/// Reads one run from its beginning. Each piece it yields has been authenticated.
public struct SealedRunReader {
    let run: SealedRun
    var opener: BlockOpener

    /// Up to `byteCount` bytes; empty at the end.
    ///
    /// - Throws: `FileError.altered`, naming the directory; `.discarded`.
    public mutating func read(upTo byteCount: Int) throws -> [UInt8] {
        let run = run
        return try opener.read(upTo: byteCount) { try run.read($0, at: $1) }
    }
}
