/// Gives a stream's bytes in order, a piece at a time, so that whoever reads never holds the whole.
public protocol ByteSource {
    /// The next piece of the part under way, of any length the source likes, or nil after its last.
    ///
    /// Nil means that the part was whole: a source that finds it cut short throws.
    mutating func next() async throws -> [UInt8]?

    /// Goes on to the next part, once `next` has given nil. Called no more often than the stream has further parts.
    mutating func nextPart() async throws
}

extension ByteSource {
    /// A source of one part has no other.
    public mutating func nextPart() async throws { throw ProtocolViolation(.streamMalformed) }
}

/// Takes a stream's bytes in order, a piece at a time.
public protocol ByteSink {
    /// Appends a piece of any length. Returns when the sink is ready for more, so a slow sink slows its writer.
    mutating func write(_ bytes: [UInt8]) async throws

    /// Ends the part under way and begins the next one. [P-58]
    mutating func nextPart() async throws
}

/// Any byte source behind one type.
struct AnyByteSource: ByteSource {
    private var base: any ByteSource
    init(_ base: any ByteSource) { self.base = base }
    mutating func next() async throws -> [UInt8]? { try await base.next() }
    mutating func nextPart() async throws { try await base.nextPart() }
}

/// A stream whose parts are opened one after the other, each when the one before has been read.
struct PartedSource: ByteSource {
    private let open: (Int) async throws -> any ByteSource
    private var part = 0
    private var base: any ByteSource

    /// - Parameter open: gives the part of this number. The first is opened at once.
    init(_ open: @escaping (Int) async throws -> any ByteSource) async throws {
        self.open = open
        base = try await open(0)
    }

    mutating func next() async throws -> [UInt8]? { try await base.next() }

    mutating func nextPart() async throws {
        part += 1
        base = try await open(part)
    }
}
