/// A stream of bytes that is pulled, in pieces of any length.
public protocol ByteSource {
    /// The next piece, never empty, or nil at the end.
    mutating func next() async throws -> [UInt8]?
}

/// A stream of bytes that is pushed, in pieces of any length.
public protocol ByteSink {
    mutating func write(_ bytes: [UInt8]) async throws
}
