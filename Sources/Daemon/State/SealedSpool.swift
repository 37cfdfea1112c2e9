public import Files
public import PSIProtocol

/// Sorted runs on disk, sealed under keys that exist only in this process's memory.
///
/// `SealedRun` does the work; it does not know the protocol, which asks for runs in this form.
public struct SealedSpool: Spool {
    private let directory: PrivateDirectory

    public init(in directory: PrivateDirectory) { self.directory = directory }

    /// - Throws: `FileError`, of which `.diskFull` also while appending.
    public func makeRun() throws -> any SpoolWriter { Writer(sealed: try SealedRunWriter(in: directory)) }

    /// - Throws: `FileError`, of which `.diskFull` also while appending.
    public func makeBlocks(byteCount: Int) throws -> any SpoolBlocks {
        Blocks(file: try SealedBlockFile(in: directory, plainByteCount: byteCount))
    }

    private struct Blocks: SpoolBlocks {
        let file: SealedBlockFile
        func append(_ block: [UInt8]) throws -> Int { try file.append(block) }
        func read(_ number: Int) throws -> [UInt8] { try file.read(number) }
    }

    private struct Writer: SpoolWriter {
        let sealed: SealedRunWriter
        mutating func append(_ bytes: [UInt8]) throws { try sealed.append(bytes) }
        mutating func finish() throws -> any SpoolRun { Run(sealed: try sealed.finish()) }
    }

    private struct Run: SpoolRun {
        let sealed: SealedRun
        func makeReader() throws -> any SpoolReader { Reader(sealed: try sealed.makeReader()) }
        func discard() { sealed.discard() }
    }

    private struct Reader: SpoolReader {
        var sealed: SealedRunReader
        mutating func read(upTo byteCount: Int) throws -> [UInt8] { try sealed.read(upTo: byteCount) }
    }
}
