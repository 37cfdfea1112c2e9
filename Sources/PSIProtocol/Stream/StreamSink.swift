/// A stream being stored.
public protocol StreamSink: ByteSink {
    /// Returns once everything is stored.
    mutating func finish() async throws
}

/// Any stream sink behind one type.
struct AnyStreamSink: StreamSink {
    private var base: any StreamSink
    init(_ base: any StreamSink) { self.base = base }
    mutating func write(_ bytes: [UInt8]) async throws { try await base.write(bytes) }
    mutating func finish() async throws { try await base.finish() }
}
