/// A stream being stored.
public protocol StreamSink: ByteSink {
    /// Returns once everything is stored.
    mutating func finish() async throws
}

extension StreamSink {
    /// What is stored as one piece does not keep parts apart.
    public mutating func nextPart() async throws {}
}

/// Any stream sink behind one type.
struct AnyStreamSink: StreamSink {
    private var base: any StreamSink
    init(_ base: any StreamSink) { self.base = base }
    mutating func write(_ bytes: [UInt8]) async throws { try await base.write(bytes) }
    mutating func nextPart() async throws { try await base.nextPart() }
    mutating func finish() async throws { try await base.finish() }
}

/// A stream whose parts are stored one after the other, each of which is finished before the next begins.
struct PartedSink: StreamSink {
    private let open: (Int) async throws -> any StreamSink
    private var part = 0
    private var base: any StreamSink

    /// - Parameter open: begins the part of this number. The first is begun at once.
    init(_ open: @escaping (Int) async throws -> any StreamSink) async throws {
        self.open = open
        base = try await open(0)
    }

    mutating func write(_ bytes: [UInt8]) async throws { try await base.write(bytes) }

    mutating func nextPart() async throws {
        try await base.finish()
        part += 1
        base = try await open(part)
    }

    mutating func finish() async throws { try await base.finish() }
}
