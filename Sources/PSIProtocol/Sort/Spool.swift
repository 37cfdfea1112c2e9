/// Where sorted runs wait during an external sort. What is written is secret: an implementation on disk seals it.
public protocol Spool: Sendable {
    /// A new, empty run.
    func makeRun() throws -> any SpoolWriter
    /// No blocks yet, each of which will have `byteCount` bytes.
    func makeBlocks(byteCount: Int) throws -> any SpoolBlocks
}

/// Blocks of one size, read in any order and on several cores. They are gone with the last reference.
public protocol SpoolBlocks: Sendable {
    /// - Returns: the block's number, counted from 0.
    func append(_ block: [UInt8]) throws -> Int
    func read(_ number: Int) throws -> [UInt8]
}

/// Appends to one run.
public protocol SpoolWriter {
    mutating func append(_ bytes: [UInt8]) throws
    /// Ends the run; nothing can be appended after.
    mutating func finish() throws -> any SpoolRun
}

/// A finished run, which may be read several times until it is discarded.
public protocol SpoolRun: Sendable {
    func makeReader() throws -> any SpoolReader
    func discard()
}

/// Reads one run from its beginning.
public protocol SpoolReader {
    /// Up to `byteCount` bytes; empty at the end.
    mutating func read(upTo byteCount: Int) throws -> [UInt8]
}
