/// Gives a stream's bytes in order, a piece at a time, so that whoever reads never holds the whole.
public protocol ByteSource {
    /// The next piece, of any length the source likes, or nil after the last.
    ///
    /// Nil means that the stream was whole: a source that finds it cut short throws.
    mutating func next() async throws -> [UInt8]?
}

/// Takes a stream's bytes in order, a piece at a time.
public protocol ByteSink {
    /// Appends a piece of any length. Returns when the sink is ready for more, so a slow sink slows its writer.
    mutating func write(_ bytes: [UInt8]) async throws
}

/// Any byte source behind one type.
struct AnyByteSource: ByteSource {
    private var base: any ByteSource
    init(_ base: any ByteSource) { self.base = base }
    mutating func next() async throws -> [UInt8]? { try await base.next() }
}
